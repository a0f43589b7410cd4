import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { DEFAULT_VERSIONS } from '../src';
import { imageName, IMAGES } from '../src/images';
import { Accelerator } from '../src/models/accelerator';
import { VllmRuntime } from '../src/models/vllm-runtime';
import { CONSTRUCTS, NAMES } from './support/constructs';
import { synthesize, textsOf } from './support/synth';

describe.each(Object.entries(IMAGES))('the image %s', (_, image) => {
  test('names its registry, so that no default of a node decides', () => {
    expect(image.repository).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[a-z0-9._-]+)+$/);
  });

  test('is pinned to a full version', () => {
    expect(image.tag).toMatch(/^v?\d+\.\d+\.\d+(-alpine)?$|^RELEASE\.\d{4}-\d{2}-\d{2}T[\d-]+Z$/);
  });

  test('says which release of whom ships this tag', () => {
    expect(image.evidence).toMatch(/^\S.*\d+\.\d+\.\d+/);
  });
});

describe('imageName', () => {
  const image = { repository: 'quay.io/team/thing', tag: 'v1', evidence: '' };

  test.each([
    [undefined, 'quay.io/team/thing:v1'],
    ['mirror.example.com', 'mirror.example.com/team/thing:v1'],
    ['mirror.example.com:5000', 'mirror.example.com:5000/team/thing:v1'],
    ['mirror.example.com/quay/proxy', 'mirror.example.com/quay/proxy/team/thing:v1'],
  ])('with the registry %s', (registry, name) => {
    expect(imageName(image, registry)).toBe(name);
  });
});

describe('all constructs', () => {
  const { manifests } = synthesize((chart) => {
    for (const [id, create] of Object.entries(CONSTRUCTS)) {
      create(new Construct(chart, id), NAMES);
    }
    for (const accelerator of [Accelerator.cpu(), Accelerator.amd('mi300x')]) {
      new VllmRuntime(chart, accelerator.name, { namespace: NAMES.namespace, accelerator });
    }
  });
  const images = textsOf(manifests).filter(({ path }) => path.endsWith('/image'));

  test('use images of the table only, each of them', () => {
    const table = Object.values(IMAGES).map((image) => imageName(image));
    expect([...new Set(images.map(({ text }) => text))].sort()).toEqual(table.sort());
  });

  test('write no image anywhere else', () => {
    const elsewhere = textsOf(manifests).filter(
      ({ path, text }) => !path.endsWith('/image') && /(^|[\s"'=/])(docker|ghcr|quay|gcr)\.io\//.test(text),
    );
    expect(elsewhere).toEqual([]);
  });
});

describe('docs/versions.md', () => {
  const page = readFileSync(join(__dirname, '../docs/versions.md'), 'utf8');

  test.each(Object.values(IMAGES))('names $repository with its tag and evidence', ({ repository, tag, evidence }) => {
    expect(page).toContain(`| \`${repository}\` | \`${tag}\` | ${evidence} |`);
  });

  test('names the versions that the YAML is rendered for', () => {
    const rows: Record<keyof typeof DEFAULT_VERSIONS, string> = {
      gatewayApi: 'Gateway API',
      istio: 'Istio',
      kuadrant: 'Kuadrant',
      kserve: 'KServe',
      certManager: 'cert-manager',
    };
    for (const [key, component] of Object.entries(rows)) {
      expect(page).toMatch(
        new RegExp(
          `^\\| ${component} \\| ${DEFAULT_VERSIONS[key as keyof typeof rows].replaceAll('.', '\\.')}[ ;]`,
          'm',
        ),
      );
    }
  });
});
