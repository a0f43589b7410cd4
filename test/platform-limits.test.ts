import { checkConfiguration, formatProblem, type MaasPlatformProps } from '../src';
import { App, Testing } from 'cdk8s';
import { MaasPlatform } from '../src';
import { identify } from './support/synth';

function limitsOf(props: MaasPlatformProps) {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  const chart = app.charts.find(({ node }) => node.id === '50-limits');
  const manifests = chart === undefined ? [] : Testing.synth(chart);
  return { names: manifests.map(identify), manifests };
}

const REQUESTS = { name: 'free', requests: { limit: 5, window: '2m' } };

describe('limits.engine: tokenRateLimitPolicy', () => {
  const props: MaasPlatformProps = { limits: { engine: 'tokenRateLimitPolicy' } };

  test('takes the place of the Lua; Limitador and its operator stay as they are', () => {
    expect(limitsOf(props).names).toEqual([
      'TokenRateLimitPolicy llm/gateway-token-rate-limits',
      'EnvoyFilter llm/limit-reply-filter',
    ]);
  });

  test('runs in any number of gateway pods, with an Istio that the Lua could not use', () => {
    const free = { ...props, gateway: { replicas: 5 }, versions: { istio: '1.26.0' } };
    expect(checkConfiguration(free).map(formatProblem)).toEqual([]);
  });

  test('takes several models when each tier with tokens has one', () => {
    const tiers = [
      { name: 'chat', tokens: { minute: 10 }, models: ['simulator'] },
      { name: 'embedding', tokens: { minute: 10 }, models: ['nomic'] },
      { name: 'internal' },
    ];
    const several = { ...props, tiers, models: [{ name: 'simulator' }, { name: 'nomic' }] };
    expect(checkConfiguration({ ...several, users: [] }).map(formatProblem)).toEqual([]);
  });

  test('forbids nothing but itself to a platform without token limits', () => {
    const without = { ...props, tiers: [REQUESTS], users: [], models: [{ name: 'simulator', weight: 2 }] };
    expect(checkConfiguration(without).map(({ path }) => path)).toEqual([['limits', 'engine']]);
  });

  test('tells clients to wait for the shortest window there is, of tokens or requests', () => {
    const tiers = [{ name: 'free', tokens: { hour: 10 }, requests: { limit: 5, window: '90s' } }];
    const { manifests } = limitsOf({ ...props, tiers, users: [] });
    expect(JSON.stringify(manifests)).toContain('{"key":"retry-after","value":"90"}');
  });

  test('puts its EnvoyFilter where gateway.filterPlacement says', () => {
    const placed: MaasPlatformProps = { ...props, gateway: { ...props.gateway, filterPlacement: 'rootNamespace' } };
    expect(limitsOf(placed).names).toContain('EnvoyFilter istio-system/limit-reply-filter');
  });
});

describe('limits.redis', () => {
  test('serves request limits beside the Lua', () => {
    const { names } = limitsOf({ tiers: [REQUESTS], users: [], limits: { redis: { urlSecret: 'shared-redis' } } });
    expect(names).toEqual(['RateLimitPolicy llm/gateway-rate-limits', 'Limitador kuadrant-system/limitador']);
  });
});

describe('limits.perReplica: divide', () => {
  test('gives every gateway pod its share, rounded down', () => {
    const tiers = [{ name: 'free', tokens: { minute: 200, day: 1000 } }];
    const props: MaasPlatformProps = { tiers, users: [], gateway: { replicas: 3 }, limits: { perReplica: 'divide' } };
    const text = JSON.stringify(limitsOf(props).manifests);
    expect(text.match(/(?<=(day|minute).{0,4}\] = )\d+/g)).toEqual(['333', '66']);
  });
});
