import type { IssuerKind } from '../../gateway/gateway-certificate';
import type { GatewayServiceType } from '../../gateway/maas-gateway';

/** The Gateway (gateway.networking.k8s.io/v1) that all requests pass. */
export interface GatewayConfiguration {
  /**
   * Whether the Gateway is created; `false` uses an existing one. It must be there for this platform alone, because
   * policies and filters on a Gateway count for all its routes: the routes of others on it would be refused. It needs the
   * annotations of token limits (see examples/existing-gateway), and `replicas` and `tls` here say what it is like.
   * @default true
   */
  readonly create?: boolean;
  /**
   * Name of the Gateway.
   * @default inference-gateway
   */
  readonly name?: string;
  /**
   * Namespace of the Gateway and of the policies on it. One that is not the platform's must exist.
   * @default - the platform's namespace
   */
  readonly namespace?: string;
  /**
   * GatewayClass.
   * @default istio
   */
  readonly className?: string;
  /**
   * Gateway pods; of an existing Gateway the number that it has. The engine `envoyFilter` counts tokens inside one pod, so
   * more than one needs `limits.perReplica: divide` or the other engine.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Type of the Gateway's Service.
   * @default - ClusterIP on OpenShift and for a local domain, else LoadBalancer
   */
  readonly serviceType?: GatewayServiceType;
  /**
   * TLS at the Gateway: an HTTPS listener on port 443 takes the place of the plain one. For an existing Gateway `tls: {}`
   * says that it has such a listener, so that OpenShift's router passes TLS through to it.
   * @default - plain HTTP on port 80
   */
  readonly tls?: GatewayTlsConfiguration;
  /**
   * Where the EnvoyFilters stand: beside the Gateway, which they then name as their target, or in Istio's root namespace
   * `istio-system`, where they select the pods of every Gateway of this name in the cluster. In any other namespace Istio
   * would ignore them silently.
   * @default gatewayNamespace
   */
  readonly filterPlacement?: FilterPlacement;
  /**
   * Host of the platform itself, one label below the domain: `GET /v1/models` there lists what the caller may use, and
   * where.
   * @default - `api.<domain>`, on OpenShift `api-llm.<domain>`
   */
  readonly platformHost?: string;
  /**
   * How models are told apart: by a host each (`https://<model>.<domain>/v1/…`), by the first segment of the path at the
   * host of the platform (`https://<platformHost>/<model>/v1/…`), which needs one name in DNS and on the certificate, or
   * both ways.
   * @default host
   */
  readonly routing?: ModelRouting;
}

/** How models are told apart. */
export type ModelRouting = 'host' | 'path' | 'both';

/** Where the EnvoyFilters of a Gateway stand. */
export type FilterPlacement = 'gatewayNamespace' | 'rootNamespace';

/** TLS at the Gateway. */
export interface GatewayTlsConfiguration {
  /**
   * Secret (kubernetes.io/tls) in the Gateway's namespace with the wildcard certificate of the domain.
   * @default wildcard-tls-secret
   */
  readonly secretName?: string;
  /**
   * cert-manager issuer that fills the Secret.
   * @default - none: somebody else provides the Secret
   */
  readonly issuer?: IssuerConfiguration;
}

/** Reference to a cert-manager issuer. */
export interface IssuerConfiguration {
  /** Name of the issuer. */
  readonly name: string;
  /**
   * Kind of the issuer.
   * @default ClusterIssuer
   */
  readonly kind?: IssuerKind;
}
