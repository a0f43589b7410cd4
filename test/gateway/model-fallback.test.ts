import { MaasGateway } from '../../src/gateway/maas-gateway';
import { ModelFallback, type ModelFallbackProps } from '../../src/gateway/model-fallback';
import { ModelRoute } from '../../src/gateway/model-route';
import { identify, synthesize, textsOf } from '../support/synth';

const GATEWAY = MaasGateway.fromName('front', 'edge');
const SERVICE = { serviceName: 'large-predictor', servicePort: 80, serviceNamespace: 'llm' };
const OTHER = { serviceName: 'small-predictor', servicePort: 80, serviceNamespace: 'llm' };
const PROVIDER = {
  kind: 'Hostname',
  serviceName: 'far.edge.external.internal',
  servicePort: 443,
  serviceNamespace: 'llm',
} as const;
const PROPS: ModelFallbackProps = {
  gateway: GATEWAY,
  modelName: 'large',
  backend: SERVICE,
  fallback: OTHER,
  fallbackServedName: 'small "one"',
  ruleNames: ['large-domain-route.0'],
};

interface Patch {
  applyTo: string;
  match: { context: string; routeConfiguration?: { vhost: { route: { name: string } } } };
  patch: { operation: string; value: Record<string, any> }; // eslint-disable-line @typescript-eslint/no-explicit-any -- Envoy's
}

function patchesOf(props: Partial<ModelFallbackProps> = {}): Patch[] {
  return synthesize((chart) => new ModelFallback(chart, 'fallback', { ...PROPS, ...props })).find('EnvoyFilter').spec
    .configPatches;
}

/** The clusters that are one for Envoy, in their order. */
function clustersOf(patches: Patch[]): string[] {
  const both = patches.find(({ patch }) => patch.value.cluster_type !== undefined);
  return both?.patch.value.cluster_type.typed_config.clusters;
}

describe('ModelFallback', () => {
  test('adds a listener inside of Envoy and what leads there, and changes the routes', () => {
    const patches = patchesOf();
    expect(patches.map(({ applyTo, match, patch }) => [applyTo, match.context, patch.operation])).toEqual([
      ['LISTENER', 'GATEWAY', 'ADD'],
      ['CLUSTER', 'GATEWAY', 'ADD'],
      ['CLUSTER', 'GATEWAY', 'ADD'],
      ['HTTP_ROUTE', 'GATEWAY', 'MERGE'],
    ]);
    expect(clustersOf(patches)).toEqual(['outbound|80||large-predictor.llm.svc.cluster.local', 'maas.fallback.large']);
    expect(patches[3]?.match.routeConfiguration?.vhost.route.name).toBe('llm.large-domain-route.0');
    expect(patches[3]?.patch.value.route.cluster).toBe('maas.model.large');
  });

  test('the other model gets its own name, whatever is in it', () => {
    const name = '["model"] = "\\"small \\\\\\"one\\\\\\"\\""';
    expect(textsOf(patchesOf()).filter(({ text }) => text.includes(name))).toHaveLength(1);
  });

  test('a provider comes without a script here: its own cluster has one; and with the paths that tell their tokens', () => {
    const [listener] = patchesOf({ fallback: PROVIDER });
    const manager = listener?.patch.value.filter_chains[0].filters[0].typed_config;
    expect(manager.http_filters.map(({ name }: { name: string }) => name)).toEqual(['envoy.filters.http.router']);
    const { routes } = manager.route_config.virtual_hosts[0];
    const led = routes.map(({ match, route }: Patch['patch']['value']) => [match.path ?? match.prefix, route?.cluster]);
    const cluster = 'outbound|443||far.edge.external.internal';
    expect(led).toEqual([
      ['/v1/chat/completions', cluster],
      ['/v1/completions', cluster],
      ['/v1/embeddings', cluster],
      ['/', undefined],
    ]);
  });

  test('a provider that comes first is behind a listener, too: one cluster of both would not have its filters', () => {
    const patches = patchesOf({ backend: PROVIDER, fallback: SERVICE });
    expect(clustersOf(patches)).toEqual(['maas.first.large', 'maas.fallback.large']);
  });

  test('every rule of every route falls back', () => {
    const { manifests, find } = synthesize((chart) => {
      const shared = { gateway: GATEWAY, host: 'api.maas.local', backend: SERVICE };
      const routes = [
        new ModelRoute(chart, 'host', { ...shared, name: 'a' }),
        new ModelRoute(chart, 'path', { ...shared, name: 'b', prefix: '/large' }),
      ];
      new ModelFallback(chart, 'fallback', { ...PROPS, ruleNames: routes.flatMap(({ ruleNames }) => ruleNames) });
    });
    const rules = manifests
      .filter(({ kind }) => kind === 'HTTPRoute')
      .flatMap(({ spec, metadata }) => spec.rules.map((_: unknown, index: number) => `llm.${metadata.name}.${index}`));
    const patches: Patch[] = find('EnvoyFilter').spec.configPatches;
    const names = patches.flatMap(({ match }) => match.routeConfiguration?.vhost.route.name ?? []);
    expect(names).toEqual(rules);
    expect(names).toHaveLength(7);
    expect(manifests.map(identify)).toContain('EnvoyFilter edge/large-fallback');
  });
});
