import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { OwnPackage } from '../../src/cli/new-project';
import { commandsOf, createProgram, pathOf } from '../../src/cli/program';
import { commandLinesIn, parsedCommand } from '../support/command-line';
import { describeOnTerminal, printedOnTerminal } from '../support/pseudo-terminal';

const ROOT = resolve(__dirname, '../..');
const COMMAND = join(ROOT, 'lib/cli/main.js');
const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnPackage;
const paths = commandsOf(createProgram(own)).map((command) => pathOf(command).split(' ').slice(1));

/** What the built command prints. */
function helpOf(path: readonly string[]): string {
  return execFileSync('node', [COMMAND, ...path, '--help'], { encoding: 'utf8' });
}

function sectionOf(help: string, title: string): string[] {
  const [, text = ''] = new RegExp(`^${title}:\\n((?:  .*\\n)*)`, 'm').exec(help) ?? [];
  return text.split('\n').flatMap((line) => (line === '' ? [] : [line.trim()]));
}

describe.each(paths.map((path) => [['cdk8s-maas', ...path].join(' '), path] as const))(
  'the help of %s',
  (name, path) => {
    const help = helpOf(path);

    test('says what it does', () => {
      expect(help).toMatch(/^Usage: .*\n(?: {2,}.*\n)*\n[^\s].{10,}\n/);
    });

    test('shows it at work, by lines that it takes itself', () => {
      const examples = sectionOf(help, 'Examples');
      expect(examples).not.toEqual([]);
      for (const example of examples) {
        expect(example).toMatch(/^\$ /);
        const lines = commandLinesIn(example);
        expect(lines).not.toEqual([]);
        for (const line of lines) {
          expect(parsedCommand(createProgram(own), line)).toMatch(new RegExp(`^${name}( |$)`));
        }
      }
    });

    test('says what its exit codes mean', () => {
      const codes = sectionOf(help, 'Exit codes').map((line) => /^(\d+) +\S/.exec(line)?.[1]);
      expect(codes.slice(0, 3)).toEqual(['0', '1', '2']);
      expect(codes).not.toContain(undefined);
    });

    test('fits into 80 columns, but for what is copied', () => {
      expect(help.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([]);
    });
  },
);

test('no option means different things in different commands', () => {
  const meanings = new Map<string, Set<string>>();
  const shared = ['--config <file>', '--no-color', '--context <name>', '--kubeconfig <file>', '--namespace <name>'];
  for (const command of commandsOf(createProgram(own))) {
    for (const { flags, description } of command.options) {
      const name = shared.find((each) => flags.endsWith(each));
      if (name !== undefined) meanings.set(name, (meanings.get(name) ?? new Set()).add(description));
    }
  }
  for (const [name, said] of meanings) expect([name, [...said]]).toEqual([name, [[...said][0]]]);
});

test('docs/commands.md is what the commands print', () => {
  const { status, stderr } = spawnSync('node', ['scripts/commands.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const page = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');
  for (const path of paths) expect(page).toContain(` ${['cdk8s-maas', ...path].join(' ')}\n\n\`\`\`text\nUsage: `);
});

describeOnTerminal('colours of the help', () => {
  const onTerminal = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    printedOnTerminal(['node', COMMAND, ...args], environment);
  const bold = '\u001b[1mExamples:';

  test('are titles in bold, on a terminal', () => {
    expect(onTerminal(['synth', '--help'])).toContain(`${bold}\u001b[22m\n  $ cdk8s-maas synth\n`);
    expect(helpOf(['synth'])).not.toContain('\u001b');
  });

  test.each<[string, string[], NodeJS.ProcessEnv]>([
    ['NO_COLOR', ['synth', '--help'], { NO_COLOR: '1' }],
    ['--no-color behind the command', ['synth', '--no-color', '--help'], {}],
    ['--no-color in front of it', ['--no-color', 'synth', '--help'], {}],
    ['a terminal that knows none', ['synth', '--help'], { TERM: 'dumb' }],
  ])('are none with %s', (_, args, environment) => {
    const printed = onTerminal(args, environment);
    expect(printed).toContain('Examples:\n');
    expect(printed).not.toContain('\u001b');
  });

  test('are none in what is wrong with a command line', () => {
    const printed = onTerminal(['synth', '--confg']);
    expect(printed).toContain("error: unknown option '--confg'");
    expect(printed).not.toContain('\u001b');
  });
});

describe('--no-color', () => {
  function colorOf(args: string[]): unknown {
    const program = createProgram(own);
    let color: unknown;
    const diagram = program.commands.find((command) => command.name() === 'diagram') as Command;
    diagram.action((options: { color: boolean }) => void (color = options.color));
    program.parse(args, { from: 'user' });
    return color;
  }

  test('means the same in front of the command and behind it', () => {
    expect(colorOf(['diagram'])).toBe(true);
    expect(colorOf(['diagram', '--no-color'])).toBe(false);
    expect(colorOf(['--no-color', 'diagram'])).toBe(false);
  });
});

test('a reader that has seen enough ends the command without a word', async () => {
  const child = spawn('node', [COMMAND, 'explain', 'free'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  // Long before it writes.
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, stderr]).toEqual([0, '']);
});
