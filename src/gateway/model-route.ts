import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import type { IMaasGateway } from './gateway-reference';
import { IDENTITY_HEADERS } from './identity-headers';
import { METERED_PATHS, MODELS_PATH } from './model-paths';

/** A Service that a route sends requests to. */
export interface IModelBackend {
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

  /** Host name of the model. */
  readonly host: string;

  /** What serves the model; the route lives in its namespace. */
  readonly backend: IModelBackend;

  /**
   * Paths that may be POSTed to, exactly as they are.
   * @default - chat completions, completions, embeddings, responses and messages below /v1
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
 * @throws when the weight of the canary is not between 0 and 100
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export class ModelRoute extends Construct {
  /** Name of the HTTPRoute. */
  public readonly routeName: string;

  constructor(scope: Construct, id: string, props: ModelRouteProps) {
    super(scope, id);
    this.routeName = props.name;
    const { HttpRoute, HttpRouteSpecRulesFiltersType } = l1.gatewayApi;
    const { gateway, backend } = props;
    new HttpRoute(this, 'Resource', {
      metadata: objectMetadata(props.name, {
        namespace: backend.serviceNamespace,
        labels: { 'kuadrant.io/gateway': gateway.gatewayName },
      }),
      spec: {
        parentRefs: [{ name: gateway.gatewayName, namespace: gateway.gatewayNamespace }],
        hostnames: [props.host],
        rules: [
          {
            matches: routeMatches(props.paths ?? METERED_PATHS),
            filters: [
              {
                type: HttpRouteSpecRulesFiltersType.REQUEST_HEADER_MODIFIER,
                requestHeaderModifier: { remove: ['authorization', ...IDENTITY_HEADERS] },
              },
            ],
            timeouts: { request: '0s' },
            backendRefs: backendReferences(props),
          },
        ],
      },
    });
  }
}

function backendReferences({ backend, canary }: ModelRouteProps) {
  const weight = canary?.weight ?? 0;
  if (!(weight >= 0 && weight <= 100)) {
    throw new Error(`canary: got the weight ${weight}, expected 0 to 100, of 100 requests`);
  }
  return [
    { name: backend.serviceName, port: backend.servicePort, weight: 100 - weight },
    ...(canary === undefined ? [] : [{ name: canary.backend.serviceName, port: canary.backend.servicePort, weight }]),
  ];
}

function routeMatches(paths: readonly string[]) {
  const { HttpRouteSpecRulesMatchesPathType: PathType, HttpRouteSpecRulesMatchesMethod: Method } = l1.gatewayApi;
  return [
    ...paths.map((value) => ({ method: Method.POST, path: { type: PathType.EXACT, value } })),
    { method: Method.GET, path: { type: PathType.EXACT, value: MODELS_PATH } },
  ];
}
