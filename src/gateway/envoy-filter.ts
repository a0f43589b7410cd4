import type { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { gatewayTargetReference, type IMaasGateway } from './gateway-reference';

/** An HTTP filter and its place in the Gateway's filter chain. */
export interface GatewayHttpFilter {
  /** Name of the EnvoyFilter object. */
  readonly name: string;
  /** Where the filter goes: first of all, or right before the router. */
  readonly position: 'first' | 'beforeRouter';
  /** Entry of Envoy's `http_filters`: `name` and `typed_config` with its `@type`. */
  readonly value: object;
}

/** What the Gateway's connection manager is told beside its filters. */
export interface GatewayReply {
  /** Name of the EnvoyFilter object. */
  readonly name: string;
  /** Part of Envoy's HttpConnectionManager, with its `@type`. */
  readonly value: object;
}

const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';

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
      ...selectionOf(gateway, namespace),
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

/** Adds an EnvoyFilter that merges a setting into the connection manager of a Gateway. */
export function addGatewayReply(
  scope: Construct,
  id: string,
  gateway: IMaasGateway,
  namespace: string,
  reply: GatewayReply,
): void {
  const {
    EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo,
    EnvoyFilterSpecConfigPatchesMatchContext: Context,
    EnvoyFilterSpecConfigPatchesPatchOperation: Operation,
    EnvoyFilter,
  } = l1.istioNetworking;
  new EnvoyFilter(scope, id, {
    metadata: objectMetadata(reply.name, { namespace }),
    spec: {
      priority: 10,
      ...selectionOf(gateway, namespace),
      configPatches: [
        {
          applyTo: ApplyTo.NETWORK_UNDERSCORE_FILTER,
          match: { context: Context.GATEWAY, listener: { filterChain: { filter: { name: CONNECTION_MANAGER } } } },
          patch: { operation: Operation.MERGE, value: { name: CONNECTION_MANAGER, typed_config: reply.value } },
        },
      ],
    },
  });
}

function selectionOf(gateway: IMaasGateway, namespace: string) {
  return namespace === gateway.gatewayNamespace
    ? { targetRefs: [gatewayTargetReference(gateway)] }
    : { workloadSelector: { labels: { 'gateway.networking.k8s.io/gateway-name': gateway.gatewayName } } };
}
