import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { untilInputCloses } from './harness/program';
import { until } from './harness/until';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A test run in small: it starts a program, as the harness does, that prints its process id and then stays. */
const run = (wrapper: string) => `
  const program = ['/bin/sh', '-c', 'echo $$; exec sleep 60 >/dev/null 2>&1'];
  const options = { stdio: ['pipe', 'inherit', 'inherit'] };
  require('node:child_process').spawn('/bin/sh', ['-c', ${JSON.stringify(wrapper)}, 'program', ...program], options);
  setInterval(() => undefined, 1000);
`;

test('a program of the tests ends with them, also when they are killed', async () => {
  const tests = spawn(process.execPath, ['-e', run(untilInputCloses)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(tests.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(isRunning(pid)).toBe(true);
  tests.kill('SIGKILL');
  await until('the program has ended', 5, async () => !isRunning(pid));
});
