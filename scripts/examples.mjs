// Synthesizes the default and every example into the committed folders, and writes the diagrams of their pages; `--out DIR`
// writes elsewhere, for comparison.
//
// An example is a folder of examples/ with a maas.yaml, a main.ts (built into lib/), or several environments.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDiagrams } from './diagrams.mjs';

const { values } = parseArgs({ options: { out: { type: 'string', default: '.' } } });
const root = resolve(values.out);
const cli = resolve('lib/cli/main.js');

/** Environments of an example that has more than one: file name without extension, below its dist/. */
const ENVIRONMENTS = { environments: ['staging', 'production'] };

synth('maas.yaml', 'dist');
for (const name of readdirSync('examples').sort()) {
  const folder = join('examples', name);
  if (existsSync(join(folder, 'main.ts'))) {
    const main = resolve('lib', folder, 'main.js');
    execFileSync('node', [main], {
      cwd: folder,
      env: { ...process.env, CDK8S_OUTDIR: join(root, folder, 'dist') },
      stdio: 'inherit',
    });
  } else if (name in ENVIRONMENTS) {
    ENVIRONMENTS[name].forEach((environment) =>
      synth(join(folder, `${environment}.yaml`), join(folder, 'dist', environment)),
    );
  } else {
    synth(join(folder, 'maas.yaml'), join(folder, 'dist'));
  }
}
writeDiagrams(root);

function synth(config, out) {
  execFileSync('node', [cli, 'synth', '--quiet', '--config', config, '--out', join(root, out)], { stdio: 'inherit' });
}
