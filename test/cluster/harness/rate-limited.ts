import type { Json } from '../../envoy/istio/translation';
import { oneEndpoint } from '../../envoy/loopback';

/** Name of the cluster that Kuadrant's EnvoyFilter adds for Limitador. */
const LIMITADOR_CLUSTER = 'kuadrant-ratelimit-service';

/** How the wasm's configuration calls the service that counts at once. */
const LIMITS = 'ratelimit-service';

const FILTER = 'envoy.filters.http.ratelimit';
const FILTER_TYPE = 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit';

/** How the predicates of our policies name a tier. */
const TIER = /^auth\.identity\.tier == "(.*)"$/;

/** Whether Kuadrant's filter, as istiod sent it, asks about requests, and not about tokens only. */
export function limitsRequests(wasm: Json): boolean {
  return actionSetsOf(wasm).some(({ actions }: Json) => actions.some(({ service }: Json) => service === LIMITS));
}

function actionSetsOf(wasm: Json): Json[] {
  return JSON.parse(wasm.typed_config.value.config.configuration.value).actionSets;
}

/**
 * Adds Envoy's own rate limit filter, asking the real Limitador, right after what stands in the place of Kuadrant's wasm. It
 * asks as the wasm's configuration says: one descriptor for each limit whose tier is the user's.
 *
 * @param configuration what `authenticated` has made
 * @param wasm Kuadrant's filter, as istiod sent it
 * @param port where Limitador listens on this machine
 */
export function rateLimited(configuration: Json, wasm: Json, clusters: readonly Json[], port: number): object {
  const manager = configuration.static_resources.listeners[0].filter_chains[0].filters.at(-1).typed_config;
  const actionSets = actionSetsOf(wasm);
  for (const host of manager.route_config.virtual_hosts) {
    const sets = actionSets.filter(({ routeRuleConditions: { hostnames } }: Json) =>
      hostnames.includes(host.domains[0]),
    );
    const asked: Json[] = sets.flatMap(({ actions }: Json) =>
      actions.filter(({ service }: Json) => service === LIMITS),
    );
    if (asked.length === 0) throw new Error(`no limits for ${host.domains[0]}`);
    host.typed_per_filter_config = {
      ...host.typed_per_filter_config,
      [FILTER]: { '@type': `${FILTER_TYPE}PerRoute`, domain: asked[0].scope },
    };
    // The sets of a host are for its paths, and differ in nothing else.
    const limits = new Map<string, object>(
      asked.flatMap(({ conditionalData }) =>
        conditionalData.map((data: Json) => [JSON.stringify(data), rateLimit(data)]),
      ),
    );
    const forwarded = host.routes.filter(({ route }: Json) => route !== undefined);
    for (const { route } of forwarded) route.rate_limits = [...limits.values()];
  }
  const at = manager.http_filters.findIndex(({ name }: Json) => name === wasm.name);
  manager.http_filters.splice(at + 1, 0, filter());
  const cluster = clusters.find(({ name }) => name === LIMITADOR_CLUSTER);
  configuration.static_resources.clusters.push({ ...cluster, ...oneEndpoint(LIMITADOR_CLUSTER, port) });
  return configuration;
}

function rateLimit({ predicates, data }: Json): object {
  const tier = TIER.exec(predicates[0])![1];
  const [identifier, counter] = data.map(({ expression }: Json) => expression.key);
  return {
    actions: [
      {
        header_value_match: {
          descriptor_key: identifier,
          descriptor_value: '1',
          headers: [{ name: 'x-maas-tier', string_match: { exact: tier } }],
        },
      },
      { request_headers: { header_name: 'x-maas-user', descriptor_key: counter } },
    ],
  };
}

function filter(): object {
  return {
    name: FILTER,
    typed_config: {
      '@type': FILTER_TYPE,
      domain: 'none', // each host has its own
      failure_mode_deny: true,
      timeout: '5s',
      rate_limit_service: {
        transport_api_version: 'V3',
        grpc_service: { envoy_grpc: { cluster_name: LIMITADOR_CLUSTER } },
      },
    },
  };
}
