import type { Construct } from 'constructs';
import type {
  EnvoyFilterSpecConfigPatches,
  EnvoyFilterSpecConfigPatchesApplyTo,
  EnvoyFilterSpecConfigPatchesMatch,
  EnvoyFilterSpecConfigPatchesPatchOperation,
} from '../../imports/networking.istio.io';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { gatewayPods, gatewayTargetReference, type IMaasGateway } from './gateway-reference';

/**
 * First of all; behind that; behind everybody's authentication; behind what requires an identity; or right before the
 * router.
 */
export type FilterPosition = 'first' | 'second' | 'afterAuthentication' | 'afterIdentity' | 'beforeRouter';

/**
 * Istio applies EnvoyFilters by priority, and those of other owners have 0. So ours come later: what is inserted first
 * ends up outermost, what is inserted before the router ends up innermost, whatever was created earlier.
 */
const PRIORITIES: { readonly [Position in FilterPosition]: number } = {
  first: 10,
  second: 5,
  afterAuthentication: 5,
  afterIdentity: 7,
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

/** HTTP filters and their place in the Gateway's filter chain. */
export interface GatewayHttpFilters {
  /** Name of the EnvoyFilter where the props have none. */
  readonly name: string;
  /** Where the filters go. */
  readonly position: FilterPosition;
  /** Entries of Envoy's `http_filters`, in the order in which a request meets them. */
  readonly values: object[];
  /** What one host configures otherwise. @default - nothing */
  readonly host?: {
    /** Host name of a route. */
    readonly name: string;
    /** Envoy's `typed_per_filter_config`: configurations by the filters' names. */
    readonly configurations: { readonly [filter: string]: object };
  };
}

/** Adds an EnvoyFilter that puts one HTTP filter into the chain of a Gateway. */
export function addGatewayHttpFilter(scope: Construct, props: GatewayFilterProps, filter: GatewayHttpFilter): void {
  addGatewayHttpFilters(scope, props, { ...filter, values: [filter.value] });
}

/** Adds an EnvoyFilter that puts HTTP filters into the chain of a Gateway, next to each other. */
export function addGatewayHttpFilters(
  scope: Construct,
  props: GatewayFilterProps,
  { name, position, values, host }: GatewayHttpFilters,
): void {
  const { EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo, EnvoyFilterSpecConfigPatchesPatchOperation: Operation } =
    l1.istioNetworking;
  const outermost = position === 'first' || position === 'second';
  const patches = values.map((value) => ({
    applyTo: ApplyTo.HTTP_UNDERSCORE_FILTER,
    match: connectionManagerMatch(outermost ? {} : { subFilter: { name: 'envoy.filters.http.router' } }),
    patch: {
      operation: outermost ? Operation.INSERT_UNDERSCORE_FIRST : Operation.INSERT_UNDERSCORE_BEFORE,
      value,
    },
  }));
  addEnvoyFilter(scope, props, name, PRIORITIES[position], [
    // What is inserted first of all comes before what was.
    ...(outermost ? patches.reverse() : patches),
    ...(host === undefined ? [] : [hostPatch(host.name, { typed_per_filter_config: host.configurations })]),
  ]);
}

/** A change of Envoy's HTTP connection manager. */
export interface ConnectionManagerPatch {
  /** Name of the EnvoyFilter where the props have none. */
  readonly name: string;
  /** Fields that are merged into the connection manager's; lists are appended to. */
  readonly value: object;
  /**
   * Istio's order of EnvoyFilters: what has more is appended later.
   * @default 0
   */
  readonly priority?: number;
}

/** Adds an EnvoyFilter that merges fields into the HTTP connection manager of a Gateway's listeners. */
export function addConnectionManagerPatch(
  scope: Construct,
  props: GatewayFilterProps,
  { name, value, priority }: ConnectionManagerPatch,
): void {
  const { EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo, EnvoyFilterSpecConfigPatchesPatchOperation: Operation } =
    l1.istioNetworking;
  addEnvoyFilter(scope, props, name, priority, [
    {
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
    },
  ]);
}

/** A change of Envoy's clusters of one service. */
export interface ClusterPatch {
  /** Name of the EnvoyFilter where the props have none. */
  readonly name: string;
  /** Host of the service in Istio's registry. */
  readonly service: string;
  /** Fields that are merged into the clusters'; what stands below a key of a map is replaced. */
  readonly value: object;
}

/** Adds an EnvoyFilter that merges fields into a Gateway's clusters of one service. */
export function addClusterPatch(
  scope: Construct,
  props: GatewayFilterProps,
  { name, service, value }: ClusterPatch,
): void {
  addEnvoyFilter(scope, props, name, undefined, [gatewayPatch('CLUSTER', 'MERGE', value, { cluster: { service } })]);
}

/** Adds an EnvoyFilter with changes of more than one kind. */
export function addPatches(
  scope: Construct,
  props: GatewayFilterProps,
  name: string,
  patches: EnvoyFilterSpecConfigPatches[],
): void {
  addEnvoyFilter(scope, props, name, undefined, patches);
}

/** A change of a gateway's Envoy: what is added, or merged into all that the match finds. */
export function gatewayPatch(
  applyTo: keyof typeof EnvoyFilterSpecConfigPatchesApplyTo,
  operation: keyof typeof EnvoyFilterSpecConfigPatchesPatchOperation,
  value: object,
  match: Omit<EnvoyFilterSpecConfigPatchesMatch, 'context'> = {},
): EnvoyFilterSpecConfigPatches {
  const {
    EnvoyFilterSpecConfigPatchesApplyTo: ApplyTo,
    EnvoyFilterSpecConfigPatchesMatchContext: Context,
    EnvoyFilterSpecConfigPatchesPatchOperation: Operation,
  } = l1.istioNetworking;
  return {
    applyTo: ApplyTo[applyTo],
    match: { context: Context.GATEWAY, ...match },
    patch: { operation: Operation[operation], value },
  };
}

/** A change of what Envoy knows of one host. */
function hostPatch(domainName: string, value: object): EnvoyFilterSpecConfigPatches {
  return gatewayPatch('VIRTUAL_UNDERSCORE_HOST', 'MERGE', value, { routeConfiguration: { vhost: { domainName } } });
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
  configPatches: EnvoyFilterSpecConfigPatches[],
): void {
  new l1.istioNetworking.EnvoyFilter(scope, 'Resource', {
    metadata: objectMetadata(name ?? defaultName, { namespace }),
    spec: {
      priority,
      ...(namespace === gateway.gatewayNamespace
        ? { targetRefs: [gatewayTargetReference(gateway)] }
        : { workloadSelector: { labels: gatewayPods(gateway).labels } }),
      configPatches,
    },
  });
}
