import { connectionManager, type Json, type Translation } from '../../envoy/istio/translation';
import { oneEndpoint } from '../../envoy/loopback';

/** Name of Kuadrant's filter, and of the cluster that its EnvoyFilter adds for Authorino. */
const WASM = 'envoy.filters.http.wasm';
const AUTHORINO_CLUSTER = 'kuadrant-auth-service';
const EXT_AUTHZ = 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz';

/**
 * Puts Envoy's own ext_authz, asking the real Authorino, in the place of Kuadrant's wasm. As the wasm does, it names the
 * AuthConfig that belongs to the host of the request, and asks nobody about a host that has none. What Authorino answers
 * (headers to set, or a whole refusal) both hand on as it is.
 *
 * @param configuration what `runnable` made of the translation
 * @param port where Authorino listens on this machine
 */
export function authenticated(configuration: Json, translation: Translation, port: number): object {
  const [listener] = configuration.static_resources.listeners;
  const manager = listener.filter_chains[0].filters.at(-1).typed_config;
  const wasm = connectionManager(translation).http_filters.find(({ name }: Json) => name === WASM);
  if (wasm === undefined) return configuration; // Kuadrant has no policy to enforce
  const asked = authConfigsByHost(wasm);
  manager.http_filters = manager.http_filters.map((filter: Json) => (filter.name === WASM ? extAuthz() : filter));
  for (const host of manager.route_config.virtual_hosts) {
    host.typed_per_filter_config = { ...host.typed_per_filter_config, [WASM]: perHost(asked.get(host.domains[0])) };
  }
  const cluster = translation.clusters.find(({ name }) => name === AUTHORINO_CLUSTER);
  configuration.static_resources.clusters.push({
    ...cluster,
    ...oneEndpoint(cluster.load_assignment.cluster_name, port),
  });
  return configuration;
}

/** @returns for each host the name of its AuthConfig, out of the wasm's configuration. */
function authConfigsByHost(wasm: Json): Map<string, string> {
  const { actionSets } = JSON.parse(wasm.typed_config.value.config.configuration.value);
  const pairs = actionSets.flatMap(({ actions, routeRuleConditions }: Json) =>
    routeRuleConditions.hostnames.map((host: string) => [host, actions[0].scope]),
  );
  const byHost = new Map<string, string>(pairs);
  const different = new Set(pairs.map(([host, scope]: string[]) => `${host} ${scope}`));
  if (different.size > byHost.size) throw new Error(`several AuthConfigs a host: ${[...different].join(', ')}`);
  return byHost;
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

function perHost(authConfig: string | undefined): object {
  const settings = authConfig === undefined ? { disabled: true } : { check_settings: extension(authConfig) };
  return { '@type': `${EXT_AUTHZ}PerRoute`, ...settings };
}

function extension(authConfig: string): object {
  return { context_extensions: { host: authConfig } };
}
