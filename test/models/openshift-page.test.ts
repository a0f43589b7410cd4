import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { parseConfiguration } from '../../src/config/read';
import { manifestsOf } from '../../src/platform/manifests';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/openshift.md'), 'utf8');
const dist = join(root, 'examples/openshift-gpu/dist');

/** Every object of the example that is not in the platform's namespace, as the page writes it. */
function objectsElsewhere(): string[][] {
  return readdirSync(dist)
    .sort()
    .flatMap((file) =>
      (loadAll(readFileSync(join(dist, file), 'utf8')) as Manifest[])
        .filter(({ metadata }) => metadata.namespace !== 'llm')
        .map(({ kind, metadata }) => [
          `\`${file.replace('.k8s.yaml', '')}\``,
          `${kind} \`${metadata.name}\``,
          metadata.namespace === undefined ? 'cluster' : `\`${metadata.namespace}\``,
        ]),
    );
}

test('names every object for which the rights in one namespace do not suffice', () => {
  const rows = page
    .split('\n')
    .filter((line) => /^\| `\d\d-/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| /, '')));
  expect(rows.map((row) => row.slice(0, 3))).toEqual(objectsElsewhere());
  for (const row of rows) expect(row[3]).toMatch(/\w/);
});

const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);

test('has as many configurations as there were', () => {
  expect(blocks).toHaveLength(5);
});

test.each(blocks)('synthesizes configuration %#', (block) => {
  const kinds = (manifestsOf(parseConfiguration(block, 'maas.yaml')) as unknown as Manifest[]).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['Route', 'RoleBinding', 'InferenceService', 'ServiceMonitor']));
  expect(kinds).not.toContain('Prometheus');
});

test('says which constraints each source of weights needs', () => {
  const sources = [
    'hf://org/own',
    'pvc://claim/own',
    's3://bucket/own',
    'gs://bucket/own',
    'oci://registry.test/own:1',
  ];
  for (const source of sources) {
    const manifests = manifestsOf({
      platform: 'openshift',
      domain: 'apps.example.com',
      models: [{ name: 'own', accelerator: 'nvidia', source }],
    }) as unknown as (Manifest & { roleRef?: { name: string } })[];
    const bound = manifests.flatMap(
      ({ roleRef }) => /^system:openshift:scc:(.*)$/.exec(roleRef?.name ?? '')?.[1] ?? [],
    );
    const scheme = source.slice(0, source.indexOf('//') + 2);
    const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split('|')[1]?.includes(scheme));
    const said = rows.map((row) => /\b(restricted-v2|nonroot-v2)\b/.exec(row.split('|').at(-2) ?? '')?.[1]);
    expect([scheme, [...new Set(said)].sort()]).toEqual([scheme, bound.sort()]);
  }
});
