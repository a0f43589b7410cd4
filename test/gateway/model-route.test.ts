import { readFileSync } from 'node:fs';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { ModelRoute } from '../../src/gateway/model-route';
import { GatewayAuthPolicy } from '../../src/identity/gateway-auth-policy';
import { SimulatedModel } from '../../src/models/simulated-model';
import { identify, synthesize } from '../support/synth';

const GATEWAY = MaasGateway.fromName('front', 'edge');

describe('ModelRoute', () => {
  let route: ModelRoute | undefined;
  const { manifests, find } = synthesize((chart) => {
    route = new ModelRoute(chart, 'route', {
      name: 'simulator-domain-route',
      gateway: GATEWAY,
      host: 'simulator.maas.local',
      backend: { serviceName: 'vllm-simulator-predictor', servicePort: 8000, serviceNamespace: 'llm' },
    });
  });
  const { metadata, spec } = find('HTTPRoute');
  const [rule] = spec.rules;

  test('lives beside the Service: no ReferenceGrant is needed', () => {
    expect(manifests.map(identify)).toEqual(['HTTPRoute llm/simulator-domain-route']);
    expect(rule.backendRefs).toEqual([{ name: 'vllm-simulator-predictor', port: 8000, weight: 100 }]);
    expect(route?.routeName).toBe('simulator-domain-route');
  });

  test.each([-1, 101, Number.NaN])('refuses a canary of the weight %p', (weight) => {
    const backend = { serviceName: 'a', servicePort: 80, serviceNamespace: 'llm' };
    const props = { name: 'a', gateway: GATEWAY, host: 'a.maas.local', backend, canary: { backend, weight } };
    expect(() => synthesize((chart) => new ModelRoute(chart, 'route', props))).toThrow(
      `canary: got the weight ${weight}, expected 0 to 100, of 100 requests`,
    );
  });

  test('attaches to the Gateway, also in another namespace', () => {
    expect(spec.parentRefs).toEqual([{ name: 'front', namespace: 'edge' }]);
    expect(metadata.labels['kuadrant.io/gateway']).toBe('front');
  });

  test('takes one host, the paths that token limits count, and the list of models', () => {
    expect(spec.hostnames).toEqual(['simulator.maas.local']);
    expect(spec.rules).toHaveLength(1);
    const metered = readFileSync('src/limits/lua/configuration.lua', 'utf8').match(/(?<=\[')\/v1\/[^']+/g);
    expect(metered).toHaveLength(5);
    expect(rule.matches).toEqual([
      ...metered!.map((value) => ({ method: 'POST', path: { type: 'Exact', value } })),
      { method: 'GET', path: { type: 'Exact', value: '/v1/models' } },
    ]);
  });

  test('never times out: a long answer is not an error', () => {
    expect(rule.timeouts).toEqual({ request: '0s' });
  });

  test('hides the credentials and the identity from the model', () => {
    expect(rule.filters).toEqual([
      {
        type: 'RequestHeaderModifier',
        requestHeaderModifier: { remove: expect.arrayContaining(['authorization', 'x-maas-user', 'x-maas-tier']) },
      },
    ]);
  });

  test('hides every header that the AuthPolicy adds', () => {
    const policy = synthesize(
      (chart) => new GatewayAuthPolicy(chart, 'policy', { gateway: GATEWAY, tiers: [], apiKeys: { namespace: 'llm' } }),
    ).find('AuthPolicy');
    const added = Object.keys(policy.spec.overrides.rules.response.success.headers);
    expect(added.length).toBeGreaterThan(0);
    expect(rule.filters[0].requestHeaderModifier.remove).toEqual(expect.arrayContaining(added));
  });

  test('takes a model as its backend', () => {
    const { find: findOf } = synthesize((chart) => {
      const backend = new SimulatedModel(chart, 'model', { name: 'vllm-simulator', namespace: 'llm' });
      new ModelRoute(chart, 'route', { name: 'route', gateway: GATEWAY, host: 'a.maas.local', backend });
    });
    const [{ backendRefs }] = findOf('HTTPRoute').spec.rules;
    expect(backendRefs).toEqual([{ name: 'vllm-simulator-predictor', port: 80, weight: 100 }]);
  });
});

describe('ModelRoute behind a prefix', () => {
  const backend = { serviceName: 'vllm-simulator-predictor', servicePort: 80, serviceNamespace: 'llm' };
  const props = { name: 'simulator-path-route', gateway: GATEWAY, host: 'api.maas.local', backend };
  const rulesOf = (prefix: string, paths?: string[]) =>
    synthesize((chart) => new ModelRoute(chart, 'route', { ...props, prefix, paths })).find('HTTPRoute').spec.rules;

  test('takes each path of the model behind it, and the model gets the path without it', () => {
    const rules = rulesOf('/simulator');
    const [byHost] = synthesize((chart) => new ModelRoute(chart, 'route', props)).find('HTTPRoute').spec.rules;
    expect(rules).toHaveLength(6);
    expect(rules).toEqual(
      byHost.matches.map(({ method, path: { value } }: { method: string; path: { value: string } }) => ({
        matches: [{ method, path: { type: 'Exact', value: `/simulator${value}` } }],
        filters: [
          ...byHost.filters,
          { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: value } } },
        ],
        timeouts: byHost.timeouts,
        backendRefs: byHost.backendRefs,
      })),
    );
  });

  test.each(['', '/', 'simulator', '/simulator/', '/a/b', '/Simulator', '/..', '/a%2fb', '/a?b'])(
    'refuses the prefix %j',
    (prefix) => {
      expect(() => rulesOf(prefix)).toThrow(
        `route: got the prefix "${prefix}", expected a slash and one name, for example "/simulator"`,
      );
    },
  );

  test('refuses more paths than a route has rules', () => {
    const paths = (count: number) => Array.from({ length: count }, (_, index) => `/v1/${index}`);
    expect(rulesOf('/simulator', paths(15))).toHaveLength(16);
    expect(() => rulesOf('/simulator', paths(16))).toThrow(
      'route: got 17 paths behind the prefix "/simulator", expected at most 16',
    );
  });
});
