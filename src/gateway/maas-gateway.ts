import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import { DEFAULT_GATEWAY_CLASS, DEFAULT_GATEWAY_NAME, GATEWAY_REQUESTS } from '../config/defaults';
import { addCoreObject } from '../core-object';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { externalKeyVolume } from './external-keys';
import type { IMaasGateway } from './gateway-reference';

/** Type of the Gateway's Service. */
export type GatewayServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer';

/** Port of the listener. The gateway pods listen on the same one: istiod gives the Service no other target port. */
export const LISTENER_PORTS = { http: 80, https: 443 } as const;

/** Props of `MaasGateway`. */
export interface MaasGatewayProps {
  /** Namespace of the Gateway; istiod puts the gateway pods there. */
  readonly namespace: string;

  /** DNS domain: the listener takes every host one label below it. */
  readonly domain: string;

  /**
   * Name of the Gateway.
   * @default inference-gateway
   */
  readonly name?: string;

  /**
   * GatewayClass.
   * @default istio
   */
  readonly className?: string;

  /**
   * Gateway pods.
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Type of the Gateway's Service.
   * @default ClusterIP
   */
  readonly serviceType?: GatewayServiceType;

  /**
   * Secret (kubernetes.io/tls, in the Gateway's namespace) for an HTTPS listener on port 443, which takes the place of
   * the plain one: a key sent over plain HTTP is a leaked key.
   * @default - plain HTTP on port 80
   */
  readonly tlsSecretName?: string;

  /**
   * Namespaces whose HTTPRoutes may attach.
   * @default - the Gateway's own
   */
  readonly routeNamespaces?: string[];

  /**
   * Whether Prometheus counters of the token limit carry the user, see `TokenLimitFilterProps.userLabel`.
   * @default false
   */
  readonly userLabel?: boolean;

  /**
   * Secrets of its namespace with keys of external providers, which `ExternalKeys` names to Envoy.
   * @default - none
   */
  readonly externalKeySecretNames?: string[];
}

/**
 * Lets the gauges of the token limit exist (Istio's default stats matcher drops them: set() then does nothing, value()
 * is 0 and no limit ever holds), and turns parts of its counters' names into labels.
 */
function statsAnnotations(userLabel: boolean): { [annotation: string]: string } {
  return {
    'sidecar.istio.io/statsInclusionRegexps': 'http\\..*lua\\..*',
    'sidecar.istio.io/extraStatTags': ['tier', 'model', 'window', ...(userLabel ? ['user'] : [])].join(','),
  };
}

/**
 * The Gateway in front of all models (gateway.networking.k8s.io/v1 Gateway), with the ConfigMap that shapes the pods
 * istiod makes for it.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#gateway
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
export class MaasGateway extends Construct implements IMaasGateway {
  /**
   * A Gateway that somebody else owns.
   *
   * It needs the annotation `sidecar.istio.io/statsInclusionRegexps: http\..*lua\..*` under `spec.infrastructure`, or
   * token limits refuse every request; and `sidecar.istio.io/extraStatTags: tier,model,window` for labels of the counters
   * in Prometheus.
   *
   * @param className its GatewayClass
   */
  public static fromName(name: string, namespace: string, className: string = DEFAULT_GATEWAY_CLASS): IMaasGateway {
    return { gatewayName: name, gatewayNamespace: namespace, gatewayServiceName: `${name}-${className}` };
  }

  public readonly gatewayName: string;
  public readonly gatewayNamespace: string;
  public readonly gatewayServiceName: string;

  constructor(scope: Construct, id: string, props: MaasGatewayProps) {
    super(scope, id);
    this.gatewayName = props.name ?? DEFAULT_GATEWAY_NAME;
    this.gatewayNamespace = props.namespace;
    const className = props.className ?? DEFAULT_GATEWAY_CLASS;
    this.gatewayServiceName = `${this.gatewayName}-${className}`;

    const optionsName = gatewayOptionsName(this.gatewayName);
    addCoreObject(this, 'Options', 'ConfigMap', {
      metadata: objectMetadata(optionsName, { namespace: props.namespace }),
      data: { deployment: Yaml.stringify(gatewayDeployment(props)) },
    });

    new l1.gatewayApi.Gateway(this, 'Resource', {
      metadata: objectMetadata(this.gatewayName, {
        namespace: props.namespace,
        // istiod reads this one from the Gateway itself, the annotations below only reach what it generates.
        annotations: { 'networking.istio.io/service-type': props.serviceType ?? 'ClusterIP' },
      }),
      spec: {
        gatewayClassName: className,
        infrastructure: {
          annotations: statsAnnotations(props.userLabel ?? false),
          parametersRef: { group: '', kind: 'ConfigMap', name: optionsName },
        },
        listeners: [listener(props)],
      },
    });
  }
}

/** Name of the ConfigMap that shapes the pods of a `MaasGateway`, in its namespace. */
export function gatewayOptionsName(gatewayName: string): string {
  return `${gatewayName}-options`;
}

/** Strategic merge patch for the Deployment that istiod generates: replicas, what Pod Security restricted wants, no token. */
function gatewayDeployment({
  replicas = 1,
  name = DEFAULT_GATEWAY_NAME,
  externalKeySecretNames = [],
}: MaasGatewayProps) {
  const keys = externalKeySecretNames.length > 0 ? externalKeyVolume(name, externalKeySecretNames) : undefined;
  return {
    spec: {
      replicas,
      template: {
        spec: {
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          // Istio's agent asks nobody but istiod, with a token of its own.
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'istio-proxy',
              resources: { requests: { ...GATEWAY_REQUESTS }, limits: { cpu: '2', memory: '1Gi' } },
              ...(keys && { volumeMounts: [keys.mount] }),
            },
          ],
          ...(keys && { volumes: [keys.volume] }),
        },
      },
    },
  };
}

function listener(props: MaasGatewayProps) {
  const { GatewaySpecListenersAllowedRoutesNamespacesFrom: From, GatewaySpecListenersTlsMode: Mode } = l1.gatewayApi;
  const namespaces =
    props.routeNamespaces === undefined
      ? { from: From.SAME }
      : {
          from: From.SELECTOR,
          selector: {
            matchExpressions: [
              { key: 'kubernetes.io/metadata.name', operator: 'In', values: [...props.routeNamespaces] },
            ],
          },
        };
  const shared = { hostname: `*.${props.domain}`, allowedRoutes: { namespaces } };
  return props.tlsSecretName === undefined
    ? { ...shared, name: 'http', port: LISTENER_PORTS.http, protocol: 'HTTP' }
    : {
        ...shared,
        name: 'https',
        port: LISTENER_PORTS.https,
        protocol: 'HTTPS',
        tls: { mode: Mode.TERMINATE, certificateRefs: [{ name: props.tlsSecretName }] },
      };
}
