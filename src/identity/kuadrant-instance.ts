import { Construct } from 'constructs';
import { DEFAULT_NAMESPACES } from '../config/defaults';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';

/** Props of `KuadrantInstance`. */
export interface KuadrantInstanceProps {
  /**
   * Namespace of Kuadrant's operator.
   * @default kuadrant-system
   */
  readonly namespace?: string;

  /**
   * Name of the instance.
   * @default kuadrant
   */
  readonly name?: string;
}

/**
 * The Kuadrant instance (kuadrant.io/v1beta1 Kuadrant): its operator answers with Authorino and Limitador.
 *
 * There is one for the whole cluster, so every policy in it depends on this object: it outlives the platform.
 *
 * @see https://docs.kuadrant.io/latest/kuadrant-operator/doc/reference/kuadrant/
 */
export class KuadrantInstance extends Construct {
  constructor(scope: Construct, id: string, props: KuadrantInstanceProps = {}) {
    super(scope, id);
    new l1.kuadrant.Kuadrant(this, 'Resource', {
      metadata: objectMetadata(props.name ?? 'kuadrant', {
        namespace: props.namespace ?? DEFAULT_NAMESPACES.kuadrant,
        keep: true,
      }),
      spec: {},
    });
  }
}
