import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import type { IMaasGateway } from './gateway-reference';
import { API_PATH } from './model-paths';
import { checkPrefix, modelRule, MOST_RULES, type IModelBackend, type ModelCanary } from './model-route';

/** A model of a route that several share. */
export interface SharedRouteModel {
  /**
   * What clients write before each path and the model does not see, for example `/simulator`: one segment of lower-case
   * letters, digits and `-`.
   */
  readonly prefix: string;

  /** What serves the model, in the namespace of the route. */
  readonly backend: IModelBackend;

  /**
   * Another version of the model, which gets a part of the requests.
   * @default - none
   */
  readonly canary?: ModelCanary;
}

/** Props of `SharedModelRoute`. */
export interface SharedModelRouteProps {
  /** Gateway that the route attaches to. */
  readonly gateway: IMaasGateway;

  /** Namespace of the route and of what serves the models. */
  readonly namespace: string;

  /** Host name that the models share. */
  readonly host: string;

  /** The models, from one to 16: a rule each, which is all that a route may have. */
  readonly models: SharedRouteModel[];

  /**
   * Name of the HTTPRoute.
   * @default models-path-route
   */
  readonly name?: string;
}

/**
 * One route for several models (gateway.networking.k8s.io/v1 HTTPRoute): what Limitador counts it counts by HTTPRoute, so
 * a user has one budget for all of them.
 *
 * Each model has one rule, for all that is below `/v1` behind its prefix: Gateway API rewrites a part of a path only where it
 * matches all that begins with it. Which of those paths may be asked, and by which method, is for `sharedPaths` of
 * `GatewayAuthPolicy` to say: without it clients would reach what nobody counts.
 *
 * @throws when there is no model or more than 16, two have one prefix, a prefix has another form, a model is in another
 *   namespace, or the weight of a canary is not between 0 and 100
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export class SharedModelRoute extends Construct {
  /** Name of the HTTPRoute. */
  public readonly routeName: string;
  /** The rules of its models, in their order, as Istio names them: `<HTTPRoute>.<position>`. */
  public readonly ruleNames: string[];

  constructor(scope: Construct, id: string, props: SharedModelRouteProps) {
    super(scope, id);
    checkModels(props);
    this.routeName = props.name ?? 'models-path-route';
    const { gateway, namespace, host, models } = props;
    this.ruleNames = models.map((_, position) => `${this.routeName}.${position}`);
    const { HttpRoute } = l1.gatewayApi;
    new HttpRoute(this, 'Resource', {
      metadata: objectMetadata(this.routeName, { namespace, labels: { 'kuadrant.io/gateway': gateway.gatewayName } }),
      spec: {
        parentRefs: [{ name: gateway.gatewayName, namespace: gateway.gatewayNamespace }],
        hostnames: [host],
        rules: models.map(ruleOf),
      },
    });
  }
}

function checkModels({ models, namespace }: SharedModelRouteProps): void {
  if (models.length === 0 || models.length > MOST_RULES) {
    throw new Error(`route: got ${models.length} models, expected 1 to ${MOST_RULES}, a rule each`);
  }
  const seen = new Set<string>();
  for (const { prefix, backend, canary } of models) {
    checkPrefix(prefix);
    if (seen.has(prefix)) {
      throw new Error(`route: got two models with the prefix "${prefix}", expected one`);
    }
    seen.add(prefix);
    for (const { serviceName, serviceNamespace } of [backend, ...(canary ? [canary.backend] : [])]) {
      if (serviceNamespace !== namespace) {
        throw new Error(`route: got Service ${serviceNamespace}/${serviceName}, expected one in "${namespace}"`);
      }
    }
  }
}

function ruleOf(model: SharedRouteModel) {
  const { HttpRouteSpecRulesMatchesPathType: PathType, HttpRouteSpecRulesFiltersUrlRewritePathType: Rewrite } =
    l1.gatewayApi;
  return modelRule(model, {
    matches: [{ path: { type: PathType.PATH_PREFIX, value: `${model.prefix}${API_PATH}` } }],
    rewrite: { type: Rewrite.REPLACE_PREFIX_MATCH, replacePrefixMatch: API_PATH },
  });
}
