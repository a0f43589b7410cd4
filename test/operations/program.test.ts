import { readFileSync } from 'node:fs';
import { OperationError } from '../../src/operations/operation-error';
import { runProgram } from '../../src/operations/program';
import { Programs, untilGone } from '../support/programs';

const programs = new Programs();
const pidIn = (name: string) => Number(readFileSync(programs.file(name), 'utf8'));

describe('a program', () => {
  test('gets its arguments and its input as they are, and is told apart from its errors', async () => {
    programs.write('echoes', `printf '[%s]' "$@"; cat; echo wrong >&2; exit 3`);
    const result = await runProgram('echoes', ['a b', '$HOME', "it's", ''], { stdin: 'grün\n' });
    expect(result).toEqual({ stdout: "[a b][$HOME][it's][]grün\n", stderr: 'wrong\n', exitCode: 3 });
  });

  test('has an empty input where none is given', async () => {
    programs.write('reads', 'wc -c');
    expect((await runProgram('reads', [])).stdout.trim()).toBe('0');
  });

  test('may print more than fits into a pipe, with characters cut in two', async () => {
    programs.write(
      'talks',
      `node -e "process.stdout.write('x' + '€'.repeat(2000000)); process.stderr.write('é'.repeat(500000))"`,
    );
    const { stdout, stderr } = await runProgram('talks', []);
    expect([stdout.length, stdout.replace(/€/g, '')]).toEqual([2000001, 'x']);
    expect([stderr.length, stderr.replace(/é/g, '')]).toEqual([500000, '']);
  });

  test('may end before it has read its input', async () => {
    programs.write('deaf', 'exec <&-; exit 4');
    const result = await runProgram('deaf', [], { stdin: 'x'.repeat(10_000_000) });
    expect(result).toEqual({ stdout: '', stderr: '', exitCode: 4 });
  });

  test('that a signal ends has the exit code of shells', async () => {
    programs.write('shot', 'kill -KILL $$');
    expect(await runProgram('shot', [])).toEqual({ stdout: '', stderr: '', exitCode: 137 });
  });
});

describe('what cannot be run', () => {
  test.each([
    ['kubectl', '; it comes from https://kubernetes.io/docs/tasks/tools/'],
    ['helm', '; it comes from https://helm.sh/docs/intro/install/'],
    ['kind', '; it comes from https://kind.sigs.k8s.io/docs/user/quick-start/#installation'],
    ['something', ''],
  ])('is named: %s', async (name, source) => {
    process.env.PATH = programs.folder;
    const message = `cannot run ${name}: there is no such program on the PATH${source}`;
    await expect(runProgram(name, [])).rejects.toEqual(new OperationError(message));
  });

  test('has a reason', async () => {
    programs.write('locked', '');
    process.env.PATH = programs.folder;
    await expect(runProgram('.', [])).rejects.toEqual(new OperationError('cannot run .: spawn . EACCES'));
  });
});

describe('a program whose time is up', () => {
  test('is ended with what it has started, and has kept what it said', async () => {
    programs.write('slow', `sleep 1000 & echo $! > '${programs.file('slow-child')}'; echo waiting; wait`);
    const running = runProgram('slow', [], { timeoutSeconds: 3 });
    expect(await running).toEqual({ stdout: 'waiting\n', stderr: '', exitCode: 124 });
    await untilGone(pidIn('slow-child'));
  });

  test('is ended the hard way when it does not listen', async () => {
    programs.write('stubborn', `trap '' TERM; while :; do sleep 1000; done`);
    expect((await runProgram('stubborn', [], { timeoutSeconds: 0.1 })).exitCode).toBe(124);
  }, 30_000);

  test('that ends in time keeps its own exit code', async () => {
    programs.write('quick', 'exit 0');
    expect((await runProgram('quick', [], { timeoutSeconds: 60 })).exitCode).toBe(0);
  });
});

describe('a program that is told to end', () => {
  test('ends', async () => {
    programs.write('waits', `echo > '${programs.file('waits-begun')}'; exec sleep 1000`);
    const controller = new AbortController();
    const running = runProgram('waits', [], { signal: controller.signal });
    await programs.untilThere('waits-begun');
    controller.abort();
    expect((await running).exitCode).toBe(143);
  });

  test('before it has begun does not go on', async () => {
    programs.write('late', 'exec sleep 1000');
    expect((await runProgram('late', [], { signal: AbortSignal.abort() })).exitCode).toBe(143);
  });
});
