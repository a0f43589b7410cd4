import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';
import { addModelServiceAccount } from './model-service-account';

/** Props of `OpenShiftModelAccess`. */
export interface OpenShiftModelAccessProps {
  /** Namespace of the models. */
  readonly namespace: string;

  /**
   * Name of the ServiceAccount that model pods run as.
   * @default kserve-service-account
   */
  readonly serviceAccountName?: string;

  /**
   * Secret with the credentials of S3 storage in the namespace of the models, annotated for KServe
   * (`MinioStorage.secretName`).
   * @default - none: no weights from `s3://` that need credentials
   */
  readonly storageSecretName?: string;

  /**
   * ServiceAccounts of somebody else that model pods run as, in the namespace of the models.
   * @default - none
   */
  readonly otherServiceAccountNames?: string[];

  /**
   * Those of all these ServiceAccounts whose pods get their weights as an image (`oci://`): KServe runs such pods as a user of its
   * own, outside of the range that OpenShift gives the namespace.
   * @default - none
   */
  readonly imageServiceAccountNames?: string[];
}

/** Name of the ServiceAccount of model pods, as the seed has it. */
export const DEFAULT_SERVICE_ACCOUNT_NAME = 'kserve-service-account';

/** SecurityContextConstraints that OpenShift comes with: the strictest, and the strictest that lets a pod choose its user. */
const RESTRICTED = 'restricted-v2';
const ANY_USER_BUT_ROOT = 'nonroot-v2';

/**
 * What model pods may do on OpenShift: a ServiceAccount, and RoleBindings (rbac.authorization.k8s.io/v1) to
 * SecurityContextConstraints that OpenShift comes with. The seed's own ones allowed any user, any capability and host
 * paths; nothing needs them.
 *
 * OpenShift takes the strictest that admit a pod, so that `nonroot-v2` counts only for weights from `oci://`.
 *
 * @see https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/authentication_and_authorization/managing-pod-security-policies
 */
export class OpenShiftModelAccess extends Construct {
  /** Name of the ServiceAccount. */
  public readonly serviceAccountName: string;

  constructor(scope: Construct, id: string, props: OpenShiftModelAccessProps) {
    super(scope, id);
    const { namespace, otherServiceAccountNames = [], imageServiceAccountNames = [] } = props;
    this.serviceAccountName = props.serviceAccountName ?? DEFAULT_SERVICE_ACCOUNT_NAME;
    addModelServiceAccount(this, {
      name: this.serviceAccountName,
      namespace,
      storageSecretName: props.storageSecretName,
    });
    allow(this, RESTRICTED, namespace, [this.serviceAccountName, ...otherServiceAccountNames]);
    if (imageServiceAccountNames.length > 0) {
      allow(this, ANY_USER_BUT_ROOT, namespace, imageServiceAccountNames);
    }
  }
}

/** OpenShift has a ClusterRole for each of its SecurityContextConstraints. */
function allow(scope: Construct, constraints: string, namespace: string, accounts: readonly string[]): void {
  addCoreObject(scope, `RoleBinding-${constraints}`, 'RoleBinding', {
    metadata: objectMetadata(`kserve-${constraints}`, { namespace }),
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: `system:openshift:scc:${constraints}`,
    },
    subjects: [...new Set(accounts)].map((name) => ({ kind: 'ServiceAccount', name, namespace })),
  });
}
