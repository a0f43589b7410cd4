import { ModelDisruptionBudget } from '../../src/models/model-disruption-budget';
import { hasSeveralReplicas } from '../../src/models/inference-service';
import { manifestsOf } from '../../src/platform/manifests';
import { identify, synthesize } from '../support/synth';

test('ModelDisruptionBudget: one pod of the model at a time, and any that does not serve', () => {
  const { manifests, find } = synthesize(
    (chart) => new ModelDisruptionBudget(chart, 'budget', { inferenceService: 'llama', namespace: 'research' }),
  );
  expect(manifests.map(identify)).toEqual(['PodDisruptionBudget research/llama']);
  expect(find('PodDisruptionBudget')).toMatchObject({
    apiVersion: 'policy/v1',
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { 'serving.kserve.io/inferenceservice': 'llama' } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
});

test.each([
  [undefined, false],
  [{}, false],
  [{ min: 1 }, false],
  [{ min: 2 }, true],
  [{ max: 2 }, true],
])('replicas %j may be several: %p', (replicas, several) => {
  expect(hasSeveralReplicas(replicas)).toBe(several);
});

test('models and canaries of several replicas have one, and are spread; others are not', () => {
  const manifests = manifestsOf({
    models: [
      { name: 'simulator' },
      { name: 'qwen3', replicas: { min: 2 }, canary: { weight: 1, replicas: { min: 1 } } },
      { name: 'nomic', canary: { weight: 1, replicas: { min: 3 } } },
    ],
  }) as unknown as { kind: string; metadata: { name: string }; spec: { predictor: object } }[];
  const named = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
  const several = ['nomic-embed-text-v1-5-canary', 'qwen3-0-6b-instruct'];
  expect(
    named('PodDisruptionBudget')
      .map(({ metadata }) => metadata.name)
      .sort(),
  ).toEqual(several);
  const spread = named('InferenceService').filter(({ spec }) => 'topologySpreadConstraints' in spec.predictor);
  expect(spread.map(({ metadata }) => metadata.name).sort()).toEqual(several);
  expect(spread[0]?.spec.predictor).toMatchObject({
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { 'serving.kserve.io/inferenceservice': 'qwen3-0-6b-instruct' } },
    })),
  });
});
