import type { Command } from 'commander';

/** What the help of a command says beside its arguments and options. */
export interface Usage {
  /** Lines of the shell, each with the command's name in front; at least one. */
  readonly examples: readonly [string, ...string[]];
  /** What each exit code means. */
  readonly exitCodes: Readonly<Record<number, string>>;
}

/** Exit codes of a command that reads a configuration. */
export const READING_EXIT_CODES = {
  0: 'done',
  1: 'the configuration is not right',
  2: 'the command line is not right',
} as const;

/** Exit codes of a command that changes the cluster. */
export const CHANGING_EXIT_CODES = {
  0: 'done',
  1: 'it could not be done',
  2: 'the command line is not right',
  130: 'interrupted',
} as const;

/** Exit codes of a command that judges the cluster. */
export const JUDGING_EXIT_CODES = {
  0: 'all is good',
  1: 'something is not good',
  2: 'the cluster could not be asked, or the command line is not right',
  130: 'interrupted',
} as const;

/** Adds examples and exit codes to the help of a command. */
export function addUsage(command: Command, { examples, exitCodes }: Usage): Command {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `${code.padEnd(4)} ${meaning}`);
  addHelpSection(
    command,
    'Examples',
    examples.map((example) => `$ ${example}`),
  );
  return addHelpSection(command, 'Exit codes', codes);
}

/** Columns of what is no list. */
const WIDTH = 80;

/** Adds paragraphs to the help of a command, after its options. */
export function addNotes(command: Command, ...paragraphs: readonly string[]): Command {
  return paragraphs.reduce((all, paragraph) => all.addHelpText('after', `\n${wrapped(paragraph)}`), command);
}

function wrapped(text: string): string {
  return text.replace(new RegExp(`(.{1,${WIDTH}})(?: |$)`, 'g'), '$1\n').trimEnd();
}

/** Adds a list with a title to the help of a command, after its options. */
export function addHelpSection(command: Command, title: string, lines: readonly string[]): Command {
  return command.addHelpText('after', ['', boldTitle(`${title}:`), ...lines.map((line) => `  ${line}`)].join('\n'));
}

/**
 * Makes the titles of a program's help bold where it is read on a terminal and neither `--no-color` nor `NO_COLOR` forbids it;
 * commander's own rule does not know the option. Commands that are added later inherit it.
 */
export function addHelpColors(program: Command, args: readonly string[] = process.argv): Command {
  const isColored = (stream: NodeJS.WriteStream) =>
    stream.isTTY && !args.includes('--no-color') && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
  return program.configureHelp({ styleTitle: boldTitle }).configureOutput({
    getOutHasColors: () => isColored(process.stdout),
    getErrHasColors: () => isColored(process.stderr),
  });
}

/** commander takes the colours out again where they do not belong. */
function boldTitle(title: string): string {
  return `\u001b[1m${title}\u001b[22m`;
}
