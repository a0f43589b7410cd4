import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The packed tarball in an empty project: what another team gets from npm. */

const root = resolve(__dirname, '../..');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  devDependencies: Record<string, string>;
};
const project = mkdtempSync(join(tmpdir(), 'cdk8s-maas-consumer-'));

const COMPILER_OPTIONS = { strict: true, target: 'es2022', skipLibCheck: false, types: ['node'], noEmitOnError: true };

function run(command: string, args: string[], cwd = project): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function manifests(folder: string): [string, string][] {
  const dist = join(folder, 'dist');
  return readdirSync(dist)
    .sort()
    .map((file) => [file, readFileSync(join(dist, file), 'utf8')]);
}

beforeAll(() => {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], root),
  ) as [{ filename: string }];
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  const versions = ['cdk8s', 'constructs', 'typescript', '@types/node'].map(
    (name) => `${name}@${packageJson.devDependencies[name]}`,
  );
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`, ...versions]);
  cpSync(join(__dirname, 'consumer.ts.txt'), join(project, 'main.ts'));
}, 300_000);

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

describe.each([
  { name: 'NodeNext', type: 'module', options: { module: 'nodenext' } },
  { name: 'CommonJS', type: 'commonjs', options: { module: 'commonjs', moduleResolution: 'bundler' } },
])('a project that compiles to $name', ({ type, options }) => {
  let out: string;

  beforeAll(() => {
    out = `out-${type}`;
    const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as object;
    writeFileSync(join(project, 'package.json'), JSON.stringify({ ...manifest, type }));
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, ...options, outDir: out }, files: ['main.ts'] }),
    );
    run('npx', ['tsc', '-p', '.']);
    run('node', [join(out, 'main.js')]);
  }, 300_000);

  test('synthesizes a platform with one more tier and an own model', () => {
    const identity = readFileSync(join(project, 'dist', '40-identity.k8s.yaml'), 'utf8');
    expect(identity).toContain('auth.identity.tier in ["free", "premium", "enterprise", "student"]');
    expect(readFileSync(join(project, 'dist', '50-limits.k8s.yaml'), 'utf8')).toMatch(
      /student[\s\S]{0,300}month"?\]? = 1000000/,
    );
    expect(readFileSync(join(project, 'dist', '70-routes.k8s.yaml'), 'utf8')).toContain('tiny.maas.local');
  });

  test('synthesizes one construct inside a chart of its own', () => {
    const files = readdirSync(join(project, 'dist'));
    expect(files).toContain('research.k8s.yaml');
    expect(readFileSync(join(project, 'dist', 'research.k8s.yaml'), 'utf8')).toContain('kind: InferenceService');
  });
});

test('the command of the package works, and names what is missing', () => {
  const { status, stderr } = spawnSync('npx', ['cdk8s-maas', 'synth'], { cwd: project, encoding: 'utf8' });
  expect(stderr).toContain('maas.yaml: got no such file');
  expect(stderr).not.toContain(' at ');
  expect(status).toBe(1);
});

test('what operates a cluster is in the package, under the short name, too', () => {
  const { status, stdout } = spawnSync('npx', ['maas', '--help'], { cwd: project, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining('  verify [options] ')]);
  const verify = spawnSync('npx', ['maas', 'verify'], { cwd: project, encoding: 'utf8' });
  expect(verify.stderr).toBe(
    'maas.yaml: got no such file, expected a configuration file; name the file with --config\n1 problem\n',
  );
  expect(verify.status).toBe(2);
});

describe.each(['kind', 'openshift', 'oidc', 'library'])('a new project of the story %s', (story) => {
  const folder = join(project, `new-${story}`);

  test('synthesizes at once what the example has', () => {
    expect(run('npx', ['cdk8s-maas', 'init', '--story', story, folder])).toContain('npm run synth');
    // A package that is not published yet cannot be installed by its version: it is found one folder above.
    run('npm', ['run', 'synth'], folder);
    const committed = { kind: 'kind', openshift: 'openshift-gpu', oidc: 'oidc', library: 'library' }[story] ?? '';
    expect(manifests(folder)).toEqual(manifests(join(root, 'examples', committed)));
  });

  test('asks for the packed version, and for those that it was tested with', () => {
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies: object };
    const { cdk8s, constructs } = packageJson.devDependencies;
    expect(dependencies).toEqual({ cdk8s, 'cdk8s-maas': packageJson.version, constructs });
  });
});

test('editors find the schema of a new maas.yaml once it is installed', () => {
  const [, path = ''] = /\$schema=(.*)\n/.exec(readFileSync(join(project, 'new-kind', 'maas.yaml'), 'utf8')) ?? [];
  expect(readFileSync(join(project, path), 'utf8')).toBe(readFileSync(join(root, 'maas.schema.json'), 'utf8'));
});

test('L1 classes can be imported one API group at a time', () => {
  const loaded = run('node', ['-p', "Object.keys(require('cdk8s-maas/imports/kuadrant.io')).includes('AuthPolicy')"]);
  expect(loaded.trim()).toBe('true');
});

test('publint finds nothing wrong with the package', () => {
  expect(run('npx', ['publint', '--strict', '--pack', 'false'], root)).toContain('All good!');
});
