import { loopback, oneEndpoint } from '../loopback';
import { connectionManager, type Json, type Translation } from './translation';

/** Headers by which a test says whom Kuadrant would have found. */
export const USER_HEADER = 'x-test-user';
export const TIER_HEADER = 'x-test-tier';

/**
 * What Istio made, so that a plain Envoy runs it on this machine. Only this is other than in the pod:
 *
 * - filters that only Istio's build of Envoy has are left out;
 * - Kuadrant's wasm is a filter that sets the identity headers, at the same place;
 * - routes stand in the file instead of coming from istiod, each cluster has one endpoint, the model server of the test;
 * - the listener has a free port of the loopback interface.
 *
 * @param modelPort where the model server of a cluster listens, by its name, or one for all
 */
export function runnable(translation: Translation, modelPort: number | ((cluster: string) => number)): object {
  const portOf = typeof modelPort === 'number' ? () => modelPort : modelPort;
  const copy = structuredClone(translation);
  const { bootstrap, listeners, routes, clusters } = copy;
  const listener = listeners.find(({ name }) => name === '0.0.0.0_80');
  const manager = connectionManager(copy);
  listener.address = loopback(0);
  manager.route_config = routes.find(({ name }) => name === manager.rds.route_config_name);
  delete manager.rds;
  manager.http_filters = manager.http_filters
    .filter(({ name }: Json) => !name.startsWith('istio.'))
    .map((filter: Json) => (filter.name === 'envoy.filters.http.wasm' ? identityFilter() : filter));
  return {
    node: { id: bootstrap.node.id, cluster: bootstrap.node.cluster },
    admin: { address: loopback(0) },
    layered_runtime: bootstrap.layered_runtime,
    stats_config: bootstrap.stats_config,
    deferred_stat_options: bootstrap.deferred_stat_options,
    static_resources: {
      listeners: [listener],
      clusters: clusters.filter(({ type }) => type === 'EDS').map((cluster) => served(cluster, portOf(cluster.name))),
    },
  };
}

function served(cluster: Json, port: number): object {
  return {
    ...cluster,
    ...oneEndpoint(cluster.name, port),
    // These need istiod, its certificates, and Istio's build of Envoy.
    eds_cluster_config: undefined,
    transport_socket_matches: undefined,
    filters: undefined,
  };
}

/** Stands for Kuadrant's wasm: user and tier come from the test instead of a key; without them no header is touched. */
function identityFilter(): object {
  const set = (key: string, from: string): object => ({
    append: { header: { key, value: `%REQ(${from})%` }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
  });
  return {
    name: 'envoy.filters.http.wasm',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
      mutations: { request_mutations: [set('x-maas-user', USER_HEADER), set('x-maas-tier', TIER_HEADER)] },
    },
  };
}
