import { cutTo, plainText, widthOf, withoutControls } from './text-width';

/** How much is said. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** What a terminal is made of. */
export interface TerminalOptions {
  /** Whether colours are allowed; without a terminal, and with `NO_COLOR`, there are none either way. */
  readonly color: boolean;
  readonly verbosity: Verbosity;
}

const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;

/** A colour, or a weight, of text. */
export type Paint = keyof typeof CODES;

/** Milliseconds between two looks of the live line. */
const TICK = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ERASE_LINE = '\r\u001b[K';

/**
 * What a person sees of an operation: results on standard output, all else on standard error. What others have written into
 * the cluster can be said: no control character of it reaches the terminal.
 */
export class Terminal {
  /** Whether standard error is looked at while it is written: then progress is one line that changes. */
  private readonly live: boolean;
  private readonly color: boolean;
  /** Whether a line stands there that the next one replaces. */
  private unfinished = false;

  constructor(private readonly options: TerminalOptions) {
    const knowsCodes = process.env.TERM !== 'dumb';
    this.live = process.stderr.isTTY && options.verbosity === 'normal' && knowsCodes;
    this.color = options.color && knowsCodes && (process.env.NO_COLOR ?? '') === '';
  }

  /** Prints a result. */
  print(text: string): void {
    this.write(text, process.stdout);
  }

  /** Says something that is no result; not with --quiet. */
  note(text: string): void {
    if (this.options.verbosity !== 'quiet') this.write(text);
  }

  /** Says something that only --verbose asks for. */
  detail(text: string): void {
    if (this.options.verbosity === 'verbose') this.write(this.paint('dim', text, process.stderr));
  }

  /** Says something that must not be missed, even with --quiet. */
  warn(text: string): void {
    this.write(`${this.paint('yellow', 'warning:', process.stderr)} ${text}`);
  }

  /** Colours a text for a stream that is a terminal, unless --no-color or NO_COLOR forbid it. */
  paint(paint: Paint, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return this.color && stream.isTTY ? `\u001b[${CODES[paint]}m${text}\u001b[0m` : text;
  }

  /**
   * Runs something that takes time: with a live line and the elapsed seconds on a terminal, with a line at its end elsewhere.
   *
   * @param run gets a function that says in a few words what is waited for
   */
  async progress<Result>(title: string, run: (say: (words: string) => void) => Promise<Result>): Promise<Result> {
    const from = Date.now();
    const seconds = () => `${Math.round((Date.now() - from) / 1000)} s`;
    let [words, frame] = ['', 0];
    const line = () =>
      this.draw(`${FRAMES[frame++ % FRAMES.length]} ${title} ${seconds()}${words === '' ? '' : `  ${words}`}`);
    const timer = this.live ? setInterval(line, TICK) : undefined;
    const finish = (sign: string, paint: Paint) => {
      clearInterval(timer);
      this.erase();
      this.note(`${this.paint(paint, sign, process.stderr)} ${title} (${seconds()})`);
    };
    try {
      const result = await run((said) => {
        if (said !== words) this.detail(said);
        words = said;
      });
      finish('✓', 'green');
      return result;
    } catch (error) {
      finish('✗', 'red');
      throw error;
    }
  }

  private write(text: string, stream: NodeJS.WriteStream = process.stderr): void {
    this.erase();
    stream.write(`${this.color && stream.isTTY ? withoutControls(text) : plainText(text)}\n`);
  }

  /** Puts a text that fits into the place of the live line. */
  private draw(text: string): void {
    const most = Math.max(20, process.stderr.columns - 1);
    process.stderr.write(`${ERASE_LINE}${cutTo(most, plainText(text).replaceAll('\n', ' '))}`);
    this.unfinished = true;
  }

  private erase(): void {
    if (this.unfinished) process.stderr.write(ERASE_LINE);
    this.unfinished = false;
  }
}

/** Lays out rows in columns, two blanks apart; the last column keeps its length. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (most, row) => [
      ...row.map((cell, column) => Math.max(most[column] ?? 0, widthOf(cell))),
      ...most.slice(row.length),
    ],
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
