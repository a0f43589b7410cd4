import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/**
 * What a command prints on a terminal, both streams, as it is sent to it but for line ends.
 * @param environment beside PATH and TERM
 */
export function printedOnTerminal(
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  columns = 80,
): string {
  const env = { PATH: process.env.PATH, TERM: 'xterm', ...environment };
  const inside = ['/bin/sh', '-c', `stty cols ${columns}; exec "$@"`, 'sh', ...command];
  const { stdout } = spawnSync('python3', ['-c', TERMINAL, ...inside], { cwd: ROOT, env, encoding: 'utf8' });
  return stdout.replaceAll('\r\n', '\n');
}

/** A group of tests that need a pseudo terminal; without python3 each is skipped and says why. */
export function describeOnTerminal(name: string, body: () => void): void {
  if (spawnSync('python3', ['--version']).status === 0) describe(name, body);
  else describe.skip(`${name} (skipped: needs python3)`, body);
}
