import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The command as the package ships it: one bundled file. */

const command = resolve(__dirname, '../../lib/cli/main.js');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-maas-cli-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function maas(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('node', [command, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

describe('synth', () => {
  test('writes dist/ from maas.yaml and says so', () => {
    write('maas.yaml', 'platform: kubernetes\n');
    expect(maas('synth')).toEqual({ code: 0, out: 'wrote 10 files to dist/\n', err: '' });
    expect(readdirSync(join(folder, 'dist'))).toHaveLength(10);
  });

  test('takes another file and folder, and several platforms', () => {
    write('a.yaml', 'namespace: a\n');
    const shared = 'kuadrant: { create: false }\nkserve: { configure: false }\nobservability: { prometheus: false }\n';
    write('b.yaml', `name: b\nnamespace: b\n${shared}`);
    expect(maas('synth', '--config', 'a.yaml', 'b.yaml', '--out', 'out/both').out).toBe(
      'wrote 17 files to out/both/\n',
    );
    expect(readdirSync(join(folder, 'out/both'))).toEqual(
      expect.arrayContaining(['30-gateway.k8s.yaml', 'b-30-gateway.k8s.yaml']),
    );
  });

  test('and validate refuse two platforms that write the same objects', () => {
    write('a.yaml', 'namespace: a\n');
    write('b.yaml', 'name: b\nnamespace: b\nkuadrant: { create: false }\nobservability: { prometheus: false }\n');
    const files = ['--config', 'a.yaml', 'b.yaml'];
    const refused = { code: 1, out: '', err: expect.stringContaining('10-kserve and b-10-kserve both have ConfigMap') };
    expect(maas('synth', ...files)).toEqual(refused);
    expect(maas('validate', ...files)).toEqual(refused);
  });

  test('names the files that are gone', () => {
    write('maas.yaml', 'storage: { minio: {} }\n');
    maas('synth');
    write('maas.yaml', 'platform: kubernetes\n');
    expect(maas('synth').out).toBe('wrote 10 files to dist/, removed 55-storage.k8s.yaml\n');
  });

  test('is silent when asked to be', () => {
    write('maas.yaml', 'platform: kubernetes\n');
    expect(maas('synth', '--quiet')).toEqual({ code: 0, out: '', err: '' });
  });

  test.each([
    ['a mistake in the YAML', 'platform: [\n'],
    ['a mistake in the shape', 'platfrom: kubernetes\n'],
    ['a mistake across objects', 'users: [{ name: a, tier: b, keys: [{ demo: c }] }]\n'],
    ['a patch without effect', 'patches: [{ target: { kind: Gateway, name: nothing }, merge: { a: b } }]\n'],
  ])('leaves dist/ as it is after %s', (_, text) => {
    mkdirSync(join(folder, 'dist'));
    write('dist/30-gateway.k8s.yaml', 'as it was');
    write('maas.yaml', text);
    const { code, out, err } = maas('synth');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^maas\.yaml:\d+:\d+:? .*\n(.*\n)*\d+ problems?\n$/);
    expect(err).not.toContain('    at ');
    expect(readdirSync(join(folder, 'dist'))).toEqual(['30-gateway.k8s.yaml']);
    expect(readFileSync(join(folder, 'dist/30-gateway.k8s.yaml'), 'utf8')).toBe('as it was');
  });
});

describe('validate', () => {
  test('writes nothing', () => {
    write('maas.yaml', 'platform: kubernetes\n');
    expect(maas('validate')).toEqual({ code: 0, out: 'maas.yaml: no problem found\n', err: '' });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  test('finds what only the objects show, with its position', () => {
    write('maas.yaml', 'patches:\n  - target: { kind: Gateway, name: other }\n    merge: { spec: {} }\n');
    expect(maas('validate')).toEqual({
      code: 1,
      out: '',
      err:
        'maas.yaml:2:13 patches[0].target: got Gateway other, expected an object of this platform; look for it in dist/\n' +
        '1 problem\n',
    });
  });
});

describe('explain', () => {
  test('says what a name means', () => {
    write('maas.yaml', 'platform: kubernetes\n');
    const { code, out, err } = maas('explain', 'freeuser1');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^User freeuser1, of tier free\n( {2}.*\n)+$/);
    expect(out).not.toContain('freeuser1_key');
  });

  test('prints JSON without the value of a key', () => {
    write('team.yaml', 'users: [{ name: free, tier: free, keys: [{ demo: a_secret_key }] }]\n');
    const { code, out, err } = maas('explain', 'free', '--config', 'team.yaml', '--json');
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ kind: 'tier', name: 'free', tokens: { minute: 200, hour: 5000, day: 50000 } }),
      expect.objectContaining({
        kind: 'user',
        tier: 'free',
        keys: [{ secret: 'free-apikey', from: 'a demo key in dist/', disabled: false }],
      }),
    ]);
    expect(out).not.toContain('a_secret_key');
  });

  test.each([
    ['premuim', '; did you mean "premium"?'],
    ['nobody', ''],
  ])('of %j names what there is', (name, suggestion) => {
    write('maas.yaml', 'platform: kubernetes\n');
    expect(maas('explain', name)).toEqual({
      code: 1,
      out: '',
      err:
        `maas.yaml: got "${name}", expected one of the tiers free, premium, enterprise, the users freeuser1, freeuser2, ` +
        `premiumuser1, premiumuser2, enterpriseuser1, the models simulator${suggestion}\n`,
    });
  });

  test('and diagram refuse a configuration with a mistake', () => {
    write('maas.yaml', 'users: [{ name: a, tier: fre, keys: [{ demo: c }] }]\n');
    const refused = {
      code: 1,
      out: '',
      err:
        'maas.yaml:1:26 users[0].tier: got "fre", expected one of the tiers free, premium, enterprise; ' +
        'did you mean "free"?\n1 problem\n',
    };
    expect(maas('explain', 'free')).toEqual(refused);
    expect(maas('diagram')).toEqual(refused);
  });
});

describe('diagram', () => {
  test('prints a flowchart of another file, the same twice', () => {
    write('team.yaml', 'domain: team.test\n');
    const { code, out, err } = maas('diagram', '--config', 'team.yaml');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^flowchart TB\n( {2}.*\n)+$/);
    expect(out).toContain('simulator.team.test');
    expect(maas('diagram', '--config', 'team.yaml').out).toBe(out);
  });
});

describe('the command line', () => {
  test.each([
    [['sinth'], "unknown command 'sinth'"],
    [['synth', '--confg', 'x'], "unknown option '--confg'"],
    [['explain', 'free', '--jsn'], "unknown option '--jsn'"],
  ])('%j is answered with exit code 2 and a hint', (args, message) => {
    const { code, err } = maas(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain('Did you mean');
  });

  test('explain without a name is answered with exit code 2', () => {
    expect(maas('explain')).toEqual({
      code: 2,
      out: '',
      err: "error: missing required argument 'name'\n(cdk8s-maas explain --help shows how it is used)\n",
    });
  });

  test('prints its version', () => {
    expect(maas('--version').out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
