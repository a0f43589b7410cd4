import fc from 'fast-check';
import { checkConfiguration } from '../../src/config/check';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { explainQuota } from '../../src/explain/quota';
import { formatExplanations } from '../../src/explain/text';

function quotaOf(props: MaasPlatformProps, name: string) {
  const settings = resolveSettings(props);
  return explainQuota(
    settings,
    settings.models.find((model) => model.name === name)!,
  );
}

const MODELS = [
  { name: 'granite', gpus: 2, replicas: { min: 3 } },
  { name: 'qwen3', canary: { weight: 5, arguments: ['--enforce-eager'] } },
  { name: 'simulator' },
];

test('without a quota nothing is said', () => {
  expect(quotaOf({}, 'simulator')).toEqual([]);
});

test('what a model and all others take, and whether there is room for a rolling update', () => {
  const quota = { accelerators: { nvidia: 9 }, memory: '80Gi' };
  expect(quotaOf({ quota, models: MODELS }, 'qwen3')).toEqual([
    {
      resource: 'nvidia.com/gpu',
      limit: 9,
      used: 8,
      words:
        'nvidia.com/gpu: up to 8 of 9: granite 3 × 2, qwen3 1 × 1, qwen3-canary 1 × 1; a rolling update waits: it would need 1 more',
    },
    {
      resource: 'memory',
      limit: 80 * 2 ** 30,
      used: 56.375 * 2 ** 30,
      words:
        'memory: up to 57728Mi of 80Gi: granite 3 × 16Gi, qwen3 1 × 4Gi, qwen3-canary 1 × 4Gi, simulator 1 × 256Mi, gateway 1 × 128Mi',
    },
  ]);
  // No GPU, so nothing of their quota.
  expect(quotaOf({ quota, models: MODELS }, 'simulator').map(({ resource }) => resource)).toEqual(['memory']);
});

test('the quota of its PriorityClass holds its models only, and never the Gateway', () => {
  const props = {
    quota: { pods: 9 },
    priorityClasses: [
      { name: 'batch', value: 1, quota: { pods: 3 } },
      { name: 'online', value: 2, quota: { pods: 5 } },
    ],
    models: [{ name: 'simulator', priorityClass: 'batch', replicas: { min: 2 } }, { name: 'qwen3' }],
  };
  expect(quotaOf(props, 'simulator').map(({ words }) => words)).toEqual([
    'pods: up to 4 of 9: simulator 2 × 1, qwen3 1 × 1, gateway 1 × 1',
    'batch: pods: up to 2 of 3: simulator 2 × 1',
  ]);
  expect(quotaOf(props, 'qwen3').map(({ limit }) => limit)).toEqual([9]);
  const text = formatExplanations(explainName(resolveSettings(props), 'simulator'));
  expect(text).toContain('ResourceQuota llm/model-quota-batch');
});

test('a Gateway in another namespace counts there', () => {
  const [pods] = quotaOf({ quota: { pods: 9 }, gateway: { namespace: 'istio-system' } }, 'simulator');
  expect(pods?.words).toBe('pods: up to 1 of 9: simulator 1 × 1');
});

test('explain shows it, with the object', () => {
  const text = formatExplanations(explainName(resolveSettings({ quota: { pods: 2 } }), 'simulator'));
  expect(text).toContain(
    '  quota            pods: up to 2 of 2: simulator 1 × 1, gateway 1 × 1; a rolling update waits: it would need 1 more\n',
  );
  expect(text).toContain('ResourceQuota llm/model-quota');
});

test('property: a quota is accepted exactly when all replicas of all models fit into it', () => {
  const configuration = fc.record({
    gpus: fc.integer({ min: 1, max: 4 }),
    most: fc.integer({ min: 1, max: 6 }),
    others: fc.integer({ min: 1, max: 6 }),
    limit: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(configuration, ({ gpus, most, others, limit }) => {
      const problems = checkConfiguration({
        quota: { accelerators: { nvidia: limit } },
        models: [
          { name: 'granite', gpus, replicas: { max: most } },
          { name: 'qwen3', replicas: { min: others } },
        ],
      });
      const fits = most * gpus + others <= limit;
      expect(problems.map(({ rule }) => rule).filter((rule) => rule.startsWith('quota'))).toEqual(
        fits ? [] : ['quota-fit'],
      );
    }),
  );
});
