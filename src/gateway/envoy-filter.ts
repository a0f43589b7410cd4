import type { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { gatewayTargetReference, type IMaasGateway } from './gateway-reference';

/** First of all; behind everybody's authentication; or right before the router. */
export type FilterPosition = 'first' | 'afterAuthentication' | 'beforeRouter';

/**
 * Istio applies EnvoyFilters by priority, and those of other owners have 0. So ours come later: what is inserted first
 * ends up outermost, what is inserted before the router ends up innermost, whatever was created earlier.
 */
const PRIORITIES: { readonly [Position in FilterPosition]: number } = {
  first: 10,
  afterAuthentication: 5,
  beforeRouter: 10,
};

const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';

/** An HTTP filter and its place in the Gateway's filter chain. */
export interface GatewayHttpFilter {
  /** Name of the EnvoyFilter object. */
  readonly name: string;
  /** Where the filter goes. */
  readonly position: FilterPosition;
  /** Entry of Envoy's `http_filters`: `name` and `typed_config` with its `@type`. */
  readonly value: object;
}

/**
 * Adds an EnvoyFilter that puts one HTTP filter into the chain of a Gateway.
 *
 * In the Gateway's namespace it targets exactly that Gateway. In Istio's root namespace only `workloadSelector` works, and
 * selects the pods of every Gateway of this name; in any other namespace Istio ignores the object silently.
 */
export function addGatewayHttpFilter(
  scope: Construct,
  id: string,
  gateway: IMaasGateway,
  namespace: string,
  filter: GatewayHttpFilter,
): void {
  const {
    EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo,
    EnvoyFilterSpecConfigPatchesMatchContext: Context,
    EnvoyFilterSpecConfigPatchesPatchOperation: Operation,
    EnvoyFilter,
  } = l1.istioNetworking;
  const first = filter.position === 'first';
  new EnvoyFilter(scope, id, {
    metadata: objectMetadata(filter.name, { namespace }),
    spec: {
      priority: PRIORITIES[filter.position],
      ...selection(gateway, namespace),
      configPatches: [
        {
          applyTo: ApplyTo.HTTP_UNDERSCORE_FILTER,
          match: {
            context: Context.GATEWAY,
            listener: {
              filterChain: {
                filter: {
                  name: CONNECTION_MANAGER,
                  ...(first ? {} : { subFilter: { name: 'envoy.filters.http.router' } }),
                },
              },
            },
          },
          patch: {
            operation: first ? Operation.INSERT_UNDERSCORE_FIRST : Operation.INSERT_UNDERSCORE_BEFORE,
            value: filter.value,
          },
        },
      ],
    },
  });
}

/** A change of Envoy's HTTP connection manager. */
export interface ConnectionManagerPatch {
  /** Name of the EnvoyFilter object. */
  readonly name: string;
  /** Fields that are merged into the connection manager's; lists are appended to. */
  readonly value: object;
}

/** Adds an EnvoyFilter that merges fields into the HTTP connection manager of a Gateway's listeners. */
export function addConnectionManagerPatch(
  scope: Construct,
  id: string,
  gateway: IMaasGateway,
  namespace: string,
  patch: ConnectionManagerPatch,
): void {
  const {
    EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo,
    EnvoyFilterSpecConfigPatchesMatchContext: Context,
    EnvoyFilterSpecConfigPatchesPatchOperation: Operation,
    EnvoyFilter,
  } = l1.istioNetworking;
  new EnvoyFilter(scope, id, {
    metadata: objectMetadata(patch.name, { namespace }),
    spec: {
      ...selection(gateway, namespace),
      configPatches: [
        {
          applyTo: ApplyTo.NETWORK_UNDERSCORE_FILTER,
          match: {
            context: Context.GATEWAY,
            listener: { filterChain: { filter: { name: CONNECTION_MANAGER } } },
          },
          patch: {
            operation: Operation.MERGE,
            value: {
              typed_config: {
                '@type':
                  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                ...patch.value,
              },
            },
          },
        },
      ],
    },
  });
}

/** How an EnvoyFilter of a namespace finds the pods of a Gateway. */
function selection(gateway: IMaasGateway, namespace: string) {
  return namespace === gateway.gatewayNamespace
    ? { targetRefs: [gatewayTargetReference(gateway)] }
    : { workloadSelector: { labels: { 'gateway.networking.k8s.io/gateway-name': gateway.gatewayName } } };
}
