import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import * as path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/**
 * Loads TypeScript as jest does, but through Node's own `require`, whose cache tells what was loaded. `becomeOrdinaryUser`
 * gives up root once everything is loaded: root is never refused anything.
 */
const PRELUDE = `
  const { transformFileSync } = require('@swc/core');
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, swcrc: false };
  require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
  const load = (file) => require(require('node:path').resolve(file));
  const loaded = () => Object.keys(require.cache).map((file) => require('node:path').relative(process.cwd(), file));
  const becomeOrdinaryUser = () => {
    if (process.getuid() === 0) {
      process.setgroups([]);
      process.setgid(65534);
      process.setuid(65534);
    }
  };
`;

/** User id of the ordinary user in a child process of root. */
export const ORDINARY_USER = 65534;

/**
 * Runs the body of a JavaScript function in a Node of its own and returns what it returns, by way of JSON.
 *
 * @param body may use `load(file)` with a path from the root of the repository, `loaded()` and `becomeOrdinaryUser()`
 * @param wrapper command with arguments that starts Node
 */
export function runInChild(body: string, wrapper: readonly string[] = []): unknown {
  const script = `${PRELUDE}\nprocess.stdout.write(JSON.stringify((() => {${body}})()) ?? 'null');`;
  const [command = '', ...args] = [...wrapper, process.execPath, '-e', script];
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) {
    throw error ?? new Error(`child process ended with ${status}: ${stderr}`);
  }
  return JSON.parse(stdout);
}

/**
 * The command that starts a Node of its own, for what signals and terminals do to it.
 *
 * @param body of an asynchronous function, as `runInChild` takes it
 */
export function childCommand(body: string): string[] {
  return [process.execPath, '-e', `${PRELUDE}\nvoid (async () => {${body}})();`];
}

/** Starts a command of `childCommand` at the root of the repository and leaves it running. */
export function startChild([command = '', ...args]: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(command, args, { cwd: ROOT, env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
}
