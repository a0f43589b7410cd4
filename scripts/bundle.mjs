// Finishes lib/ after tsc: the Lua files and the script of the conformance Job, which TypeScript reads beside itself, and the
// command as two files.
//
// The command is bundled because a third of a synthesis would be the loading of some 340 small files. The library is
// not: a program shares cdk8s with it. It is bundled from TypeScript, whose imports tell what is not needed: a third less.
import { cpSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

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

// cdk8s brings copies of its own of two packages that we have, too, in the same versions: one of each is enough.
const alias = { yaml: './node_modules/yaml', 'fast-json-patch': './node_modules/fast-json-patch' };

// L1 classes as tsc has compiled them: a CommonJS module is one object, made when it is first asked for. An ES module's
// exports would be copied by every `require`, some hundreds of them.
const compiledImports = {
  name: 'compiled-imports',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/imports\// }, ({ path }) => ({
      path: resolve('lib', `${path.slice('../'.length)}.js`),
    })),
};

// What operates a cluster is loaded late: a synthesis needs none of it.
const entries = { main: 'src/cli/main.ts', operations: 'src/operations/commands.ts' };
for (const [name, entry] of Object.entries(entries)) {
  await build({
    entryPoints: [entry],
    outfile: `lib/cli/${name}.js`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Identifiers stay: short ones cost V8 more than the longer text, and an internal error says where it was.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'eof',
    logLevel: 'warning',
    alias,
    plugins: [compiledImports],
    external: ['cdk8s-maas/package.json', './operations.js'],
  });
}
