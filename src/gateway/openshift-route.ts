import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import type { IMaasGateway } from './gateway-reference';

/** Props of `OpenShiftRoute`. */
export interface OpenShiftRouteProps {
  /** Name of the Route. */
  readonly name: string;

  /** Host name, inside the cluster's ingress domain. */
  readonly host: string;

  /** Gateway that the Route leads to; the Route lives in its namespace. */
  readonly gateway: IMaasGateway;

  /**
   * Whether the Gateway terminates TLS itself: the router then passes it through.
   * @default false
   */
  readonly passthrough?: boolean;
}

/**
 * How long the router waits for the next byte of an answer, which is 30 seconds otherwise: a model answers as a whole after
 * minutes, or thinks for as long before its first token. It is what the router waits where it passes TLS through.
 */
const SILENCE = Duration.hours(1);

/**
 * Leads one host from OpenShift's router to the Gateway (route.openshift.io/v1 Route). TLS ends at the router, plain
 * HTTP is redirected. A silent answer is waited for an hour.
 *
 * @see https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/network_apis/route-route-openshift-io-v1
 */
export class OpenShiftRoute extends Construct {
  constructor(scope: Construct, id: string, props: OpenShiftRouteProps) {
    super(scope, id);
    const {
      Route,
      RouteSpecTlsInsecureEdgeTerminationPolicy: Insecure,
      RouteSpecTlsTermination: Termination,
      RouteSpecToKind,
      RouteSpecWildcardPolicy,
    } = l1.openshiftRoute;
    const passthrough = props.passthrough ?? false;
    new Route(this, 'Resource', {
      metadata: objectMetadata(props.name, {
        namespace: props.gateway.gatewayNamespace,
        labels: { app: 'maas-gateway' },
        annotations: { 'haproxy.router.openshift.io/timeout': `${SILENCE.toSeconds()}s` },
      }),
      spec: {
        host: props.host,
        to: { kind: RouteSpecToKind.SERVICE, name: props.gateway.gatewayServiceName, weight: 100 },
        port: { targetPort: passthrough ? 'https' : 'http' },
        tls: {
          termination: passthrough ? Termination.PASSTHROUGH : Termination.EDGE,
          insecureEdgeTerminationPolicy: Insecure.REDIRECT,
        },
        wildcardPolicy: RouteSpecWildcardPolicy.NONE,
      },
    });
  }
}
