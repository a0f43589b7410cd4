import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';

/** Pod Security level of a namespace. */
export type PodSecurityLevel = 'restricted' | 'baseline' | 'privileged';

/** Props of `MaasNamespace`. */
export interface MaasNamespaceProps {
  /** Name of the namespace (DNS label). */
  readonly name: string;

  /**
   * Pod Security level that the API server enforces.
   * @default restricted
   */
  readonly podSecurity?: PodSecurityLevel;

  /**
   * Further labels.
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };
}

/**
 * A namespace of the platform (core/v1 Namespace).
 *
 * Sidecar injection is off: a sidecar needs NET_ADMIN, which Pod Security `restricted` refuses. The namespace outlives
 * the platform, because others may have put something into it.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export class MaasNamespace extends Construct {
  /** Name of the namespace. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: MaasNamespaceProps) {
    super(scope, id);
    this.name = props.name;
    addCoreObject(this, 'Resource', 'Namespace', {
      metadata: objectMetadata(props.name, {
        keep: true,
        labels: {
          'istio-injection': 'disabled',
          'pod-security.kubernetes.io/enforce': props.podSecurity ?? 'restricted',
          ...props.labels,
        },
      }),
    });
  }
}
