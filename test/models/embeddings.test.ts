import { CATALOG } from '../../src/models/catalog';
import { isEmbeddingsModel } from '../../src/models/vllm-serving';
import { manifestsOf } from '../../src/platform/manifests';

interface Manifest {
  kind: string;
  metadata: { name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

test.each([
  [['--runner=pooling'], true],
  [['--runner', 'pooling'], true],
  [['--runner=generate', '--runner=pooling'], true],
  [['--runner=pooling', '--runner=generate'], false],
  [['--task=embed'], true],
  [['--task', 'embedding'], true],
  [['--task=generate'], false],
  [['--served-model-name=--runner=pooling'], false],
  [[], false],
])('%j: embeds texts: %p', (args, embeds) => {
  expect(isEmbeddingsModel({ arguments: args })).toBe(embeds);
});

test('the catalog has two such models', () => {
  const names = Object.entries(CATALOG).flatMap(([name, { arguments: args = [] }]) =>
    isEmbeddingsModel({ arguments: args }) ? [name] : [],
  );
  expect(names).toEqual(['nomic', 'bge-m3']);
});

test.each(['nomic', 'bge-m3'])('%s is started as the pinned vLLM knows it, and reached at /v1/embeddings', (name) => {
  const manifests = manifestsOf({ models: [{ name }] }) as unknown as Manifest[];
  const args = manifests.find(({ kind }) => kind === 'InferenceService')?.spec.predictor.model.args as string[];
  expect(args).toContain('--runner=pooling');
  expect(args.join(' ')).not.toContain('--task');
  const route = manifests.find(({ metadata }) => metadata.name === `${name}-domain-route`);
  const matches = route?.spec.rules.flatMap(({ matches: each }: { matches: object[] }) => each);
  expect(matches).toContainEqual({ method: 'POST', path: { type: 'Exact', value: '/v1/embeddings' } });
  const filter = manifests.find(({ metadata }) => metadata.name === 'token-rate-limit-filter');
  expect(JSON.stringify(filter)).toContain('/v1/embeddings');
});
