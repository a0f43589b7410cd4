import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** `maas diff` as the package ships it, with real Git. */

const root = resolve(__dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-maas-diff-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function maasIn(cwd: string, ...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('node', [join(root, 'lib/cli/main.js'), ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

function maas(...args: string[]): { code: number | null; out: string; err: string } {
  return maasIn(folder, ...args);
}

function write(file: string, text: string): void {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder, stdio: 'pipe' });
}

function commit(): void {
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
}

const USERS = 'users:\n  - { name: alice, tier: free, keys: [{ demo: alice-secret }] }\n';

/** What the policy changes with its keys. */
const REVISIONS = ['apikey', 'bearer'].map(
  (prefix) => `spec.overrides.rules.authentication.api-key-users-${prefix}.overrides.revision.value`,
);

const TOLD = [
  'tiers:',
  '  tier free: 200 → 500 tokens a minute',
  '',
  'users:',
  '  user alice: gone',
  '',
  'in the cluster:',
  '  - Secret llm/alice-apikey',
  '  ~ AuthPolicy llm/gateway-auth-policy',
  ...REVISIONS.map((path) => `      ${path}`),
  '  ~ EnvoyFilter llm/token-rate-limit-filter',
  '      spec.configPatches[0].patch.value.typed_config.default_source_code.inline_string',
  '',
  '`kubectl apply` leaves what is removed (-) where it is: prune it, or delete it.',
  '',
].join('\n');

describe('two configurations', () => {
  test('in words and object by object, with exit code 1', () => {
    write('old.yaml', `tiers: [{ name: free, tokens: { minute: 200 } }]\n${USERS}`);
    write('new.yaml', 'tiers: [{ name: free, tokens: { minute: 500 } }]\nusers: []\n');
    expect(maas('diff', 'old.yaml', 'new.yaml')).toEqual({ code: 1, out: TOLD, err: '' });
  });

  test('as README shows it', () => {
    const key = (user: string, more = '') => `keys: [{ demo: ${user}-secret${more} }]`;
    write(
      'old.yaml',
      `users:\n  - { name: alice, tier: free, ${key('alice')} }\n  - { name: bob, tier: free, ${key('bob')} }\n` +
        `  - { name: carol, tier: premium, ${key('carol')} }\n`,
    );
    write(
      'new.yaml',
      'tiers:\n  - { name: free, tokens: { minute: 500, hour: 5000, day: 50000 } }\n' +
        '  - { name: premium, tokens: { minute: 1000, hour: 30000, day: 500000 } }\n' +
        '  - { name: enterprise, tokens: { minute: 5000, hour: 150000, day: 2000000 } }\n' +
        `users:\n  - { name: alice, tier: premium, ${key('alice')} }\n` +
        `  - { name: carol, tier: premium, ${key('carol', ', expires: 2027-01-31')} }\n`,
    );
    const { out } = maas('diff', 'old.yaml', 'new.yaml');
    const [, shown] =
      /\n```\n(tiers:\n[^`]*`kubectl apply` [^`]*)```\n/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    expect(out).toBe(shown);
  });

  test('as JSON', () => {
    write('old.yaml', 'tiers: [{ name: free, tokens: { minute: 200 } }]\nusers: []\n');
    write('new.yaml', `tiers: [{ name: free, tokens: { minute: 200 } }]\n${USERS}`);
    const { code, out, err } = maas('diff', 'old.yaml', 'new.yaml', '--json');
    expect([code, JSON.parse(out), err]).toEqual([
      1,
      {
        settings: { users: ['user alice: new, in tier free with 1 key'] },
        objects: {
          added: ['Secret llm/alice-apikey'],
          removed: [],
          changed: [{ object: 'AuthPolicy llm/gateway-auth-policy', paths: REVISIONS }],
        },
      },
      '',
    ]);
  });

  test('of one meaning: nothing, and exit code 0', () => {
    write('old.yaml', 'platform: kubernetes\n');
    write('new.yaml', 'namespace: llm\n');
    expect(maas('diff', 'old.yaml', 'new.yaml')).toEqual({ code: 0, out: 'nothing differs\n', err: '' });
    expect(JSON.parse(maas('diff', 'old.yaml', 'new.yaml', '--json').out)).toEqual({
      settings: {},
      objects: { added: [], removed: [], changed: [] },
    });
  });

  test('of which one has a problem: exit code 2', () => {
    write('old.yaml', 'platform: kubernetes\n');
    write('new.yaml', 'platfrom: kubernetes\n');
    const { code, out, err } = maas('diff', 'old.yaml', 'new.yaml');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^new\.yaml:1:1 platfrom: got an unknown key, .*\n1 problem\n$/);
  });
});

describe('a Git revision', () => {
  test('with what the file extended then, from any folder', () => {
    write('base.yaml', `tiers: [{ name: free, tokens: { minute: 200 } }]\n${USERS}`);
    write('environments/staging.yaml', 'extends: ../base.yaml\nnetworkPolicies: true\n');
    commit();
    rmSync(join(folder, 'base.yaml'));
    write('environments/other.yaml', 'tiers: [{ name: free, tokens: { minute: 500 } }]\nusers: []\n');
    write('environments/staging.yaml', 'extends: other.yaml\n');
    expect(maas('diff', '--since', 'HEAD', 'environments/staging.yaml')).toEqual({ code: 1, out: TOLD, err: '' });
    expect(maasIn(join(folder, 'environments'), 'diff', '--since', 'HEAD', 'staging.yaml').out).toBe(TOLD);
    expect(maasIn(root, 'diff', '--since', 'HEAD', join(folder, 'environments/staging.yaml')).out).toBe(TOLD);
    expect(existsSync(join(folder, 'base.yaml'))).toBe(false);
  });

  test('that has the same', () => {
    write('maas.yaml', 'platform: kubernetes\n');
    commit();
    expect(maas('diff', '--since', 'HEAD')).toEqual({ code: 0, out: 'nothing differs\n', err: '' });
  });

  test('that has problems, or does not have the file, or is none', () => {
    write('maas.yaml', 'platfrom: kubernetes\n');
    commit();
    write('maas.yaml', 'platform: kubernetes\n');
    write('new.yaml', 'platform: kubernetes\n');
    const refused = (...args: string[]) => {
      const { code, out, err } = maas('diff', '--since', ...args);
      expect([code, out]).toEqual([2, '']);
      return err;
    };
    expect(refused('HEAD')).toMatch(/^at HEAD: maas\.yaml:1:1 platfrom: got an unknown key, .*\n1 problem\n$/);
    expect(refused('HEAD', 'new.yaml')).toMatch(
      /^cannot read new\.yaml at HEAD: fatal: path 'new\.yaml' exists on disk/,
    );
    expect(refused('HEAD~1')).toMatch(/^no revision HEAD~1: fatal: /);
    expect(refused('--output=made.txt')).toMatch(/^no revision --output=made\.txt: fatal: /);
    expect(readdirSync(folder).sort()).toEqual(['.git', 'maas.yaml', 'new.yaml']);
  });

  test('outside of a repository', () => {
    write('maas.yaml', 'platform: kubernetes\n');
    const { code, err } = maas('diff', '--since', 'HEAD');
    expect([code, err]).toEqual([2, expect.stringMatching(/^no revision HEAD: fatal: not a git repository/)]);
  });
});

describe('a folder of manifests', () => {
  const examples = readdirSync(join(root, 'examples')).filter((name) =>
    existsSync(join(root, 'examples', name, 'maas.yaml')),
  );

  test.each(examples)('the committed one of examples/%s does not differ', (name) => {
    const example = join('examples', name);
    expect(maasIn(root, 'diff', '--dist', join(example, 'dist'), join(example, 'maas.yaml'))).toEqual({
      code: 0,
      out: 'nothing differs\n',
      err: '',
    });
  });

  test('of which only the files of the platform count', () => {
    write('maas.yaml', 'name: a\nusers: []\n');
    maas('synth');
    write('dist/30-gateway.k8s.yaml', 'kind: Other\n');
    write('dist/a-notes.yaml', 'kind: Other\n');
    write('dist/a-60-models.k8s.yaml', 'apiVersion: v1\nkind: Gone\nmetadata: { name: gone }\n');
    expect(maas('diff', '--dist', 'dist')).toEqual({
      code: 1,
      out:
        'in the cluster:\n  + InferenceService llm/vllm-simulator\n  + NetworkPolicy llm/model-servers\n  - Gone gone\n\n' +
        '`kubectl apply` leaves what is removed (-) where it is: prune it, or delete it.\n',
      err: '',
    });
  });

  test('that is not there, or holds something else', () => {
    write('maas.yaml', 'users: []\n');
    expect(maas('diff', '--dist', 'dist')).toEqual({ code: 2, out: '', err: 'cannot read dist: ENOENT\n' });
    write('dist/30-gateway.k8s.yaml', 'a: [\n');
    expect(maas('diff', '--dist', 'dist')).toEqual({
      code: 2,
      out: '',
      err: 'cannot read dist/30-gateway.k8s.yaml: it is no YAML; synthesize it anew\n',
    });
  });
});

test.each([
  [[], 0],
  [['maas.yaml'], 0],
  [['a.yaml', 'b.yaml', '--since', 'HEAD'], 2],
  [['--dist', 'dist', '--since', 'HEAD'], 2],
])('%j does not say what to compare with', (args, number) => {
  expect(maas('diff', ...args)).toEqual({
    code: 2,
    out: '',
    err:
      `error: got ${number} things to compare with, expected one of [new], --since, --dist and --cluster\n` +
      '(cdk8s-maas diff --help shows how it is used)\n',
  });
});
