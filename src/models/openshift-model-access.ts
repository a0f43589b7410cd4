import { Construct } from 'constructs';
import { l1 } from '../l1';
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
   * Name of the SecurityContextConstraints (cluster-scoped).
   * @default kserve-scc
   */
  readonly securityContextConstraintsName?: string;
}

/**
 * What model pods may do on OpenShift: a ServiceAccount, and SecurityContextConstraints (security.openshift.io/v1) with
 * the rules of `restricted-v2` for it. The seed's allowed any user, any capability and host paths; nothing needs them.
 *
 * @see https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/authentication_and_authorization/managing-pod-security-policies
 */
export class OpenShiftModelAccess extends Construct {
  /** Name of the ServiceAccount. */
  public readonly serviceAccountName: string;

  constructor(scope: Construct, id: string, props: OpenShiftModelAccessProps) {
    super(scope, id);
    this.serviceAccountName = props.serviceAccountName ?? 'kserve-service-account';
    addModelServiceAccount(this, {
      name: this.serviceAccountName,
      namespace: props.namespace,
      storageSecretName: props.storageSecretName,
    });
    new l1.openshiftSecurity.SecurityContextConstraints(this, 'Resource', {
      metadata: objectMetadata(props.securityContextConstraintsName ?? 'kserve-scc'),
      priority: 10,
      users: [`system:serviceaccount:${props.namespace}:${this.serviceAccountName}`],
      groups: [],
      allowPrivilegedContainer: false,
      allowPrivilegeEscalation: false,
      allowHostDirVolumePlugin: false,
      allowHostIpc: false,
      allowHostNetwork: false,
      allowHostPid: false,
      allowHostPorts: false,
      allowedCapabilities: [],
      defaultAddCapabilities: [],
      requiredDropCapabilities: ['ALL'],
      readOnlyRootFilesystem: false,
      runAsUser: { type: 'MustRunAsRange' },
      seLinuxContext: { type: 'MustRunAs' },
      fsGroup: { type: 'MustRunAs' },
      supplementalGroups: { type: 'RunAsAny' },
      seccompProfiles: ['runtime/default'],
      volumes: ['configMap', 'downwardAPI', 'emptyDir', 'persistentVolumeClaim', 'projected', 'secret'],
    });
  }
}
