import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** Every example and the default are synthesized and drawn anew and compared with what is committed, byte for byte. */

const root = resolve(__dirname, '../..');
const fresh = mkdtempSync(join(tmpdir(), 'cdk8s-maas-examples-'));
const again = mkdtempSync(join(tmpdir(), 'cdk8s-maas-examples-'));

function synthesizeAll(out: string): void {
  execFileSync('node', ['scripts/examples.mjs', '--out', out], { cwd: root, stdio: 'pipe' });
}

function manifests(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.k8s.yaml'));
  return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

beforeAll(() => {
  synthesizeAll(fresh);
  synthesizeAll(again);
}, 120_000);

afterAll(() => {
  rmSync(fresh, { recursive: true });
  rmSync(again, { recursive: true });
});

const folders = ['dist', ...readdirSync(join(root, 'examples')).map((name) => join('examples', name, 'dist'))];

test.each(folders)('%s is what its configuration says', (folder) => {
  const committed = manifests(join(root, folder));
  expect(committed.size).toBeGreaterThan(0);
  expect([...committed.keys()]).toEqual([...manifests(join(fresh, folder)).keys()]);
  for (const [file, text] of manifests(join(fresh, folder))) {
    expect(`${relative(root, join(root, folder, file))}\n${text}`).toBe(
      `${join(folder, file)}\n${committed.get(file)}`,
    );
  }
});

test.each(folders)('%s is the same in a second run', (folder) => {
  expect(manifests(join(again, folder))).toEqual(manifests(join(fresh, folder)));
});

test('the example kind is the default', () => {
  expect(manifests(join(fresh, 'examples/kind/dist'))).toEqual(manifests(join(fresh, 'dist')));
});

test('every example has a page', () => {
  for (const name of readdirSync(join(root, 'examples'))) {
    expect(statSync(join(root, 'examples', name, 'README.md')).size).toBeGreaterThan(0);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`(examples/${name})`);
  }
});

/** Examples whose configuration is code. */
const WITHOUT_DIAGRAM = ['library', 'two-platforms'];
const pages = ['README.md', ...readdirSync(join(root, 'examples')).map((name) => join('examples', name, 'README.md'))];

test.each(pages)('%s shows the diagrams of its configurations', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  expect(text).toBe(readFileSync(join(fresh, page), 'utf8'));
  const folder = join(root, dirname(page));
  const drawn = [...text.matchAll(/<!-- diagram of (\S+) -->\n\n```mermaid\nflowchart TB\n/g)].map(([, file]) => file);
  const files = readdirSync(folder).filter(
    (file) => file.endsWith('.yaml') && !['base.yaml', 'cdk8s.yaml'].includes(file),
  );
  expect(drawn.sort()).toEqual(WITHOUT_DIAGRAM.includes(basename(folder)) ? [] : files.sort());
});

test('npx cdk8s synth writes the same bytes as npm run synth', () => {
  const out = mkdtempSync(join(tmpdir(), 'cdk8s-maas-cli-'));
  execFileSync('npx', ['cdk8s', 'synth', '--output', out], {
    cwd: root,
    stdio: 'pipe',
    env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false' },
  });
  expect(manifests(out)).toEqual(manifests(join(fresh, 'dist')));
  rmSync(out, { recursive: true });
}, 60_000);
