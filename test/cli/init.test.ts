import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { contentsOf, temporaryFolder } from '../support/folder';

/** `maas init` as the package ships it; test/package installs and synthesizes what it writes. */

const root = resolve(__dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function maas(...args: string[]): { code: number | null; out: string; err: string } {
  const command = join(root, 'lib/cli/main.js');
  const { status, stdout, stderr } = spawnSync('node', [command, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

const VERSIONS = { cdk8s: '2.70', 'cdk8s-maas': '0.1.0', constructs: '10.8' };

test('the default is the local demo, and what comes next is printed', () => {
  expect(maas('init', 'my-platform')).toEqual({
    code: 0,
    out:
      'wrote maas.yaml, package.json, .gitignore, README.md; next:\n\n' +
      'cd my-platform\nnpm install\nnpm run synth\nnpx maas install\n',
    err: '',
  });
  const files = contentsOf(join(folder, 'my-platform'));
  expect(Object.keys(files).sort()).toEqual(['.gitignore', 'README.md', 'maas.yaml', 'package.json']);
  expect(files['maas.yaml']).toBe(
    read('maas.yaml').replace('./maas.schema.json', './node_modules/cdk8s-maas/maas.schema.json'),
  );
  expect(files['.gitignore']).toBe('node_modules/\n');
  expect(JSON.parse(files['package.json'] ?? '')).toEqual({
    name: 'my-platform',
    version: '0.1.0',
    private: true,
    scripts: { synth: 'cdk8s-maas synth', validate: 'cdk8s-maas validate', diff: 'cdk8s-maas diff --dist dist' },
    dependencies: VERSIONS,
  });
  expect(files['README.md']).toMatch(/^# my-platform\n[\s\S]*\nnpm install\nnpm run diff .*\nnpm run synth .*\n/);
});

test('in the folder where one is, without a cd', () => {
  expect(maas('init').out).toBe(
    'wrote maas.yaml, package.json, .gitignore, README.md; next:\n\nnpm install\nnpm run synth\nnpx maas install\n',
  );
});

test.each([
  ['openshift', 'examples/openshift-gpu/maas.yaml'],
  ['oidc', 'examples/oidc/maas.yaml'],
])('the story %s is the example, valid and ready to synthesize', (story, example) => {
  expect(maas('init', '--story', story).code).toBe(0);
  const [first, ...others] = contentsOf(folder)['maas.yaml']?.split('\n') ?? [];
  expect(first).toBe('# yaml-language-server: $schema=./node_modules/cdk8s-maas/maas.schema.json');
  expect(others).toEqual(read(example).split('\n').slice(1));
  expect(maas('validate')).toEqual({ code: 0, out: 'maas.yaml: no problem found\n', err: '' });
  expect(maas('synth').code).toBe(0);
});

test('the story library is a main.ts with its compiler', () => {
  expect(maas('init', '--story', 'library', 'Our Platform!').out).toContain("cd 'Our Platform!'\n");
  const files = contentsOf(join(folder, 'Our Platform!'));
  expect(Object.keys(files).sort()).toEqual(['.gitignore', 'README.md', 'main.ts', 'package.json', 'tsconfig.json']);
  expect(files['main.ts']).toBe(read('examples/library/main.ts'));
  expect(files['.gitignore']).toBe('node_modules/\nbuild/\n');
  expect(JSON.parse(files['package.json'] ?? '')).toEqual({
    name: 'our-platform',
    version: '0.1.0',
    private: true,
    scripts: { synth: 'tsc && node build/main.js' },
    dependencies: VERSIONS,
    devDependencies: { '@types/node': '^20.19.43', typescript: '6.0' },
  });
});

test('nothing is overwritten: all files that are there are named, and none is written', () => {
  writeFileSync(join(folder, 'package.json'), 'mine');
  writeFileSync(join(folder, 'other.txt'), 'mine');
  symlinkSync('nowhere', join(folder, 'maas.yaml'));
  const before = contentsOf(folder);
  expect(maas('init')).toEqual({
    code: 1,
    out: '',
    err: '. already has maas.yaml, package.json; nothing was written. Choose another folder, or replace them with --force\n',
  });
  expect(contentsOf(folder)).toEqual(before);
});

test('--force replaces what it writes and leaves the rest alone', () => {
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'mine.yaml'), 'mine');
  writeFileSync(join(folder, 'tsconfig.json'), 'mine');
  writeFileSync(join(folder, 'package.json'), 'mine');
  expect(maas('init', '--force').code).toBe(0);
  expect(contentsOf(folder)).toMatchObject({
    'dist/mine.yaml': 'mine',
    'tsconfig.json': 'mine',
    'package.json': expect.stringContaining('"cdk8s-maas": "0.1.0"'),
  });
});

test('a folder that is a file, and a story that is none', () => {
  writeFileSync(join(folder, 'file'), 'mine');
  expect(maas('init', 'file')).toEqual({
    code: 1,
    out: '',
    err: 'cannot write to file: it is a file, expected a folder\n',
  });
  const { code, err } = maas('init', '--story', 'kinf');
  expect(code).toBe(2);
  expect(err).toContain("argument 'kinf' is invalid. Allowed choices are kind, openshift, oidc, library.");
});
