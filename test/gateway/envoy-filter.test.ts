import {
  addConnectionManagerPatch,
  addGatewayHttpFilter,
  type GatewayHttpFilter,
} from '../../src/gateway/envoy-filter';
import { HeaderScrubFilter } from '../../src/gateway/header-scrub-filter';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { identify, synthesize } from '../support/synth';

const GATEWAY = MaasGateway.fromName('inference-gateway', 'llm');
const VALUE = { name: 'thing', typed_config: { '@type': 'type.googleapis.com/thing', kept_as: { it_is: [1, 'two'] } } };

function filterAt(position: GatewayHttpFilter['position'], namespace = 'llm') {
  const { manifests, find } = synthesize((chart) => {
    addGatewayHttpFilter(chart, { gateway: GATEWAY, namespace }, { name: 'thing', position, value: VALUE });
  });
  const { spec } = find('EnvoyFilter');
  return { manifests, spec, patch: spec.configPatches[0] };
}

describe('an EnvoyFilter of the Gateway', () => {
  test('in the namespace of the Gateway targets exactly that Gateway', () => {
    const { manifests, spec } = filterAt('first');
    expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/thing']);
    expect(spec.targetRefs).toEqual([
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' },
    ]);
    expect(spec).not.toHaveProperty('workloadSelector');
  });

  test('elsewhere selects the pods of the Gateway: Istio ignores targetRefs there, silently', () => {
    const { manifests, spec } = filterAt('first', 'istio-system');
    expect(manifests.map(identify)).toEqual(['EnvoyFilter istio-system/thing']);
    expect(spec.workloadSelector).toEqual({
      labels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' },
    });
    expect(spec).not.toHaveProperty('targetRefs');
  });

  test.each(['first', 'beforeRouter'] as const)('%s: outside or inside of whatever else is there', (position) => {
    const { spec, patch } = filterAt(position);
    expect(spec.priority).toBe(10);
    expect(spec.configPatches).toHaveLength(1);
    expect(patch.applyTo).toBe('HTTP_FILTER');
    expect(patch.match.context).toBe('GATEWAY');
    expect(patch.match.listener.filterChain.filter.name).toBe('envoy.filters.network.http_connection_manager');
  });

  test('goes before all others', () => {
    const { patch } = filterAt('first');
    expect(patch.patch.operation).toBe('INSERT_FIRST');
    // With a subFilter INSERT_FIRST would only apply to chains that have it.
    expect(patch.match.listener.filterChain.filter).not.toHaveProperty('subFilter');
  });

  test('goes right before the router', () => {
    const { patch } = filterAt('beforeRouter');
    expect(patch.patch.operation).toBe('INSERT_BEFORE');
    expect(patch.match.listener.filterChain.filter.subFilter).toEqual({ name: 'envoy.filters.http.router' });
  });

  test("carries Envoy's own field names unchanged", () => {
    expect(filterAt('first').patch.patch.value).toEqual(VALUE);
  });
});

describe('HeaderScrubFilter with minimal props', () => {
  const { manifests, find } = synthesize((chart) => new HeaderScrubFilter(chart, 'scrub', { gateway: GATEWAY }));
  const { patch } = find('EnvoyFilter').spec.configPatches[0];

  test('stands in the namespace of the Gateway', () => {
    expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/identity-header-scrub-filter']);
    expect(find('EnvoyFilter').spec.targetRefs).toHaveLength(1);
  });

  test('is the first filter: nobody reads what a client says of itself', () => {
    expect(patch.operation).toBe('INSERT_FIRST');
  });

  test('takes from clients what only the gateway says, and from answers what names the ways in; nothing else', () => {
    expect(patch.value.typed_config).toEqual({
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
      mutations: {
        request_mutations: ['x-maas-', 'x-envoy-fault-'].map((prefix) => ({
          remove_on_match: { key_matcher: { prefix } },
        })),
        response_mutations: [{ remove: 'x-ext-auth-reason' }],
      },
    });
  });
});

describe('HeaderScrubFilter with all props', () => {
  test('stands where it is told', () => {
    const { manifests, find } = synthesize(
      (chart) => new HeaderScrubFilter(chart, 'scrub', { gateway: GATEWAY, namespace: 'istio-system' }),
    );
    expect(manifests.map(identify)).toEqual(['EnvoyFilter istio-system/identity-header-scrub-filter']);
    expect(find('EnvoyFilter').spec).toHaveProperty('workloadSelector');
  });
});

test.each([
  ['llm', { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' }] }],
  ['istio-system', { workloadSelector: { labels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' } } }],
])('a patch of the connection manager from %s merges', (namespace, selection) => {
  const { find } = synthesize((chart) => {
    addConnectionManagerPatch(chart, { gateway: GATEWAY, namespace }, { name: 'thing', value: { some_field: [1] } });
  });
  expect(find('EnvoyFilter').spec).toEqual({
    ...selection,
    configPatches: [
      {
        applyTo: 'NETWORK_FILTER',
        match: {
          context: 'GATEWAY',
          listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } },
        },
        patch: {
          operation: 'MERGE',
          value: {
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              some_field: [1],
            },
          },
        },
      },
    ],
  });
});
