import type { Construct } from 'constructs';
import type { EnvoyFilterSpecConfigPatches } from '../../imports/networking.istio.io';
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

/** What every construct over an EnvoyFilter of a Gateway takes. */
export interface GatewayFilterProps {
  /** Gateway whose Envoy is configured. */
  readonly gateway: IMaasGateway;

  /**
   * Namespace of the EnvoyFilter: the Gateway's, or Istio's root namespace.
   * @default - the Gateway's
   */
  readonly namespace?: string;

  /**
   * Name of the EnvoyFilter.
   * @default - the construct's own
   */
  readonly name?: string;
}

/** An HTTP filter and its place in the Gateway's filter chain. */
export interface GatewayHttpFilter {
  /** Name of the EnvoyFilter where the props have none. */
  readonly name: string;
  /** Where the filter goes. */
  readonly position: FilterPosition;
  /** Entry of Envoy's `http_filters`: `name` and `typed_config` with its `@type`. */
  readonly value: object;
}

/** Adds an EnvoyFilter that puts one HTTP filter into the chain of a Gateway. */
export function addGatewayHttpFilter(scope: Construct, props: GatewayFilterProps, filter: GatewayHttpFilter): void {
  const { EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo, EnvoyFilterSpecConfigPatchesPatchOperation: Operation } =
    l1.istioNetworking;
  const first = filter.position === 'first';
  addEnvoyFilter(scope, props, filter.name, PRIORITIES[filter.position], {
    applyTo: ApplyTo.HTTP_UNDERSCORE_FILTER,
    match: connectionManagerMatch(first ? {} : { subFilter: { name: 'envoy.filters.http.router' } }),
    patch: {
      operation: first ? Operation.INSERT_UNDERSCORE_FIRST : Operation.INSERT_UNDERSCORE_BEFORE,
      value: filter.value,
    },
  });
}

/** A change of Envoy's HTTP connection manager. */
export interface ConnectionManagerPatch {
  /** Name of the EnvoyFilter where the props have none. */
  readonly name: string;
  /** Fields that are merged into the connection manager's; lists are appended to. */
  readonly value: object;
}

/** Adds an EnvoyFilter that merges fields into the HTTP connection manager of a Gateway's listeners. */
export function addConnectionManagerPatch(
  scope: Construct,
  props: GatewayFilterProps,
  { name, value }: ConnectionManagerPatch,
): void {
  const { EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo, EnvoyFilterSpecConfigPatchesPatchOperation: Operation } =
    l1.istioNetworking;
  addEnvoyFilter(scope, props, name, undefined, {
    applyTo: ApplyTo.NETWORK_UNDERSCORE_FILTER,
    match: connectionManagerMatch({}),
    patch: {
      operation: Operation.MERGE,
      value: {
        typed_config: {
          '@type':
            'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
          ...value,
        },
      },
    },
  });
}

function connectionManagerMatch(more: { readonly subFilter?: { readonly name: string } }) {
  const { EnvoyFilterSpecConfigPatchesMatchContext: Context } = l1.istioNetworking;
  return {
    context: Context.GATEWAY,
    listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager', ...more } } },
  };
}

/**
 * In the Gateway's namespace an EnvoyFilter targets exactly that Gateway. In Istio's root namespace only
 * `workloadSelector` works, and selects the pods of every Gateway of this name; in any other namespace Istio ignores the
 * object silently.
 */
function addEnvoyFilter(
  scope: Construct,
  { gateway, namespace = gateway.gatewayNamespace, name }: GatewayFilterProps,
  defaultName: string,
  priority: number | undefined,
  patch: EnvoyFilterSpecConfigPatches,
): void {
  new l1.istioNetworking.EnvoyFilter(scope, 'Resource', {
    metadata: objectMetadata(name ?? defaultName, { namespace }),
    spec: {
      priority,
      ...(namespace === gateway.gatewayNamespace
        ? { targetRefs: [gatewayTargetReference(gateway)] }
        : { workloadSelector: { labels: { 'gateway.networking.k8s.io/gateway-name': gateway.gatewayName } } }),
      configPatches: [patch],
    },
  });
}
