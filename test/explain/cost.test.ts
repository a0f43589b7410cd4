import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { explainCost } from '../../src/explain/cost';
import { explainName } from '../../src/explain/explanation';
import { formatExplanations } from '../../src/explain/text';
import { manifestsOf } from '../../src/platform/manifests';

function costOf(props: MaasPlatformProps, name = 'qwen3') {
  const settings = resolveSettings(props);
  return explainCost(
    settings,
    settings.models.find((model) => model.name === name)!,
  );
}

test('a model without an accelerator costs nothing that is known here', () => {
  expect(costOf({}, 'simulator')).toBeUndefined();
});

test('without a price it is said how to tell it', () => {
  expect(costOf({ models: [{ name: 'qwen3', accelerator: 'nvidia-l4' }] })).toEqual({
    words: ['not known: say it with `pricePerHour` of an own accelerator, `{ name: …, like: nvidia-l4 }`'],
  });
});

test('without a measurement nothing is said of a million tokens', () => {
  const accelerators = [{ name: 'ours', like: 'nvidia-l4', pricePerHour: 0.8 }];
  expect(costOf({ accelerators, models: [{ name: 'qwen3', accelerator: 'ours', replicas: { min: 2 } }] })).toEqual({
    perHour: { min: 1.6, max: 1.6 },
    words: ['1.6 an hour: 2 × 1 × 0.8', 'a million tokens: say `tokensPerSecond`, as you measure it under your load'],
  });
});

test('a model that sleeps costs nothing then, and a million tokens of it what one replica takes for them', () => {
  const accelerators = [{ name: 'ours', like: 'nvidia-l4', pricePerHour: 1 }];
  const scaled = { replicas: { min: 0, max: 2 }, scaling: { by: 'queue', target: 5 } } as const;
  expect(
    costOf({ accelerators, models: [{ name: 'qwen3', accelerator: 'ours', tokensPerSecond: 100, ...scaled }] }),
  ).toEqual({
    perHour: { min: 0, max: 2 },
    perMillionTokens: expect.closeTo(2.7778, 4),
    words: ['0 to 2 an hour: 0 to 2 × 1 × 1', '2.778 a million tokens: 1 / (100 a second × 3,600 seconds)'],
  });
});

test('a canary costs beside its model, by its own accelerators, and nobody says how fast it is', () => {
  const settings = resolveSettings({
    accelerators: [
      { name: 'ours', like: 'nvidia-l4', pricePerHour: 1 },
      { name: 'dear', like: 'nvidia-h100', pricePerHour: 10 },
    ],
    models: [
      {
        name: 'qwen3',
        accelerator: 'ours',
        tokensPerSecond: 100,
        replicas: { min: 2 },
        canary: { weight: 10, accelerator: 'dear', gpus: 4, replicas: { min: 1, max: 3 } },
      },
    ],
  });
  const explanations = explainName(settings, 'qwen3');
  expect(explanations).toMatchObject([
    { cost: { perHour: { max: 2 } }, canary: { cost: { perHour: { min: 40, max: 120 } } } },
  ]);
  const lines = formatExplanations(explanations)
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toContain('cost: 40 to 120 an hour: 1 to 3 × 4 × 10');
  expect(lines.filter((line) => line.includes('a million tokens'))).toHaveLength(1);
});

test('property: an hour in which all replicas are as busy as measured costs what its tokens cost', () => {
  const configuration = fc.record({
    price: fc.integer({ min: 1, max: 10_000 }).map((cents) => cents / 100),
    gpus: fc.integer({ min: 1, max: 8 }),
    min: fc.integer({ min: 0, max: 9 }),
    more: fc.integer({ min: 1, max: 10 }),
    speed: fc.integer({ min: 1, max: 20_000 }),
    sharedBy: fc.integer({ min: 2, max: 8 }),
    isShared: fc.boolean(),
  });
  fc.assert(
    fc.property(configuration, ({ price, gpus, min, more, speed, sharedBy, isShared }) => {
      const replicas = { min, max: min + more };
      const scaling = { by: 'queue', target: 5 } as const;
      const timeSlicing = isShared ? { replicas: sharedBy } : undefined;
      const cost = costOf({
        accelerators: [{ name: 'ours', like: 'nvidia-l4', pricePerHour: price, timeSlicing }],
        models: [{ name: 'qwen3', accelerator: 'ours', gpus, replicas, scaling, tokensPerSecond: speed }],
      });
      const { perHour, perMillionTokens } = cost as { perHour: { max: number }; perMillionTokens: number };
      expect(perHour.max).toBeCloseTo((price * gpus * replicas.max) / (isShared ? sharedBy : 1), 6);
      const millions = (speed * 3600 * replicas.max) / 1e6;
      expect(perMillionTokens * millions).toBeCloseTo(perHour.max, 6);
    }),
  );
});

describe('docs/cost.md', () => {
  const page = readFileSync(join(__dirname, '../../docs/cost.md'), 'utf8');
  const [, block = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];

  test('synthesizes, with the price of the GPU nowhere and the priority in the pods', () => {
    const manifests = manifestsOf(parseConfiguration(block, 'maas.yaml')) as { kind: string; spec: object }[];
    const services = manifests.filter(({ kind }) => kind === 'InferenceService');
    expect(services.map(({ spec }) => spec)).toMatchObject([
      { predictor: { priorityClassName: 'online' } },
      { predictor: expect.not.objectContaining({ priorityClassName: expect.anything() }) },
    ]);
  });

  test('shows what explain says', () => {
    const settings = resolveSettings(parseConfiguration(block, 'maas.yaml'));
    const [, shown = ''] = /```\n(cost [\s\S]*?)\n```/.exec(page) ?? [];
    const lines = formatExplanations(explainName(settings, 'granite')).split('\n');
    for (const line of shown.split('\n')) expect(lines.map((each) => each.trim())).toContain(line.trim());
    expect(shown.split('\n')).toHaveLength(2);
  });

  test('has a quota of a priority class that holds its models', () => {
    const [, scoped = ''] = / {2}```yaml\n( {2}priorityClasses:[\s\S]*?)```/.exec(page) ?? [];
    const kinds = manifestsOf(parseConfiguration(scoped, 'maas.yaml')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ResourceQuota')).toHaveLength(1);
    expect(() => parseConfiguration(scoped.replace('nvidia-l4: 6', 'nvidia-l4: 5'), 'maas.yaml')).toThrow(
      'priorityClasses[0].quota.accelerators.nvidia-l4: got 5, expected at least 6',
    );
  });

  test('declares priority classes that its models name', () => {
    const [, classes = ''] = /```yaml\n(priorityClasses:[\s\S]*?)```/.exec(page) ?? [];
    const manifests = manifestsOf(parseConfiguration(classes, 'maas.yaml')) as { kind: string; spec: object }[];
    expect(manifests.filter(({ kind }) => kind === 'PriorityClass')).toMatchObject([
      { metadata: { name: 'online' }, value: 1000 },
      { metadata: { name: 'batch' }, value: -10, preemptionPolicy: 'Never' },
    ]);
    expect(manifests.filter(({ kind }) => kind === 'InferenceService').map(({ spec }) => spec)).toMatchObject([
      { predictor: { priorityClassName: 'online' } },
      { predictor: { priorityClassName: 'batch' } },
    ]);
  });

  test('has a quota that holds its models, and shows the message of one that does not', () => {
    const [, quota = ''] = /```yaml\n(quota:[\s\S]*?)```/.exec(page) ?? [];
    const kinds = manifestsOf(parseConfiguration(quota, 'maas.yaml')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ResourceQuota')).toHaveLength(1);
    const [, message] = /```\n(maas.yaml:.*)\n```/.exec(page) ?? [];
    const small = quota.replace('nvidia-l4: 8', 'nvidia-l4: 5');
    expect(() => parseConfiguration(small, 'maas.yaml')).toThrow(`${message}\n1 problem`);
  });
});
