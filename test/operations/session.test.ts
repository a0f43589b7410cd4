import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperationError } from '../../src/operations/operation-error';
import { objectsOf, openSession, pauseFor, waitUntil } from '../../src/operations/session';
import { childCommand, startChild } from '../support/child';
import { temporaryFolder } from '../support/folder';
import { Programs, untilGone } from '../support/programs';

jest.setTimeout(60_000);

const ROOT = join(__dirname, '../..');
const programs = new Programs();
const options = { config: join(ROOT, 'maas.yaml'), color: false };

/** A child process with what it has said so far. */
interface Running {
  readonly child: ChildProcess;
  /** Waits for words on standard error. */
  said(words: string): Promise<void>;
  ended(): Promise<{ code: number | null; out: string; err: string }>;
}

/** Runs an operation in a process of its own. */
function operation(body: string, failure = 1): Running {
  const child = startChild(
    childCommand(`
      const { runOperation } = load('src/operations/run-operation.ts');
      const { checkInterruption, pauseFor, waitUntil } = load('src/operations/session.ts');
      const { OperationError } = load('src/operations/operation-error.ts');
      await runOperation({ config: 'maas.yaml', color: false }, async (session) => { ${body} }, ${failure});`),
  );
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const end = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    said: async (words) => {
      while (!err.includes(words)) await Promise.race([once(child.stderr, 'data'), end.then(() => fail(words, err))]);
    },
    ended: async () => ({ code: (await end)[0], out, err }),
  };
}

function fail(words: string, err: string): never {
  throw new Error(`the process has ended without saying ${words}: ${err}`);
}

const WARNING = 'warning: interrupted: what has begun is finished, nothing more is begun; once more ends it at once\n';

describe('an operation ends with', () => {
  test.each([
    ['what it returns', 'return 3', 3, ''],
    ['0 when it returns nothing', '', 0, ''],
    [
      'the code of failures after a mistake',
      `throw new OperationError('it is so: try that\\u001b[2J')`,
      2,
      'it is so: try that[2J\n',
    ],
  ])('%s', async (_, body, code, err) => {
    expect(await operation(body, 2).ended()).toEqual({ code, out: '', err });
  });

  test('a stack trace where it has a fault', async () => {
    const { code, err } = await operation(`throw new TypeError('a fault')`).ended();
    expect(code).toBe(1);
    expect(err).toContain('TypeError: a fault\n    at ');
  });

  test('every problem of the configuration', async () => {
    const written = join(temporaryFolder(), 'maas.yaml');
    writeFileSync(written, 'users: [{ name: a, tier: b, keys: [{ demo: c }] }]\n');
    const child = startChild(
      childCommand(
        `await load('src/operations/run-operation.ts').runOperation({ config: '${written}', color: false });`,
      ),
    );
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/maas\.yaml:1:\d+ users\[0\]\.tier: got "b", .*\n1 problem\n$/),
    ]);
  });
});

describe('Ctrl-C', () => {
  /** kubectl that changes the cluster until a file is there. */
  function slowKubectl(): void {
    programs.write(
      'kubectl',
      `echo $$ > '${programs.file('pid')}'\necho begun >&2\n` +
        `until [ -e '${programs.file('go')}' ]; do sleep 0.05; done\necho done > '${programs.file('done')}'`,
    );
  }
  const kubectlPid = () => Number(readFileSync(programs.file('pid'), 'utf8'));
  const APPLIES = `
    await session.kubectl.run(['apply']);
    session.terminal.note('applied');
    checkInterruption(session, 'go on with: maas install');
    session.terminal.note('more');`;

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '(%s) lets finish what changes the cluster, then begins nothing more',
    async (signal) => {
      const names = programs.file(signal);
      programs.write(
        'kubectl',
        `echo > '${names}-begun'\nuntil [ -e '${names}-go' ]; do sleep 0.05; done\necho > '${names}-done'`,
      );
      const running = operation(APPLIES);
      await programs.untilThere(`${signal}-begun`);
      running.child.kill(signal);
      await running.said(WARNING);
      expect(existsSync(`${names}-done`)).toBe(false);
      writeFileSync(`${names}-go`, '');
      expect(await running.ended()).toEqual({
        code: 130,
        out: '',
        err: `${WARNING}applied\ngo on with: maas install\n`,
      });
      expect(existsSync(`${names}-done`)).toBe(true);
    },
  );

  test('twice ends it at once, with what it runs', async () => {
    slowKubectl();
    const running = operation(APPLIES);
    await programs.untilThere('pid');
    running.child.kill('SIGINT');
    await running.said(WARNING);
    running.child.kill('SIGINT');
    expect(await running.ended()).toEqual({ code: 130, out: '', err: WARNING });
    await untilGone(kubectlPid());
    expect(existsSync(programs.file('done'))).toBe(false);
  });

  test.each([
    ['waits for something', `await waitUntil(session, async () => false, { seconds: 3600, pause: 3600000 });`],
    ['pauses', `await pauseFor(3600000, session.interruption); checkInterruption(session);`],
  ])('ends at once an operation that %s', async (_, waits) => {
    const running = operation(`session.terminal.note('waiting'); ${waits}`);
    await running.said('waiting\n');
    running.child.kill('SIGINT');
    expect(await running.ended()).toEqual({ code: 130, out: '', err: `waiting\n${WARNING}` });
  });

  test('reaches only this process: a terminal sends it to its whole group', async () => {
    programs.write('kubectl', `ps -o pgid= -p $$`);
    const { out } = await operation(
      `const { stdout } = await session.kubectl.run(['get']); session.terminal.print(String(Number(stdout) === process.pid));`,
    ).ended();
    expect(out).toBe('false\n');
  });
});

describe('a session', () => {
  test('has the objects of dist/ in the order in which they are applied', () => {
    const session = openSession(options);
    expect(session.files.map(({ name }) => name)).toEqual([
      ...['00-namespaces', '10-kserve', '20-kuadrant', '30-gateway', '40-identity', '50-limits', '60-models'],
      ...['70-routes', '80-observability', '90-protection'],
    ]);
    expect(objectsOf(session)[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'llm' } });
    expect(session.settings.namespace).toBe('llm');
  });

  test('refuses a namespace that is not the configuration’s', () => {
    expect(openSession({ ...options, namespace: 'llm' }).settings.namespace).toBe('llm');
    expect(() => openSession({ ...options, config: options.config, namespace: 'prod' })).toThrow(
      new OperationError(
        `got --namespace prod, but ${options.config} says namespace: llm; ` +
          'give the file of the platform that is meant with --config, or leave --namespace out',
      ),
    );
  });

  test('listens for Ctrl-C once, however many there are', () => {
    openSession(options);
    const listeners = process.listenerCount('SIGINT');
    openSession(options);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });
});

describe('waiting', () => {
  const session = { interruption: new AbortController().signal };

  test('ends with the first good answer', async () => {
    let asked = 0;
    const look = () => Promise.resolve(++asked === 3);
    expect(await waitUntil(session, look, { seconds: 3600, pause: 1 })).toBe(true);
    expect(asked).toBe(3);
  });

  test('asks at least once, and gives up in time', async () => {
    let asked = 0;
    expect(await waitUntil(session, () => Promise.resolve(++asked < 0), { seconds: 0 })).toBe(false);
    expect(asked).toBe(1);
  });

  test('is over before it has begun after Ctrl-C', async () => {
    await pauseFor(3_600_000, AbortSignal.abort());
  });
});
