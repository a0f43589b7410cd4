import { connectionManager, type Json, type Translation } from '../../envoy/istio/translation';
import { oneEndpoint } from '../../envoy/loopback';

/** Name of Kuadrant's filter, and of the cluster that its EnvoyFilter adds for Authorino. */
const WASM = 'envoy.filters.http.wasm';
const AUTHORINO_CLUSTER = 'kuadrant-auth-service';
const EXT_AUTHZ = 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz';

/** What the wasm does with a request, by its host and the conditions of a route's rule. */
interface ActionSet {
  readonly actions: readonly { readonly scope: string }[];
  readonly routeRuleConditions: { readonly hostnames: readonly string[]; readonly predicates: readonly string[] };
}

/**
 * Puts Envoy's own ext_authz, asking the real Authorino, in the place of Kuadrant's wasm. As the wasm does, it names the
 * AuthConfig that belongs to the host, method and path of the request, and asks nobody where there is none. What Authorino
 * answers (headers to set, or a whole refusal) both hand on as it is.
 *
 * @param configuration what `runnable` made of the translation
 * @param port where Authorino listens on this machine
 */
export function authenticated(configuration: Json, translation: Translation, port: number): object {
  const [listener] = configuration.static_resources.listeners;
  const manager = listener.filter_chains[0].filters.at(-1).typed_config;
  const wasm = connectionManager(translation).http_filters.find(({ name }: Json) => name === WASM);
  if (wasm === undefined) return configuration; // Kuadrant has no policy to enforce
  const { actionSets } = JSON.parse(wasm.typed_config.value.config.configuration.value);
  manager.http_filters = manager.http_filters.map((filter: Json) => (filter.name === WASM ? extAuthz() : filter));
  for (const host of manager.route_config.virtual_hosts) {
    for (const route of host.routes) {
      const authConfig = authConfigOf(host.domains[0], route, actionSets);
      route.typed_per_filter_config = { ...route.typed_per_filter_config, [WASM]: perRoute(authConfig) };
    }
  }
  const cluster = translation.clusters.find(({ name }) => name === AUTHORINO_CLUSTER);
  configuration.static_resources.clusters.push({
    ...cluster,
    ...oneEndpoint(cluster.load_assignment.cluster_name, port),
  });
  return configuration;
}

/** The AuthConfig of a route, by the action set with the same host, method and path. */
function authConfigOf(host: string, { match }: Json, actionSets: readonly ActionSet[]): string | undefined {
  const method = match.headers?.find(({ name }: Json) => name === ':method')?.string_match.exact;
  const path =
    match.path === undefined
      ? `request.url_path.startsWith('${match.path_separated_prefix ?? match.prefix}')`
      : `request.url_path == '${match.path}'`;
  const conditions = [...(method === undefined ? [] : [`request.method == '${method}'`]), path].sort().join();
  const scopes = actionSets
    .filter(({ routeRuleConditions: { hostnames } }) => hostnames.includes(host))
    .filter(({ routeRuleConditions: { predicates } }) => [...predicates].sort().join() === conditions)
    .map(({ actions }) => actions[0]?.scope);
  if (new Set(scopes).size > 1)
    throw new Error(`several AuthConfigs for ${host} where ${conditions}: ${scopes.join(', ')}`);
  return scopes[0];
}

function extAuthz(): object {
  return {
    name: WASM,
    typed_config: {
      '@type': EXT_AUTHZ,
      transport_api_version: 'V3',
      // Kuadrant waits 200 ms; a busy test machine may take longer.
      grpc_service: { envoy_grpc: { cluster_name: AUTHORINO_CLUSTER }, timeout: '5s' },
    },
  };
}

function perRoute(authConfig: string | undefined): object {
  const settings = authConfig === undefined ? { disabled: true } : { check_settings: extension(authConfig) };
  return { '@type': `${EXT_AUTHZ}PerRoute`, ...settings };
}

function extension(authConfig: string): object {
  return { context_extensions: { host: authConfig } };
}
