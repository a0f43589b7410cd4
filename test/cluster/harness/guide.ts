import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Maas } from './maas';
import { root } from './manifests';

/** What a reader of a guide does next. */
export type Step =
  | { readonly kind: 'file'; readonly line: number; readonly name: string; readonly text: string }
  | {
      readonly kind: 'commands';
      readonly line: number;
      readonly commands: readonly string[];
      readonly output?: string;
    };

/** Says in a command what its exit code is, where that is not 0: `maas diff --since HEAD # exits with 1`. */
const EXITS_WITH = /# exits with (\d+)/;

/**
 * What a guide tells its reader to do, in order:
 *
 *  - a `yaml` block whose first line is a comment with a file name is that file;
 *  - a `sh` block is run, command by command;
 *  - a `text` block right behind it is all that its commands print, on both streams.
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  let follows = false;
  for (const { language, text, line } of blocksOf(page)) {
    const last = steps.at(-1);
    const [, name] = /^# (\S+\.yaml)\n/.exec(text) ?? [];
    if (language === 'yaml' && name !== undefined) steps.push({ kind: 'file', line, name, text });
    else if (language === 'sh') steps.push({ kind: 'commands', line, commands: commandsIn(text) });
    else if (language === 'text' && follows && last?.kind === 'commands') {
      steps.splice(-1, 1, { ...last, output: text });
    }
    follows = language === 'sh';
  }
  return steps;
}

interface Block {
  readonly language: string;
  readonly text: string;
  /** In the page, of its first line. */
  readonly line: number;
}

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', text = ''], at, all) => ({
      language,
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
      line: page.slice(0, all[at]!.index).split('\n').length + 1,
    }),
  );
}

/** Splits where the shell has read a whole command: a line, or a loop, or a quoted text of several. */
function commandsIn(text: string): string[] {
  const commands: string[] = [];
  let open = '';
  for (const line of text.split('\n')) {
    open += `${open === '' ? '' : '\n'}${line}`;
    if (open.trim() === '' || open.endsWith('\\')) continue;
    if (spawnSync('/bin/sh', ['-n', '-c', open]).status !== 0) continue;
    commands.push(open);
    open = '';
  }
  if (open.trim() !== '') throw new Error(`no command of the shell: ${open}`);
  return commands;
}

/**
 * Whether a text is what a page shows of it: `…` stands for anything within a line, alone in a line for any lines.
 */
export function isShown(shown: string, printed: string): boolean {
  const pattern = shown
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*' : `${line.split('…').map(escaped).join('.*')}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** How a guide is followed. */
export interface GuideOptions {
  /** Beside what `Maas` has. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Called before each step, for what a cluster does by itself. */
  readonly before?: (step: Step) => Promise<void>;
}

/**
 * Follows a guide word by word, in one shell, from the first block to the last.
 *
 * @param file `docs/guides/add-a-user.md`
 * @returns what was run, with what it printed
 * @throws Error at the first command that fails, and at the first output that is not as the page shows it
 */
export async function followGuide(file: string, maas: Maas, options: GuideOptions = {}): Promise<string[]> {
  return followPage(readFileSync(join(root, file), 'utf8'), file, maas, options);
}

/** As `followGuide`, with the page itself. */
export async function followPage(
  page: string,
  file: string,
  maas: Maas,
  { environment, before }: GuideOptions = {},
): Promise<string[]> {
  const shell = new Shell(maas, environment);
  const done: string[] = [];
  try {
    for (const step of stepsOf(page)) {
      await before?.(step);
      if (step.kind === 'file') maas.write(step.name, step.text);
      else done.push(...(await runStep(step, shell, `${file}:${step.line}`)));
    }
  } finally {
    shell.end();
  }
  return done;
}

async function runStep(
  { commands, output }: Extract<Step, { kind: 'commands' }>,
  shell: Shell,
  place: string,
): Promise<string[]> {
  const done: string[] = [];
  let printed = '';
  for (const command of commands) {
    const result = await shell.run(command);
    done.push(`$ ${command}\n${result.printed}`);
    printed += result.printed;
    const expected = Number(EXITS_WITH.exec(command)?.[1] ?? 0);
    if (result.exitCode !== expected) {
      throw new Error(`${place}: exit code ${result.exitCode}, expected ${expected}\n${done.join('')}`);
    }
  }
  if (output !== undefined && !isShown(output, printed)) {
    throw new Error(`${place}: the page shows\n${output}\nbut what came out is\n${printed}`);
  }
  return done;
}

/** A shell that stays open, so that a variable of one block is there in the next. */
class Shell {
  private readonly child: ChildProcessWithoutNullStreams;
  private printed = '';
  private ended = false;

  constructor(maas: Maas, environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn('/bin/sh', [], { cwd: maas.folder, env: { ...maas.environment, ...environment } });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    }
    this.child.on('close', () => (this.ended = true));
    this.child.stdin.on('error', () => undefined);
  }

  /** Runs a command; what it prints is on both streams in the order of a terminal. */
  async run(command: string): Promise<{ printed: string; exitCode: number }> {
    const mark = randomUUID();
    this.printed = '';
    // Its standard input is not the one with the commands.
    this.child.stdin.write(`{ ${command}\n} </dev/null 2>&1\nprintf '%s %s.' '${mark}' "$?"\n`);
    const end = new RegExp(`${mark} (\\d+)\\.`);
    for (;;) {
      const match = end.exec(this.printed);
      if (match !== null) return { printed: this.printed.slice(0, match.index), exitCode: Number(match[1]) };
      if (this.ended) throw new Error(`the shell has ended\n$ ${command}\n${this.printed}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  end(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}
