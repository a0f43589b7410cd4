// eslint-disable-next-line no-control-regex -- colours begin with one
const COLORS = /\u001b\[[\d;]*m/g;

/**
 * What a text of somebody else must not send to a terminal: control characters, but for line ends and the colours that we
 * use ourselves (one that conceals would hide what comes next); and what turns the direction of writing, so that a command
 * looks like another one.
 */
const CONTROLS =
  // eslint-disable-next-line no-control-regex -- that is what it looks for
  /(?!\u001b\[(?:[012]|3[123])m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Takes one column more than others: Chinese, Japanese and Korean characters, and pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Takes no column: it joins what stands in front. */
const JOINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** How many columns of a terminal a text of one line takes; colours take none. */
export function widthOf(text: string): number {
  return [...text.replace(COLORS, '')].reduce((columns, character) => columns + columnsOf(character), 0);
}

/** The beginning of a text without colours that fits into so many columns. */
export function cutTo(columns: number, text: string): string {
  let [kept, used] = ['', 0];
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    kept += character;
  }
  return kept;
}

/** A text that cannot move the cursor or change the terminal, wherever it comes from. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, '');
}

/** The same, of a text that is to have no colours either. */
export function plainText(text: string): string {
  return withoutControls(text.replace(COLORS, ''));
}

/**
 * JSON for a terminal or a program: what must not reach a terminal is escaped in it, so that nothing of it is lost.
 */
export function jsonText(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // Line ends are those of the indentation: JSON itself escapes all others.
  return JSON.stringify(value, undefined, 2).replace(CONTROLS, escaped);
}

function columnsOf(character: string): number {
  if (JOINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
