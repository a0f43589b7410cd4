import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';

/** Props of `LimitadorStorage`. */
export interface LimitadorStorageProps {
  /** Namespace of Kuadrant. */
  readonly namespace: string;

  /** Secret in that namespace whose key `URL` holds the URL of a Redis with its password. */
  readonly urlSecretName: string;
}

/**
 * Lets Limitador keep its counters in Redis, so that they survive restarts and its pods share them
 * (limitador.kuadrant.io/v1alpha1 Limitador).
 *
 * The Limitador is Kuadrant's: its operator creates it and writes limits and labels into it, and leaves `storage`, the
 * one field here, to whoever sets it. Deleted with the platform, it comes back without a Redis that is gone as well.
 *
 * @see https://docs.kuadrant.io/latest/limitador-operator/doc/storage/
 */
export class LimitadorStorage extends Construct {
  constructor(scope: Construct, id: string, props: LimitadorStorageProps) {
    super(scope, id);
    new l1.limitador.Limitador(this, 'Resource', {
      metadata: objectMetadata('limitador', { namespace: props.namespace }),
      spec: { storage: { redis: { configSecretRef: { name: props.urlSecretName } } } },
    });
  }
}
