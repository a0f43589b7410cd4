import { Construct } from 'constructs';
import { DEFAULT_TLS_SECRET_NAME } from '../config/defaults';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';

/** Kind of a cert-manager issuer. */
export type IssuerKind = 'ClusterIssuer' | 'Issuer';

/** Props of `GatewayCertificate`. */
export interface GatewayCertificateProps {
  /** Namespace of the Gateway. */
  readonly namespace: string;

  /** DNS domain; the certificate is for every host one label below it. */
  readonly domain: string;

  /** Name of the issuer. */
  readonly issuerName: string;

  /**
   * Kind of the issuer.
   * @default ClusterIssuer
   */
  readonly issuerKind?: IssuerKind;

  /**
   * Secret that cert-manager fills.
   * @default wildcard-tls-secret
   */
  readonly secretName?: string;

  /**
   * Name of the Certificate.
   * @default wildcard-apps-cert
   */
  readonly name?: string;
}

/**
 * The wildcard certificate of the Gateway's HTTPS listener (cert-manager.io/v1 Certificate).
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export class GatewayCertificate extends Construct {
  /** Secret that holds the certificate. */
  public readonly secretName: string;

  constructor(scope: Construct, id: string, props: GatewayCertificateProps) {
    super(scope, id);
    this.secretName = props.secretName ?? DEFAULT_TLS_SECRET_NAME;
    new l1.certManager.Certificate(this, 'Resource', {
      metadata: objectMetadata(props.name ?? 'wildcard-apps-cert', { namespace: props.namespace }),
      spec: {
        secretName: this.secretName,
        dnsNames: [`*.${props.domain}`],
        issuerRef: { group: 'cert-manager.io', kind: props.issuerKind ?? 'ClusterIssuer', name: props.issuerName },
      },
    });
  }
}
