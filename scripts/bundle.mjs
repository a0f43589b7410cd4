// Finishes lib/ after tsc: the Lua files and the script of the conformance Job, which TypeScript reads beside itself, and the
// command as two files.
//
// The command is bundled because a third of a synthesis would be the loading of some 340 small files. The library is
// not: a program shares cdk8s with it. It is bundled from TypeScript, whose imports tell what is not needed: a third less.
import { cpSync } from 'node:fs';
import { basename } from 'node:path';
import { buildSync } from 'esbuild';

for (const folder of ['gateway', 'limits']) {
  cpSync(`src/${folder}/lua`, `lib/src/${folder}/lua`, { recursive: true });
  cpSync(`src/${folder}/lua`, 'lib/cli/lua', { recursive: true });
}
for (const folder of ['src/conformance', 'cli']) {
  cpSync('src/conformance/conformance.sh', `lib/${folder}/conformance.sh`);
}

// What `init` begins with: the examples themselves, so that nothing is written twice.
const stories = {
  kind: 'maas.yaml',
  openshift: 'examples/openshift-gpu/maas.yaml',
  oidc: 'examples/oidc/maas.yaml',
  library: 'examples/library/main.ts',
};
for (const [story, file] of Object.entries(stories)) {
  cpSync(file, `lib/cli/stories/${story}/${basename(file)}`);
}

// What operates a cluster is loaded late: a synthesis needs none of it.
const entries = { main: 'src/cli/main.ts', operations: 'src/operations/commands.ts' };
for (const [name, entry] of Object.entries(entries)) {
  buildSync({
    entryPoints: [entry],
    outfile: `lib/cli/${name}.js`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'eof',
    logLevel: 'warning',
    external: ['cdk8s-maas/package.json', './operations.js'],
  });
}
