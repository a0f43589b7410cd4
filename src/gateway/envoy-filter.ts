import type { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { gatewayTargetReference, type IMaasGateway } from './gateway-reference';

const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';

/** An HTTP filter and its place in the Gateway's filter chain. */
export interface GatewayHttpFilter {
  /** Name of the EnvoyFilter object. */
  readonly name: string;
  /** Where the filter goes: first of all, or right before the router. */
  readonly position: 'first' | 'beforeRouter';
  /** Entry of Envoy's `http_filters`: `name` and `typed_config` with its `@type`. */
  readonly value: object;
}

/**
 * Adds an EnvoyFilter that puts one HTTP filter into the chain of a Gateway.
 *
 * In the Gateway's namespace it targets exactly that Gateway. In another namespace Istio ignores `targetRefs` silently;
 * only `workloadSelector` works there, and only in the root namespace.
 *
 * Priority 10: filters of other owners have 0, so ours lands outermost (first) or innermost (before the router) whatever
 * was created earlier.
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
      priority: 10,
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
