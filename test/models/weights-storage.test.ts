import { resolveSettings } from '../../src/config/settings';
import type { ModelConfiguration } from '../../src';
import { manifestsOf } from '../../src/platform/manifests';
import { parseQuantity } from '../../src/quantity';
import { catalogEntry, CATALOG } from '../../src/models/catalog';

interface Manifest {
  kind: string;
  metadata: { name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

const own = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia-h200', parameters: '8B' };

/** What each of its versions asks of the disk of its node. */
function requestsOf(model: ModelConfiguration): (string | undefined)[] {
  const manifests = manifestsOf({ models: [model], storage: { minio: {} } }) as unknown as Manifest[];
  return manifests
    .filter(({ kind }) => kind === 'InferenceService')
    .map(({ spec: { predictor } }) => (predictor.model ?? predictor.containers[0]).resources)
    .map(({ requests, limits }) => {
      expect(limits).not.toHaveProperty('ephemeral-storage');
      return requests['ephemeral-storage'];
    });
}

test.each<[what: string, model: Partial<ModelConfiguration>, request: string | undefined]>([
  // 14.9 GiB of weights, a tenth more, and 2 GiB.
  ['loaded by vLLM', {}, '19Gi'],
  ['from a bucket', { source: 's3://models/own' }, '19Gi'],
  ['from Google Cloud', { source: 'gs://models/own' }, '19Gi'],
  ['from a server', { source: 'https://example.com/own.tar' }, '19Gi'],
  ['with 4 bits', { architecture: { weightBits: 4 } }, '7Gi'],
  ['with 32 bits', { architecture: { weightBits: 32 } }, '35Gi'],
  ['said by the model', { resources: { requests: { ephemeralStorage: '50Gi' } } }, '50Gi'],
  ['of unknown size', { parameters: undefined }, undefined],
  ['of unknown size, said', { parameters: undefined, resources: { requests: { ephemeralStorage: '5Gi' } } }, '5Gi'],
  ['in a claim that pods share', { cache: { existingClaim: 'weights' } }, undefined],
  ['on the disks of nodes', { cache: { nodeGroup: 'gpus', size: '20Gi' } }, undefined],
  ['in a volume', { source: 'pvc://weights/own' }, undefined],
  ['in an image', { source: 'oci://registry.example.com/own:1' }, undefined],
])('weights %s', (_, model, request) => {
  expect(requestsOf({ ...own, ...model })).toEqual([request]);
});

test('the simulator has none', () => {
  expect(requestsOf({ name: 'simulator' })).toEqual([undefined]);
});

test('a canary has its own weights, and where it keeps them', () => {
  const canary = { weight: 5, source: 'hf://acme/other', parameters: '16B' };
  expect(requestsOf({ ...own, canary })).toEqual(['19Gi', '35Gi']);
  expect(requestsOf({ ...own, canary: { weight: 5, cache: { existingClaim: 'weights' } } })).toEqual([
    '19Gi',
    undefined,
  ]);
});

test.each(Object.keys(CATALOG).filter((name) => catalogEntry(name)?.runtime === 'vllm'))(
  '%s: the request holds the weights',
  (name) => {
    const [settings] = resolveSettings({ models: [{ name }] }).models;
    const { parameters = 0, weightBits = 16 } = settings?.figures ?? {};
    const request = parseQuantity(settings?.resources.requests.ephemeralStorage ?? '') ?? 0;
    const weights = (parameters * weightBits) / 8;
    expect(request).toBeGreaterThan(weights);
    expect(request).toBeLessThan(2 * weights + 4 * 2 ** 30);
  },
);
