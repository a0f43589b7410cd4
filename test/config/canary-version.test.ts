import { canaryVersion } from '../../src/config/canary-version';
import type { CanaryConfiguration, ModelConfiguration } from '../../src/config/configuration';
import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';

const MODEL: ModelConfiguration = {
  name: 'a',
  source: 'hf://a/b:v1',
  accelerator: 'nvidia-l4',
  parameters: '1B',
  architecture: { layers: 8 },
  tokensPerSecond: 100,
};

test.each<[string, ModelConfiguration, Omit<CanaryConfiguration, 'weight'>, string | undefined]>([
  ['another revision', MODEL, { source: 'hf://a/b:v2' }, '1B'],
  ['the same weights', MODEL, { gpus: 2 }, '1B'],
  ['weights of another name', MODEL, { source: 'hf://a/c' }, undefined],
  ['weights of another name, with a size', MODEL, { source: 'hf://a/c', parameters: '2B' }, '2B'],
  ['weights in place of the catalog’s', { name: 'qwen3', parameters: '1B' }, { source: 'hf://a/c' }, undefined],
  ['a revision of the catalog’s', { name: 'qwen3', parameters: '1B' }, { source: 'hf://Qwen/Qwen3-0.6B:v2' }, '1B'],
  ['the weights from elsewhere', MODEL, { source: 's3://a/c' }, '1B'],
])('the size of %s', (_, model, changes, parameters) => {
  expect(canaryVersion(model, { weight: 10, ...changes }).parameters).toBe(parameters);
});

test('weights of another name have none of the figures, and are not said to fit', () => {
  const canary = { weight: 10, source: 'hf://a/c' };
  const [version] = resolveSettings({ models: [{ ...MODEL, canary }] }).models.flatMap((model) => model.canary ?? []);
  expect(version).toMatchObject({ weight: 10, version: { source: 'hf://a/c', accelerator: 'nvidia-l4' } });
  expect(version?.version.figures).toBeUndefined();
});

test('the speed of the model is not that of its canary', () => {
  expect(canaryVersion(MODEL, { weight: 10, accelerator: 'nvidia-t4' })).not.toHaveProperty('tokensPerSecond');
});

test('what a program leaves undefined is the model’s', () => {
  const canary = { weight: 10, source: undefined, gpus: 2 };
  const { models } = resolveSettings({ models: [{ ...MODEL, canary }] });
  expect(models[0]?.canary?.version).toMatchObject({ source: 'hf://a/b:v1', gpus: 2 });
});

test('a mistake of the canary is told even where its model has the same: repairing one must not bring up the other', () => {
  const yaml = 'models: [{ name: simulator, arguments: [--port=1], canary: { weight: 10, arguments: [--port=1] } }]';
  expect(() => parseConfiguration(yaml, 'maas.yaml')).toThrow(
    /models\[0\]\.arguments\[0\]: got "--port=1"[^]*models\[0\]\.canary\.arguments\[0\]: got "--port=1"[^]*2 problems/,
  );
});

test('what the canary has of its model is told once', () => {
  const yaml = 'models: [{ name: simulator, arguments: [--port=1], canary: { weight: 10, maxModelLength: 9 } }]';
  expect(() => parseConfiguration(yaml, 'maas.yaml')).toThrow(/1 problem$/);
});
