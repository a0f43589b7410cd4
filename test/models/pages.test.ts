import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelConfiguration } from '../../src/config/configuration';
import { parseConfiguration } from '../../src/config/read';
import { manifestsOf } from '../../src/platform/manifests';

/** Pages about models, with the number of their maas.yaml. */
const PAGES = { 'adding-a-model.md': 2, 'caching.md': 5, 'scaling.md': 3 };

interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
}

describe.each(Object.entries(PAGES))('docs/%s', (name, number) => {
  const page = readFileSync(join(__dirname, '../../docs', name), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);

  test.each(blocks)('synthesizes %#', (block) => {
    expect(blocks).toHaveLength(number);
    const manifests = manifestsOf(parseConfiguration(block, 'maas.yaml')) as unknown as Manifest[];
    expect(manifests.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['InferenceService', 'ServingRuntime']));
  });
});

describe('docs/external-providers.md', () => {
  const page = readFileSync(join(__dirname, '../../docs/external-providers.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);

  test('synthesizes a model of a provider, and a fallback', () => {
    const [external = [], fallback = []] = blocks.map((block) =>
      (manifestsOf(parseConfiguration(block, 'maas.yaml')) as unknown as Manifest[]).map(
        ({ kind, metadata }) => `${kind} ${metadata.name}`,
      ),
    );
    expect(blocks).toHaveLength(2);
    const provider = ['ServiceEntry', 'DestinationRule', 'EnvoyFilter'].map((kind) => `${kind} assistant-external`);
    expect(external).toEqual(expect.arrayContaining(provider));
    expect(fallback).toEqual(
      expect.arrayContaining([...provider, 'EnvoyFilter qwen3-fallback', 'EnvoyFilter assistant-fallback']),
    );
  });
});

test('docs/caching.md says which Pod Security the namespace of the models gets', () => {
  const page = readFileSync(join(__dirname, '../../docs/caching.md'), 'utf8');
  const sources: Record<string, string> = {
    'hf://': 'hf://org/model',
    'pvc://': 'pvc://claim/path',
    'oci://': 'oci://registry.example.com/model:tag',
    's3://': 's3://bucket/model',
    'gs://': 'gs://bucket/model',
    'https://': 'https://example.com/model.tar.gz',
  };
  for (const [scheme, source] of Object.entries(sources)) {
    const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split('|')[1]?.includes(scheme));
    expect(rows).toHaveLength(1);
    // Of a canary as of the model itself.
    for (const model of [{ source }, { source: 'hf://org/model', canary: { weight: 1, source } }]) {
      expect([scheme, rows[0]?.split('|').at(-2)?.trim()]).toEqual([scheme, levelFor(model)]);
    }
  }
  for (const [place, model] of Object.entries(CACHED)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`cache.${place}\``));
    expect([place, row?.split('|').at(-2)?.trim()]).toEqual([place, levelFor(model)]);
  }
});

const CACHED: Record<string, Partial<ModelConfiguration>> = {
  existingClaim: { source: 'hf://org/model', cache: { existingClaim: 'weights-cache' } },
  nodeGroup: { source: 's3://bucket/model', cache: { nodeGroup: 'l4-nodes', size: '20Gi' } },
};

/** As the page writes it. */
function levelFor(model: Partial<ModelConfiguration>): string {
  const manifests = manifestsOf({ models: [{ name: 'own', accelerator: 'nvidia', ...model }] });
  const namespace = (manifests as unknown as Manifest[]).find(({ metadata }) => metadata.name === 'llm');
  return `\`${namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce']}\``;
}
