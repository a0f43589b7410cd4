import { tokenLimitHttpFilter, type TokenLimitScriptConfiguration } from '../../src/limits/lua-script';
import { loopback, oneEndpoint } from './loopback';

/** What an Envoy under test is started with. */
export interface EnvoyOptions {
  /** What the token limit filter is rendered from. @default no token limit filter */
  readonly configuration?: TokenLimitScriptConfiguration;
  /** Port of the model server on the loopback interface. */
  readonly modelPort: number;
  /** Worker threads. @default 2 */
  readonly concurrency?: number;
  /** @default the regular expressions of Istio's annotation, which let the filter's counters pass */
  readonly statsInclusionRegexps?: readonly string[];
  /** Tags that Istio's annotation `sidecar.istio.io/extraStatTags` names. @default none */
  readonly extraStatTags?: readonly string[];
  /** How often Envoy drops statistics that may be dropped, as Istio's `statsEvictionInterval` has it. @default never */
  readonly statsEvictionInterval?: string;
  /** HTTP filters before the token limit. @default none */
  readonly filtersBefore?: readonly object[];
  /** What is merged into the HTTP connection manager, as an EnvoyFilter's MERGE does. @default nothing */
  readonly connectionManager?: object;
  /** What is merged into the listener. @default nothing */
  readonly listener?: object;
  /** Changes the rendered Lua, to see what a failing script does. @default none */
  readonly editScript?: (script: string) => string;
}

/** What the Gateway's annotation `sidecar.istio.io/statsInclusionRegexps` has to hold. */
export const STATS_INCLUSION_REGEXP = 'http\\..*lua\\..*';

/** The largest piece of a body that Envoy holds: Istio 1.31's edge profile, its smallest. */
const LISTENER_BUFFER_BYTES = 32 * 1024;

/** Envoy's configuration with one listener as Istio's gateway has it. */
export function bootstrap(options: EnvoyOptions): object {
  const inclusions = options.statsInclusionRegexps ?? [STATS_INCLUSION_REGEXP];
  return {
    node: { id: 'gateway', cluster: 'inference-gateway' },
    admin: { address: loopback(0) },
    ...(options.statsEvictionInterval && {
      stats_flush_interval: options.statsEvictionInterval,
      stats_eviction_interval: options.statsEvictionInterval,
    }),
    stats_config: {
      // As istiod writes it: a few tags of its own, and what an annotation adds.
      use_all_default_tags: false,
      stats_tags: [
        {
          tag_name: 'http_conn_manager_prefix',
          regex: '^http\\.(((?:[_.[:digit:]\\w]*|[_\\[\\]aAbBcCdDeEfF[:digit:]\\w\\:]*));\\.)',
        },
        ...(options.extraStatTags ?? []).map((tag) => ({ tag_name: tag, regex: `(${tag}=\\.=(.*?);\\.;)` })),
      ],
      // As istiod writes it: a few prefixes by default, what annotations add behind them.
      stats_matcher: {
        inclusion_list: {
          patterns: [
            ...['cluster_manager', 'listener_manager', 'server', 'listener.'].map((prefix) => ({ prefix })),
            ...inclusions.map((regex) => ({ safe_regex: { regex } })),
          ],
        },
      },
    },
    static_resources: { listeners: [gatewayListener(options)], clusters: [modelCluster(options.modelPort)] },
  };
}

function gatewayListener(options: EnvoyOptions): object {
  return {
    name: '0.0.0.0_80',
    address: loopback(0),
    per_connection_buffer_limit_bytes: LISTENER_BUFFER_BYTES,
    ...options.listener,
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: 'outbound_0.0.0.0_80;',
              use_remote_address: true,
              normalize_path: true,
              route_config: {
                virtual_hosts: [
                  {
                    name: 'models',
                    domains: ['*'],
                    routes: [{ match: { prefix: '/' }, route: { cluster: 'model', timeout: '0s' } }],
                  },
                ],
              },
              http_filters: [
                ...(options.filtersBefore ?? []),
                ...tokenLimitFilters(options),
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                },
              ],
              ...options.connectionManager,
            },
          },
        ],
      },
    ],
  };
}

function tokenLimitFilters({ configuration, editScript }: EnvoyOptions): object[] {
  if (configuration === undefined) {
    return [];
  }
  const filter = tokenLimitHttpFilter(configuration);
  const source = filter.typed_config.default_source_code.inline_string;
  const script = editScript?.(source) ?? source;
  if (editScript && script === source) {
    throw new Error('editScript changed nothing');
  }
  return [{ ...filter, typed_config: { ...filter.typed_config, default_source_code: { inline_string: script } } }];
}

function modelCluster(port: number): object {
  return {
    name: 'model',
    ...oneEndpoint('model', port),
    connect_timeout: '2s',
    per_connection_buffer_limit_bytes: LISTENER_BUFFER_BYTES,
  };
}
