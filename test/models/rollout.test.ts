import type { ModelConfiguration } from '../../src';
import { quotaUses, modelConsumer } from '../../src/config/quota';
import { resolveSettings } from '../../src/config/settings';
import { Accelerator } from '../../src/models/accelerator';
import { manifestsOf } from '../../src/platform/manifests';

interface Manifest {
  kind: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

const strategiesOf = (model: ModelConfiguration) =>
  (manifestsOf({ models: [model] }) as unknown as Manifest[])
    .filter(({ kind }) => kind === 'InferenceService')
    .map(({ spec }) => spec.predictor.deploymentStrategy);

const replacing = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };

test.each(['simulator', 'granite'])('%s: KServe decides, unless an update has to do without a pod more', (name) => {
  expect(strategiesOf({ name })).toEqual([undefined]);
  expect(strategiesOf({ name, rollout: 'surge' })).toEqual([undefined]);
  expect(strategiesOf({ name, rollout: 'replace' })).toEqual([replacing]);
});

test('a canary is updated as its model is', () => {
  expect(strategiesOf({ name: 'granite', rollout: 'replace', canary: { weight: 5, gpus: 2 } })).toEqual([
    replacing,
    replacing,
  ]);
});

test('an update that ends a pod first needs no room in a quota', () => {
  const updateOf = (...models: ModelConfiguration[]) => {
    const consumers = resolveSettings({ models }).models.map((each) => modelConsumer(each, Accelerator.nvidia('l4')));
    return quotaUses({ accelerators: { 'nvidia.com/gpu': 9 } }, consumers).map(({ used, update }) => ({
      used,
      update,
    }));
  };
  const granite = { name: 'granite', gpus: 2 };
  expect(updateOf(granite)).toEqual([{ used: 2, update: 2 }]);
  expect(updateOf({ ...granite, rollout: 'replace' })).toEqual([{ used: 2, update: 0 }]);
  expect(updateOf({ ...granite, rollout: 'replace' }, { name: 'qwen3' })).toEqual([{ used: 3, update: 1 }]);
});
