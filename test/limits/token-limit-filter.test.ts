import { MaasGateway } from '../../src/gateway/maas-gateway';
import { TokenLimit } from '../../src/limits/token-limit';
import { TokenLimitFilter, type TokenLimitFilterProps } from '../../src/limits/token-limit-filter';
import { identify, synthesize } from '../support/synth';
import { runLua } from './lua-runtime';

const MINIMAL: TokenLimitFilterProps = {
  gateway: MaasGateway.fromName('inference-gateway', 'llm'),
  tiers: [{ tier: 'free', limits: [TokenLimit.perMinute(200)] }],
};

function filterWith(props: Partial<TokenLimitFilterProps> = {}) {
  const { manifests, find } = synthesize((chart) => new TokenLimitFilter(chart, 'filter', { ...MINIMAL, ...props }));
  const { spec } = find('EnvoyFilter');
  const { patch } = spec.configPatches[0];
  const script: string = patch.value.typed_config.default_source_code.inline_string;
  // What the Lua itself says that it was configured with.
  return { manifests, spec, patch, script, configuration: runLua(`${script}\nreturn configuration`) };
}

describe('TokenLimitFilter with minimal props', () => {
  const { manifests, spec, patch, configuration } = filterWith();

  test("is one EnvoyFilter under the seed's name on exactly the Gateway", () => {
    expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/token-rate-limit-filter']);
    expect(spec.targetRefs).toEqual([
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' },
    ]);
  });

  test('stands right before the router: behind whoever says who it is', () => {
    expect(patch.operation).toBe('INSERT_BEFORE');
    expect(spec.priority).toBe(10);
  });

  test('is a Lua filter whose counters the stats matcher of the Gateway lets pass', () => {
    expect(patch.value.typed_config).toMatchObject({
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
      stat_prefix: 'maas',
    });
  });

  test('enforces what it was told, every model counting the same', () => {
    expect(configuration).toEqual({
      tiers: { free: { enforce: true, windows: { minute: 200 } } },
      models: {},
      overshoot: 'inflight',
      ledger: false,
      userLabel: false,
    });
  });
});

describe('TokenLimitFilter with all props', () => {
  const { manifests, spec, configuration } = filterWith({
    name: 'mine',
    namespace: 'istio-system',
    models: [
      { host: 'llama.maas.local', name: 'llama', weights: { prompt: 2.5, completion: 5 } },
      { host: 'plain.maas.local', name: 'plain' },
    ],
    overshoot: 'none',
    ledger: true,
    userLabel: true,
    tiers: [
      {
        tier: 'free',
        limits: [TokenLimit.perMonth(4), TokenLimit.perDay(3), TokenLimit.perHour(2), TokenLimit.perMinute(1)],
      },
      { tier: 'watched', limits: [TokenLimit.perDay(9)], enforce: false },
      { tier: 'unlimited', limits: [] },
      { tier: 'say "hi"\n]]--', limits: [TokenLimit.perDay(9)] },
    ],
  });

  test('stands where it is told', () => {
    expect(manifests.map(identify)).toEqual(['EnvoyFilter istio-system/mine']);
    expect(spec).toHaveProperty('workloadSelector');
    expect(spec).not.toHaveProperty('targetRefs');
  });

  test('tells the Lua every tier and weight', () => {
    expect(configuration).toEqual({
      tiers: {
        free: { enforce: true, windows: { minute: 1, hour: 2, day: 3, month: 4 } },
        watched: { enforce: false, windows: { day: 9 } },
        unlimited: { enforce: true, windows: {} },
        'say "hi"\n]]--': { enforce: true, windows: { day: 9 } },
      },
      models: {
        'llama.maas.local': { name: 'llama', prompt: 2.5, completion: 5, cached: 2.5 },
        'plain.maas.local': { name: 'plain', prompt: 1, completion: 1, cached: 1 },
      },
      overshoot: 'none',
      ledger: true,
      userLabel: true,
    });
  });
});

test.each(['__proto__', 'constructor', 'toString'])('a tier may be called %s', (tier) => {
  const { script } = filterWith({ tiers: [{ tier, limits: [TokenLimit.perDay(7)] }] });
  expect(runLua(`${script}\nreturn configuration.tiers["${tier}"].windows.day`)).toBe(7);
});

describe('TokenLimitFilter fails', () => {
  test.each([
    [
      'with a tier twice',
      { tiers: [...MINIMAL.tiers, ...MINIMAL.tiers] },
      'token limits: got tier "free" twice, expected each tier once',
    ],
    [
      'with two limits for one window',
      { tiers: [{ tier: 'free', limits: [TokenLimit.perDay(1), TokenLimit.perHour(1), TokenLimit.perDay(2)] }] },
      'token limits of tier "free": got two limits per day, expected at most one',
    ],
    [
      'with a weight of nothing',
      { models: [{ host: 'a.maas.local', name: 'a', weights: { prompt: 0 } }] },
      'model of a.maas.local: expected a prompt token to count more than 0 and at most 60, got 0',
    ],
    [
      'with two models of one host',
      {
        models: [
          { host: 'a.b', name: 'a' },
          { host: 'a.b', name: 'b' },
        ],
      },
      'token limits: got address "a.b" twice, expected each address once',
    ],
  ])('%s', (_, props, message) => {
    expect(() => filterWith(props)).toThrow(new Error(message));
  });
});
