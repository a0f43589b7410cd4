/**
 * A text inside a Mermaid label. Whatever is neither letter, digit nor harmless becomes an entity of its code point, so
 * that no name ends the label, is markup or Markdown, or begins a directive; control characters become spaces.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function escapeLabel(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[^\p{L}\p{N} .,:;/()+=-]|(?<=^|\s)[-+]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** A node: its id, which is ours, and the lines of its label, which are anybody's. */
export function node(id: string, lines: readonly string[]): string {
  return `${id}["${lines.map(escapeLabel).join('<br/>')}"]`;
}

/** A subgraph with its lines indented; nothing where there are none. */
export function subgraph(id: string, title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [`subgraph ${id}["${escapeLabel(title)}"]`, ...lines.map((line) => `  ${line}`), 'end'];
}
