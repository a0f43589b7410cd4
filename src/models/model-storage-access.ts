import { Construct } from 'constructs';
import { addModelServiceAccount } from './model-service-account';

/** Props of `ModelStorageAccess`. */
export interface ModelStorageAccessProps {
  /** Namespace of the models. */
  readonly namespace: string;

  /** Secret with the credentials of S3 storage there, annotated for KServe (`MinioStorage.secretName`). */
  readonly secretName: string;

  /**
   * Name of the ServiceAccount that model pods run as.
   * @default model-storage
   */
  readonly serviceAccountName?: string;
}

/**
 * What model pods need for weights from `s3://` (core/v1 ServiceAccount): KServe's download container gets the
 * credentials of the Secrets that the pod's ServiceAccount lists. On OpenShift `OpenShiftModelAccess` does the same.
 *
 * @see https://kserve.github.io/website/docs/model-serving/storage/providers/s3
 */
export class ModelStorageAccess extends Construct {
  /** Name of the ServiceAccount. */
  public readonly serviceAccountName: string;

  constructor(scope: Construct, id: string, props: ModelStorageAccessProps) {
    super(scope, id);
    this.serviceAccountName = props.serviceAccountName ?? 'model-storage';
    addModelServiceAccount(this, {
      name: this.serviceAccountName,
      namespace: props.namespace,
      storageSecretName: props.secretName,
    });
  }
}
