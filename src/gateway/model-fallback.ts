import { Construct } from 'constructs';
import type { EnvoyFilterSpecConfigPatches } from '../../imports/networking.istio.io';
import { addPatches, gatewayPatch, type GatewayFilterProps } from './envoy-filter';
import { errorReplyMappers } from './error-reply-filter';
import { gatewayScript, luaHttpFilter } from './lua-filter';
import { METERED_PATHS, TOTAL_TOKENS_PATHS } from './model-paths';
import type { IModelBackend } from './model-route';
import { REQUEST_REFUSALS } from './script-refusals';

/** Domain of a mesh, as istiod and Kubernetes have it by default: the names of its clusters end in it. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** Props of `ModelFallback`. */
export interface ModelFallbackProps extends GatewayFilterProps {
  /** Name of the model that may fail: what the EnvoyFilter and its parts are named after. */
  readonly modelName: string;

  /** What serves the model. */
  readonly backend: IModelBackend;

  /** What answers when that does not. */
  readonly fallback: IModelBackend;

  /** Name of the other model in requests (OpenAI API field `model`). */
  readonly fallbackServedName: string;

  /** Rules of its routes in the namespace of its backend, for example `ModelRoute.ruleNames`. */
  readonly ruleNames: string[];
}

/**
 * Sends requests that a model cannot answer to another one (networking.istio.io/v1alpha3 EnvoyFilter): when it has no pod
 * that is ready, cannot be connected to, ends the connection before it answers, or answers 5xx. The client sees one
 * answer, which the token limit counts as one of the first model.
 *
 * Envoy takes both for one cluster, of which the second has a lower priority, and tries once more at the lower one. The
 * other model is behind a listener inside of Envoy, which writes its name into the request, and through which no other
 * path leads. The mesh has to have the domain `cluster.local`, istiod's default. Once an answer has begun, and for a request of more than 1 MiB, there is no second try.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/aggregate_cluster
 */
export class ModelFallback extends Construct {
  constructor(scope: Construct, id: string, props: ModelFallbackProps) {
    super(scope, id);
    const { modelName, backend, fallback, fallbackServedName } = props;
    const last = { name: `maas.fallback.${modelName}`, backend: fallback, servedName: fallbackServedName };
    // What a provider gets is written by filters of its own cluster, which one of several clusters would not have.
    const first = backend.kind === 'Hostname' ? { name: `maas.first.${modelName}`, backend } : undefined;
    const name = `maas.model.${modelName}`;
    const hops = first === undefined ? [last] : [first, last];
    addPatches(this, props, `${modelName}-fallback`, [
      ...hops.flatMap((hop) => [
        gatewayPatch('LISTENER', 'ADD', hopListener(hop)),
        gatewayPatch('CLUSTER', 'ADD', hopCluster(hop)),
      ]),
      gatewayPatch('CLUSTER', 'ADD', clusterOfBoth(name, backend, [first?.name ?? clusterName(backend), last.name])),
      ...props.ruleNames.map((rule) => rulePatch(`${backend.serviceNamespace}.${rule}`, name)),
    ]);
  }
}

/** A model behind a listener of its own inside of Envoy. */
interface Hop {
  /** Of the listener, and of the cluster that leads to it. */
  readonly name: string;
  readonly backend: IModelBackend;
  /** Name of the model there. @default - a provider's is written elsewhere */
  readonly servedName?: string;
}

/** The name that istiod gives to what leads to a backend. */
function clusterName(backend: IModelBackend): string {
  return `outbound|${backend.servicePort}||${hostOf(backend)}`;
}

function hostOf({ kind, serviceName, serviceNamespace }: IModelBackend): string {
  return kind === 'Hostname' ? serviceName : `${serviceName}.${serviceNamespace}.svc.${CLUSTER_DOMAIN}`;
}

/** Both as one; Istio's metrics say which Service was meant. */
function clusterOfBoth(name: string, backend: IModelBackend, clusters: readonly string[]): object {
  const { serviceName, serviceNamespace } = backend;
  return {
    name,
    connect_timeout: '10s',
    lb_policy: 'CLUSTER_PROVIDED',
    cluster_type: {
      name: 'envoy.clusters.aggregate',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig', clusters },
    },
    metadata: {
      filter_metadata: {
        istio: { services: [{ host: hostOf(backend), name: serviceName, namespace: serviceNamespace }] },
      },
    },
  };
}

function hopCluster({ name }: Hop): object {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [
        { lb_endpoints: [{ endpoint: { address: { envoy_internal_address: { server_listener_name: name } } } }] },
      ],
    },
  };
}

function hopListener({ name, backend, servedName }: Hop): object {
  const isProvider = backend.kind === 'Hostname';
  const paths = isProvider ? TOTAL_TOKENS_PATHS : METERED_PATHS;
  const script =
    isProvider || servedName === undefined
      ? undefined
      : gatewayScript('fallback-model', { model: JSON.stringify(servedName), refusals: REQUEST_REFUSALS });
  return {
    name,
    internal_listener: {},
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: name,
              stream_idle_timeout: '0s',
              server_header_transformation: 'PASS_THROUGH',
              generate_request_id: false,
              local_reply_config: { mappers: errorReplyMappers() },
              route_config: { name, virtual_hosts: [{ name, domains: ['*'], routes: hopRoutes(paths, backend) }] },
              http_filters: [...(script === undefined ? [] : [luaHttpFilter(name, script)]), routerFilter()],
            },
          },
        ],
      },
    ],
  };
}

function routerFilter(): object {
  const type = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';
  return { name: 'envoy.filters.http.router', typed_config: { '@type': type } };
}

/** What the other model does not offer is as if there were none. */
function hopRoutes(paths: readonly string[], backend: IModelBackend): object[] {
  return [
    ...paths.map((path) => ({
      match: { path, headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
      route: { cluster: clusterName(backend), timeout: '0s' },
    })),
    { match: { prefix: '/' }, direct_response: { status: 503 } },
  ];
}

/** What istiod makes of a rule leads to another cluster. */
function rulePatch(rule: string, cluster: string): EnvoyFilterSpecConfigPatches {
  const value = { route: { cluster, retry_policy: retryPolicy() } };
  const routeConfiguration = { vhost: { route: { name: rule } } };
  return gatewayPatch('HTTP_UNDERSCORE_ROUTE', 'MERGE', value, { routeConfiguration });
}

/** One more try, at what has a lower priority than what has failed. */
function retryPolicy(): object {
  const type = 'type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig';
  return {
    retry_on: '5xx',
    num_retries: 1,
    retry_priority: {
      name: 'envoy.retry_priorities.previous_priorities',
      typed_config: { '@type': type, update_frequency: 1 },
    },
  };
}
