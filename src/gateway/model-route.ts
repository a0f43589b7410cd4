import { Construct } from 'constructs';
import type {
  HttpRouteSpecRulesFiltersUrlRewritePath,
  HttpRouteSpecRulesMatches,
  HttpRouteSpecRulesMatchesMethod,
} from '../../imports/gateway.networking.k8s.io';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import type { IMaasGateway } from './gateway-reference';
import { IDENTITY_HEADERS } from './identity-headers';
import { METERED_PATHS, MODELS_PATH, TOTAL_TOKENS_PATHS } from './model-paths';

/** A Service that a route sends requests to, or a host that Istio knows. */
export interface IModelBackend {
  /**
   * What the name is: of a Service of Kubernetes, or the host of an Istio ServiceEntry, behind which is no model server but
   * the API of a provider.
   * @default Service
   */
  readonly kind?: 'Service' | 'Hostname';
  /** Name of the Service. */
  readonly serviceName: string;
  /** Port of the Service. */
  readonly servicePort: number;
  /** Namespace of the Service. */
  readonly serviceNamespace: string;
}

/** Props of `ModelRoute`. */
export interface ModelRouteProps {
  /** Name of the HTTPRoute. */
  readonly name: string;

  /** Gateway that the route attaches to. */
  readonly gateway: IMaasGateway;

  /** Host name of the model, or one that it shares with others. */
  readonly host: string;

  /**
   * What clients write before each path and the model does not see, for example `/simulator`: one segment of lower-case
   * letters, digits and `-`, which tells models at one host apart.
   * @default - nothing
   */
  readonly prefix?: string;

  /** What serves the model; the route lives in its namespace. */
  readonly backend: IModelBackend;

  /**
   * Paths that may be POSTed to, exactly as they are.
   * @default - chat completions, completions, embeddings, responses and messages below /v1; of a provider's API those whose
   * answers always tell their tokens: the first three
   */
  readonly paths?: string[];

  /**
   * Another version of the model, which gets a part of the requests.
   * @default - none
   */
  readonly canary?: ModelCanary;
}

/** Another version of a model. */
export interface ModelCanary {
  /** What serves it, in the namespace of the model. */
  readonly backend: IModelBackend;
  /** How many of 100 requests it gets, from 0 to 100. */
  readonly weight: number;
}

/**
 * The route of one model (gateway.networking.k8s.io/v1 HTTPRoute): one host, the paths that are counted, and the list of
 * models. Everything else that a model server answers stays inside the cluster: unmetered ways to generate
 * (`/invocations`), and ways to operate it (`/sleep`, `/metrics`).
 *
 * No timeout, because a long answer is not an error. The client's credentials and the identity headers end at the
 * gateway: the model never sees them.
 *
 * Behind a prefix each path has a rule of its own, which rewrites it as a whole: to rewrite the prefix alone, Gateway API
 * would want to match all that begins with it.
 *
 * @throws when the weight of the canary is not between 0 and 100, the prefix has another form, or there are more paths
 *   behind it than a route has rules
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export class ModelRoute extends Construct {
  /** Name of the HTTPRoute. */
  public readonly routeName: string;
  /** Its rules, as Istio names them: `<HTTPRoute>.<position>`. */
  public readonly ruleNames: string[];

  constructor(scope: Construct, id: string, props: ModelRouteProps) {
    super(scope, id);
    this.routeName = props.name;
    const { HttpRoute } = l1.gatewayApi;
    const { gateway, backend } = props;
    const rules = routeRules(props);
    this.ruleNames = rules.map((_, position) => `${props.name}.${position}`);
    new HttpRoute(this, 'Resource', {
      metadata: objectMetadata(props.name, {
        namespace: backend.serviceNamespace,
        labels: { 'kuadrant.io/gateway': gateway.gatewayName },
      }),
      spec: {
        parentRefs: [{ name: gateway.gatewayName, namespace: gateway.gatewayNamespace }],
        hostnames: [props.host],
        rules,
      },
    });
  }
}

/** Rules that a route of Gateway API may have. */
export const MOST_RULES = 16;

function routeRules(props: ModelRouteProps) {
  const { prefix } = props;
  const requests = routedRequests(props);
  if (prefix === undefined) {
    return [requestsRule(props, requests)];
  }
  checkPrefix(prefix);
  if (requests.length > MOST_RULES) {
    throw new Error(
      `route: got ${requests.length} paths behind the prefix "${prefix}", expected at most ${MOST_RULES}`,
    );
  }
  return requests.map(({ method, path }) => requestsRule(props, [{ method, path: `${prefix}${path}` }], path));
}

/** @throws when a prefix is not a slash and one name */
export function checkPrefix(prefix: string): void {
  if (!/^\/[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(prefix)) {
    throw new Error(`route: got the prefix "${prefix}", expected a slash and one name, for example "/simulator"`);
  }
}

/** A rule for requests, whose path the model gets as another one. */
function requestsRule(props: ModelRouteProps, requests: readonly RoutedRequest[], rewritten?: string) {
  const { HttpRouteSpecRulesMatchesPathType: PathType, HttpRouteSpecRulesFiltersUrlRewritePathType: Rewrite } =
    l1.gatewayApi;
  return modelRule(props, {
    matches: requests.map(({ method, path }) => ({ method, path: { type: PathType.EXACT, value: path } })),
    rewrite: rewritten === undefined ? undefined : { type: Rewrite.REPLACE_FULL_PATH, replaceFullPath: rewritten },
  });
}

/** Which requests a rule is for, and what the model gets in place of their path. */
interface RuleParts {
  readonly matches: HttpRouteSpecRulesMatches[];
  readonly rewrite?: HttpRouteSpecRulesFiltersUrlRewritePath;
}

/**
 * A rule that leads to a model, without credentials and identity, for as long as the answer takes.
 *
 * @throws when the weight of the canary is not between 0 and 100
 */
export function modelRule(model: Pick<ModelRouteProps, 'backend' | 'canary'>, { matches, rewrite }: RuleParts) {
  const { HttpRouteSpecRulesFiltersType: Filter } = l1.gatewayApi;
  return {
    matches,
    filters: [
      {
        type: Filter.REQUEST_HEADER_MODIFIER,
        requestHeaderModifier: { remove: ['authorization', ...IDENTITY_HEADERS] },
      },
      ...(rewrite === undefined ? [] : [{ type: Filter.URL_REWRITE, urlRewrite: { path: rewrite } }]),
    ],
    timeouts: { request: '0s' },
    backendRefs: backendReferences(model),
  };
}

function backendReferences({ backend, canary }: Pick<ModelRouteProps, 'backend' | 'canary'>) {
  const weight = canary?.weight ?? 0;
  if (!(weight >= 0 && weight <= 100)) {
    throw new Error(`canary: got the weight ${weight}, expected 0 to 100, of 100 requests`);
  }
  return [
    { ...backendReference(backend), weight: 100 - weight },
    ...(canary === undefined ? [] : [{ ...backendReference(canary.backend), weight }]),
  ];
}

function backendReference({ kind, serviceName, servicePort }: IModelBackend) {
  const named = { name: serviceName, port: servicePort };
  return kind === 'Hostname' ? { group: 'networking.istio.io', kind, ...named } : named;
}

interface RoutedRequest {
  readonly method: HttpRouteSpecRulesMatchesMethod;
  readonly path: string;
}

/** The list of a provider's models is that of its customer: the platform's own list has what may be used of it. */
function routedRequests({ paths, backend }: ModelRouteProps): RoutedRequest[] {
  const { HttpRouteSpecRulesMatchesMethod: Method } = l1.gatewayApi;
  const isExternal = backend.kind === 'Hostname';
  const posted = paths ?? (isExternal ? TOTAL_TOKENS_PATHS : METERED_PATHS);
  return [
    ...posted.map((path) => ({ method: Method.POST, path })),
    ...(isExternal ? [] : [{ method: Method.GET, path: MODELS_PATH }]),
  ];
}
