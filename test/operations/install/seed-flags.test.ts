import type { MaasPlatformProps } from '../../../src/config/configuration';
import { parseConfiguration } from '../../../src/config/read';
import { resolveSettings } from '../../../src/config/settings';
import {
  chooseConfiguration,
  disagreements,
  flagLine,
  modelsOf,
  type SeedFlags,
} from '../../../src/operations/install/seed-flags';

function chosen(flags: SeedFlags, platform: 'kubernetes' | 'openshift' = 'kubernetes') {
  const place = platform === 'openshift' ? { platform, domain: 'apps.example.com' } : { platform };
  return resolveSettings(parseConfiguration(chooseConfiguration(flags, place, flagLine(flags)), 'maas.yaml'));
}

test.each<[SeedFlags, string[]]>([
  [{}, []],
  [{ simulator: true }, ['simulator']],
  [{ qwen3: true }, ['qwen3']],
  [{ simulator: true, qwen3: true }, ['simulator', 'qwen3']],
  [{ installAllModels: true }, ['simulator', 'qwen3']],
  [{ deployKind: true }, ['simulator']],
  [{ tokenRateLimit: true, skipMetrics: true }, []],
])('%j chooses the models %j', (flags, models) => {
  expect(modelsOf(flags)).toEqual(models);
});

test('--simulator --token-rate-limit is the seed: its models, users and token limits, and metrics', () => {
  expect(chosen({ simulator: true, tokenRateLimit: true })).toEqual(resolveSettings({}));
});

test('without --token-rate-limit requests are limited, as in the seed', () => {
  const { tiers } = chosen({ installAllModels: true });
  expect(tiers).toEqual([
    { name: 'free', requests: { limit: 5, window: '2m' } },
    { name: 'premium', requests: { limit: 20, window: '2m' } },
    { name: 'enterprise', requests: { limit: 100, window: '2m' } },
  ]);
});

test('--skip-metrics leaves out Prometheus and what it reads', () => {
  expect(chosen({ simulator: true, skipMetrics: true }).observability).toMatchObject({
    prometheus: false,
    serviceMonitors: false,
  });
});

test('--ocp chooses a platform for that cluster, without well-known keys', () => {
  const settings = chosen({ qwen3: true, ocp: true }, 'openshift');
  expect(settings).toMatchObject({ platform: 'openshift', domain: 'apps.example.com', users: [] });
  expect(settings.models.map(({ host }) => host)).toEqual(['qwen3-llm.apps.example.com']);
});

test('the file says which flags have chosen it', () => {
  const flags = { deployKind: true, tokenRateLimit: true, ocp: false };
  expect(chooseConfiguration(flags, { platform: 'kubernetes' }, flagLine(flags)).split('\n')[0]).toBe(
    '# Chosen by: maas install --deploy-kind --token-rate-limit --no-ocp',
  );
});

test('flags that agree with a maas.yaml', () => {
  const props: MaasPlatformProps = { models: [{ name: 'simulator' }, { name: 'qwen3' }, { name: 'granite' }] };
  const flags = { installAllModels: true, simulator: true, tokenRateLimit: true, ocp: false, deployKind: true };
  expect(disagreements(flags, resolveSettings(props), 'maas.yaml')).toEqual([]);
});

test.each<[SeedFlags, MaasPlatformProps, string]>([
  [
    { simulator: true },
    { models: [{ name: 'qwen3' }] },
    '--simulator: maas.yaml has no model simulator: add `- name: simulator` to `models`, or leave --simulator out',
  ],
  [{ qwen3: true }, {}, '--qwen3: maas.yaml has no model qwen3: add `- name: qwen3` to `models`, or leave --qwen3 out'],
  [
    { installAllModels: true },
    {},
    '--install-all-models: maas.yaml has no model qwen3: add `- name: qwen3` to `models`, or leave --install-all-models out',
  ],
  [
    { tokenRateLimit: true },
    { tiers: [{ name: 'free', requests: { limit: 5, window: '2m' } }] },
    '--token-rate-limit: maas.yaml has no tier with a token limit: add `tokens: { minute: 200 }` to each of `tiers`, or leave --token-rate-limit out',
  ],
  [
    { skipMetrics: true },
    { observability: { prometheus: false, serviceMonitors: true } },
    '--skip-metrics: maas.yaml has metrics: write `observability: { prometheus: false, serviceMonitors: false }`, or leave --skip-metrics out',
  ],
  [{ ocp: true }, {}, '--ocp: maas.yaml is for plain Kubernetes: write `platform: openshift`, or leave --ocp out'],
  [
    { ocp: false },
    { platform: 'openshift', domain: 'apps.example.com' },
    '--no-ocp: maas.yaml is for OpenShift: write `platform: kubernetes`, or leave --no-ocp out',
  ],
  [
    { deployKind: true },
    { platform: 'openshift', domain: 'apps.example.com' },
    '--deploy-kind: maas.yaml is for OpenShift: write `platform: kubernetes`, or leave --deploy-kind out',
  ],
])('%j does not agree with %j', (flags, props, message) => {
  expect(disagreements(flags, resolveSettings(props), 'maas.yaml')).toEqual([message]);
});
