import { MaasGateway } from '../../src/gateway/maas-gateway';
import { SharedModelRoute, type SharedRouteModel } from '../../src/gateway/shared-model-route';
import { identify, synthesize } from '../support/synth';

const GATEWAY = MaasGateway.fromName('front', 'edge');

const service = (serviceName: string, serviceNamespace = 'llm') => ({ serviceName, serviceNamespace, servicePort: 80 });

const routeOf = (models: SharedRouteModel[], name?: string) =>
  synthesize(
    (chart) =>
      new SharedModelRoute(chart, 'route', {
        gateway: GATEWAY,
        namespace: 'llm',
        host: 'api.maas.local',
        models,
        name,
      }),
  );

const model = (name: string, more: Partial<SharedRouteModel> = {}): SharedRouteModel => ({
  prefix: `/${name}`,
  backend: service(name),
  ...more,
});

describe('SharedModelRoute', () => {
  const { manifests, find } = routeOf([
    model('qwen3'),
    model('qwen3-large', { canary: { backend: service('qwen3-large-canary'), weight: 10 } }),
  ]);
  const { metadata, spec } = find('HTTPRoute');

  test('is one route at one host, beside the Services', () => {
    expect(manifests.map(identify)).toEqual(['HTTPRoute llm/models-path-route']);
    expect(metadata.labels['kuadrant.io/gateway']).toBe('front');
    expect(spec.parentRefs).toEqual([{ name: 'front', namespace: 'edge' }]);
    expect(spec.hostnames).toEqual(['api.maas.local']);
  });

  test('has a rule a model, below /v1 of its prefix, which the model does not see', () => {
    expect(spec.rules.map(({ matches }: { matches: unknown }) => matches)).toEqual([
      [{ path: { type: 'PathPrefix', value: '/qwen3/v1' } }],
      [{ path: { type: 'PathPrefix', value: '/qwen3-large/v1' } }],
    ]);
    for (const { filters, timeouts } of spec.rules) {
      expect(timeouts).toEqual({ request: '0s' });
      expect(filters).toEqual([
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { remove: ['authorization', 'x-maas-user', 'x-maas-tier'] },
        },
        { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1' } } },
      ]);
    }
  });

  test('gives a canary its weight in the rule of its model', () => {
    expect(spec.rules.map(({ backendRefs }: { backendRefs: unknown }) => backendRefs)).toEqual([
      [{ name: 'qwen3', port: 80, weight: 100 }],
      [
        { name: 'qwen3-large', port: 80, weight: 90 },
        { name: 'qwen3-large-canary', port: 80, weight: 10 },
      ],
    ]);
  });

  test('may have another name', () => {
    expect(routeOf([model('a')], 'mine').manifests.map(identify)).toEqual(['HTTPRoute llm/mine']);
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => model(`m${index}`));

  test('takes as many models as a route has rules', () => {
    expect(routeOf(many(16)).find('HTTPRoute').spec.rules).toHaveLength(16);
  });

  test.each([
    ['no model', [], 'route: got 0 models, expected 1 to 16, a rule each'],
    ['17 models', many(17), 'route: got 17 models, expected 1 to 16, a rule each'],
    [
      'another form of prefix',
      [model('a', { prefix: '/a/b' })],
      'route: got the prefix "/a/b", expected a slash and one name, for example "/simulator"',
    ],
    ['one prefix twice', [model('a'), model('a')], 'route: got two models with the prefix "/a", expected one'],
    [
      'a Service elsewhere',
      [model('a', { backend: service('a', 'other') })],
      'route: got Service other/a, expected one in "llm"',
    ],
    [
      'a canary elsewhere',
      [model('a', { canary: { backend: service('b', 'other'), weight: 1 } })],
      'route: got Service other/b, expected one in "llm"',
    ],
    [
      'a weight beyond 100',
      [model('a', { canary: { backend: service('b'), weight: 101 } })],
      'canary: got the weight 101, expected 0 to 100, of 100 requests',
    ],
  ])('refuses %s', (_, models, message) => {
    expect(() => routeOf(models)).toThrow(message);
  });
});
