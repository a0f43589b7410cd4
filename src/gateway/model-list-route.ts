import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import type { IMaasGateway } from './gateway-reference';
import { MODELS_PATH } from './model-paths';

/** Props of `ModelListRoute`. */
export interface ModelListRouteProps {
  /** Gateway that the route attaches to. */
  readonly gateway: IMaasGateway;

  /** Namespace of the route: one whose routes may attach to the Gateway. */
  readonly namespace: string;

  /** Host name of the platform itself. */
  readonly host: string;

  /**
   * Name of the HTTPRoute.
   * @default model-list-route
   */
  readonly name?: string;
}

/**
 * The route of the list of models (gateway.networking.k8s.io/v1 HTTPRoute): `GET /v1/models` and what is below it at the
 * platform's own host, so that a caller is authenticated. It leads nowhere: `ModelListFilter` answers; without that the
 * Gateway says 500.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export class ModelListRoute extends Construct {
  constructor(scope: Construct, id: string, { gateway, namespace, host, name }: ModelListRouteProps) {
    super(scope, id);
    const { HttpRoute, HttpRouteSpecRulesMatchesMethod, HttpRouteSpecRulesMatchesPathType } = l1.gatewayApi;
    new HttpRoute(this, 'Resource', {
      metadata: objectMetadata(name ?? 'model-list-route', {
        namespace,
        labels: { 'kuadrant.io/gateway': gateway.gatewayName },
      }),
      spec: {
        parentRefs: [{ name: gateway.gatewayName, namespace: gateway.gatewayNamespace }],
        hostnames: [host],
        rules: [
          {
            matches: [
              {
                method: HttpRouteSpecRulesMatchesMethod.GET,
                path: { type: HttpRouteSpecRulesMatchesPathType.PATH_PREFIX, value: MODELS_PATH },
              },
            ],
          },
        ],
      },
    });
  }
}
