import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { columns, type TerminalOptions } from '../../src/operations/terminal';
import { childCommand } from '../support/child';
import { describeOnTerminal, printedOnTerminal } from '../support/pseudo-terminal';

jest.setTimeout(60_000);

/** In a process of its own, on a pseudo terminal and without one. */

const SAYS = `
  terminal.print('a result'); terminal.note('a note'); terminal.detail('a detail'); terminal.warn('a warning');
  terminal.print(terminal.paint('green', 'good'));`;

/** The body of a program with a terminal. */
function body(text: string, { color = true, verbosity = 'normal' }: Partial<TerminalOptions> = {}): string[] {
  return childCommand(`
    const { Terminal } = load('src/operations/terminal.ts');
    const terminal = new Terminal({ color: ${color}, verbosity: '${verbosity}' });
    ${text}`);
}

/** What reaches pipes. */
function piped(
  text: string,
  options?: Partial<TerminalOptions>,
  environment: NodeJS.ProcessEnv = {},
): { out: string; err: string } {
  const [node = '', ...args] = body(text, options);
  const env = { PATH: process.env.PATH, TERM: 'xterm', ...environment };
  const { stdout, stderr } = spawnSync(node, args, { cwd: join(__dirname, '../..'), env, encoding: 'utf8' });
  return { out: stdout, err: stderr };
}

describe('without a terminal', () => {
  test('results go to standard output, all else to standard error, plain', () => {
    expect(piped(SAYS)).toEqual({ out: 'a result\ngood\n', err: 'a note\nwarning: a warning\n' });
  });

  test('no colour of others reaches a pipe', () => {
    expect(piped(`terminal.print('\\u001b[32m✓ all good\\u001b[0m')`).out).toBe('✓ all good\n');
  });

  test('--quiet leaves results and warnings', () => {
    const { out, err } = piped(SAYS, { verbosity: 'quiet' });
    expect([out, err]).toEqual(['a result\ngood\n', 'warning: a warning\n']);
  });

  test('--verbose adds details', () => {
    expect(piped(SAYS, { verbosity: 'verbose' }).err).toBe('a note\na detail\nwarning: a warning\n');
  });

  test('progress is a line at its end, and what it waits for is a detail', () => {
    const waits = `await terminal.progress('Istio', async (say) => { say('istiod'); say('istiod'); say('gateway'); });`;
    expect(piped(waits)).toEqual({ out: '', err: '✓ Istio (0 s)\n' });
    expect(piped(waits, { verbosity: 'verbose' }).err).toBe('istiod\ngateway\n✓ Istio (0 s)\n');
    expect(piped(waits, { verbosity: 'quiet' }).err).toBe('');
  });

  test('progress that fails says so, and hands the failure on', () => {
    const fails = `
      await terminal.progress('Istio', async () => { throw new Error('no'); }).catch((error) => terminal.note(error.message));
      terminal.note(await terminal.progress('KServe', async () => 'its result'));`;
    expect(piped(fails).err).toBe('✗ Istio (0 s)\nno\n✓ KServe (0 s)\nits result\n');
  });
});

describeOnTerminal('on a terminal', () => {
  test('results, details and signs have colours', () => {
    const printed = printedOnTerminal(
      body(`${SAYS} await terminal.progress('Istio', async () => undefined);`, { verbosity: 'verbose' }),
    );
    expect(printed).toBe(
      'a result\na note\n\u001b[2ma detail\u001b[0m\n\u001b[33mwarning:\u001b[0m a warning\n' +
        '\u001b[32mgood\u001b[0m\n\u001b[32m✓\u001b[0m Istio (0 s)\n',
    );
  });

  test.each<[string, Partial<TerminalOptions>, NodeJS.ProcessEnv]>([
    ['--no-color', { color: false }, {}],
    ['NO_COLOR', {}, { NO_COLOR: '1' }],
    ['TERM=dumb', {}, { TERM: 'dumb' }],
  ])('they have none with %s', (_, options, environment) => {
    expect(printedOnTerminal(body(SAYS, options), environment)).toBe('a result\na note\nwarning: a warning\ngood\n');
  });

  test('an empty NO_COLOR forbids nothing', () => {
    expect(printedOnTerminal(body(SAYS), { NO_COLOR: '' })).toContain('\u001b[32mgood');
  });

  /** Until the live line has been drawn three times. */
  const DRAWN = `
    const write = process.stderr.write.bind(process.stderr);
    const drawn = (times) => new Promise((resolve) => {
      process.stderr.write = (text) => { write(text); if (text.includes('Istio') && --times === 0) resolve(); return true; };
    });`;
  const live = (work: string) => `${DRAWN} await terminal.progress('Istio', async (say) => { ${work} });`;

  test('progress is one line that changes, and is gone at its end', () => {
    const printed = printedOnTerminal(body(live(`say('istiod'); await drawn(3);`)));
    expect(printed).toMatch(
      // eslint-disable-next-line no-control-regex -- what erases the line
      /^(\r\u001b\[K. Istio \d s {2}istiod){3}\r\u001b\[K\u001b\[32m✓\u001b\[0m Istio \(\d s\)\n$/,
    );
  });

  test('it fits into one line, whatever it says', () => {
    const printed = printedOnTerminal(body(live(`say('漢字'.repeat(40) + '\\n\\u001b[2J'); await drawn(1);`)), {}, 40);
    const [, line = ''] = printed.split('\r\u001b[K');
    // 39 columns: 12 before, then 13 wide characters.
    expect(line.replace(/^. Istio \d s/, '* Istio 0 s')).toBe(`* Istio 0 s  ${'漢字'.repeat(7).slice(0, 13)}`);
  });

  test('what is said meanwhile stands on lines of its own', () => {
    const printed = printedOnTerminal(
      body(live(`await drawn(1); terminal.warn('interrupted'); terminal.print('r'); await drawn(1);`)),
    );
    expect(printed).toMatch(
      // eslint-disable-next-line no-control-regex -- what erases the line
      /^\r\u001b\[K. Istio \d s\r\u001b\[K\u001b\[33mwarning:\u001b\[0m interrupted\nr\n\r\u001b\[K. Istio \d s\r\u001b\[K/,
    );
  });

  test.each<[string, Partial<TerminalOptions>, NodeJS.ProcessEnv]>([
    ['--quiet', { verbosity: 'quiet' }, {}],
    ['--verbose', { verbosity: 'verbose', color: false }, {}],
    ['TERM=dumb', {}, { TERM: 'dumb' }],
  ])('there is no such line with %s', (_, options, environment) => {
    const waits = `await terminal.progress('Istio', () => new Promise((resolve) => setTimeout(resolve, 300)));`;
    expect(printedOnTerminal(body(waits, options), environment)).not.toContain('\u001b');
  });
});

describe('columns', () => {
  test('are as wide as their widest cell, in columns of a terminal', () => {
    const rows = [
      ['名前', 'tier', 'state'],
      ['alice', '\u001b[32mfree\u001b[0m', 'good'],
      ['🚀', 'e\u0301', 'bad'],
    ];
    expect(columns(rows)).toBe(
      ['名前   tier  state', 'alice  \u001b[32mfree\u001b[0m  good', '🚀     e\u0301     bad'].join('\n'),
    );
  });

  test('end no line with blanks, and rows may have fewer', () => {
    expect(columns([['a', '', ''], ['bbb', 'c', 'd'], ['e']])).toBe('a\nbbb  c  d\ne');
    expect(columns([])).toBe('');
  });
});
