/** How much is said. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** What a terminal is made of. */
export interface TerminalOptions {
  /** Whether colours are allowed; without a terminal there are none either way. */
  readonly color: boolean;
  readonly verbosity: Verbosity;
}

const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;

/** A colour, or a weight, of text. */
export type Paint = keyof typeof CODES;

/** Milliseconds between two looks of the live line. */
const TICK = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** What a person sees of an operation: results on standard output, all else on standard error. */
export class Terminal {
  /** Whether standard error is looked at while it is written: then progress is one line that changes. */
  private readonly live: boolean;

  constructor(private readonly options: TerminalOptions) {
    this.live = process.stderr.isTTY && options.verbosity === 'normal' && process.env.TERM !== 'dumb';
  }

  /** Prints a result. */
  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Says something that is no result; not with --quiet. */
  note(text: string): void {
    if (this.options.verbosity !== 'quiet') process.stderr.write(`${text}\n`);
  }

  /** Says something that only --verbose asks for. */
  detail(text: string): void {
    if (this.options.verbosity === 'verbose') process.stderr.write(`${this.paint('dim', text, process.stderr)}\n`);
  }

  /** Says something that must not be missed, even with --quiet. */
  warn(text: string): void {
    process.stderr.write(`${this.paint('yellow', 'warning:', process.stderr)} ${text}\n`);
  }

  /** Colours a text for a stream that is a terminal, unless --no-color or NO_COLOR forbid it. */
  paint(paint: Paint, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return this.options.color && stream.isTTY ? `\u001b[${CODES[paint]}m${text}\u001b[0m` : text;
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
    const line = () => {
      const text = `${FRAMES[frame++ % FRAMES.length]} ${title} ${seconds()}${words === '' ? '' : `  ${words}`}`;
      const most = Math.max(20, (process.stderr.columns ?? 80) - 1);
      process.stderr.write(`\r\u001b[K${text.slice(0, most)}`);
    };
    const timer = this.live ? setInterval(line, TICK) : undefined;
    const finish = (sign: string, paint: Paint) => {
      clearInterval(timer);
      if (this.live) process.stderr.write('\r\u001b[K');
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
}

/** Lays out rows in columns, two blanks apart; the last column keeps its length. */
export function columns(
  rows: readonly (readonly string[])[],
  widthOf: (cell: string) => number = visibleLength,
): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, widthOf(cell))),
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

function visibleLength(text: string): number {
  // eslint-disable-next-line no-control-regex -- colours have no width
  return [...text.replace(/\u001b\[\d+m/g, '')].length;
}
