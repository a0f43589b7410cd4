// What a synthesis costs, as ratios within one run: CPU time (user + system) of whole processes, interleaved, the least
// of several runs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUNS = 15;
const folder = mkdtempSync(join(tmpdir(), 'bench-synth-'));
const cli = resolve('lib/cli/main.js');

try {
  const [base, synth] = measure([
    ['-e', "require('cdk8s')"],
    [cli, 'synth', '--quiet', '--config', 'maas.yaml', '--out', join(folder, 'dist')],
  ]);
  console.log(`CPU time, least of ${RUNS} runs each, interleaved; node ${process.version}`);
  console.log(`  node -e "require('cdk8s')"      ${base.toFixed(0).padStart(6)} ms`);
  console.log(
    `  synth of the default maas.yaml  ${synth.toFixed(0).padStart(6)} ms   ratio ${(synth / base).toFixed(2)}`,
  );

  console.log('\nBy number of users (what each thousand adds should stay the same)');
  const counts = [0, 1000, 2000, 5000, 10000];
  const times = measure(
    counts.map((count) => synthOfUsers(count)),
    3,
  );
  counts.forEach((count, index) => {
    const added = count === 0 ? '' : `   +${((times[index] - times[0]) / (count / 1000)).toFixed(0)} ms a thousand`;
    console.log(`  ${String(count).padStart(6)} users ${times[index].toFixed(0).padStart(6)} ms${added}`);
  });
} finally {
  rmSync(folder, { recursive: true });
}

/** Least CPU milliseconds of each command. */
function measure(commands, runs = RUNS) {
  const least = commands.map(() => Infinity);
  for (let run = 0; run < runs; run += 1) {
    commands.forEach((command, index) => {
      least[index] = Math.min(least[index], cpuMilliseconds(command));
    });
  }
  return least;
}

function cpuMilliseconds(command) {
  const { stdout, status } = spawnSync(
    '/bin/sh',
    ['-c', `"$0" "$@" >/dev/null; code=$?; times; exit $code`, process.execPath, ...command],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) {
    throw new Error(`node ${command.join(' ')} ended with ${status}`);
  }
  // `times` prints the shell's own times, then those of its children: 0m0.120s 0m0.020s
  const children = stdout.trim().split('\n')[1];
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + minutes * 60000 + seconds * 1000,
    0,
  );
}

function synthOfUsers(count) {
  const file = join(folder, `users-${count}.yaml`);
  const users = Array.from(
    { length: count },
    (_, index) => `  - { name: user${index}, tier: free, keys: [{ demo: key-${index} }] }`,
  );
  writeFileSync(file, `platform: kubernetes\nusers:${count === 0 ? ' []' : `\n${users.join('\n')}`}\n`);
  return [cli, 'synth', '--quiet', '--config', file, '--out', join(folder, `dist-${count}`)];
}
