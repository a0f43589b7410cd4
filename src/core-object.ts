import { ApiObject } from 'cdk8s';
import type {
  IntOrString,
  KubeConfigMapProps,
  KubeDeploymentProps,
  KubeJobProps,
  KubeNamespaceProps,
  KubeNetworkPolicyProps,
  KubePersistentVolumeClaimProps,
  KubePodDisruptionBudgetProps,
  KubePriorityClassProps,
  KubeResourceQuotaProps,
  KubeRoleBindingProps,
  KubeRoleProps,
  KubeSecretProps,
  KubeServiceAccountProps,
  KubeServiceProps,
  KubeValidatingAdmissionPolicyBindingProps,
  KubeValidatingAdmissionPolicyProps,
} from 'cdk8s-plus-30/lib/imports/k8s';
import type { Construct } from 'constructs';

/** Props of an L1 with plain values: the L1's class for "a number or a string" would have to be loaded. */
type Plain<Props> = Props extends object
  ? [Props, IntOrString] extends [IntOrString, Props]
    ? number | string
    : { [Key in keyof Props]: Plain<Props[Key]> }
  : Props;

/** The core kinds, typed as their L1 props. */
interface CoreKinds {
  readonly ConfigMap: KubeConfigMapProps;
  readonly Deployment: KubeDeploymentProps;
  readonly Job: KubeJobProps;
  readonly Namespace: KubeNamespaceProps;
  readonly NetworkPolicy: KubeNetworkPolicyProps;
  readonly PersistentVolumeClaim: KubePersistentVolumeClaimProps;
  readonly PodDisruptionBudget: KubePodDisruptionBudgetProps;
  readonly PriorityClass: KubePriorityClassProps;
  readonly ResourceQuota: KubeResourceQuotaProps;
  readonly Role: KubeRoleProps;
  readonly RoleBinding: KubeRoleBindingProps;
  readonly Secret: KubeSecretProps;
  readonly Service: KubeServiceProps;
  readonly ServiceAccount: KubeServiceAccountProps;
  readonly ValidatingAdmissionPolicy: KubeValidatingAdmissionPolicyProps;
  readonly ValidatingAdmissionPolicyBinding: KubeValidatingAdmissionPolicyBindingProps;
}

const API_VERSIONS: { readonly [Kind in keyof CoreKinds]: string } = {
  ConfigMap: 'v1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  Namespace: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PersistentVolumeClaim: 'v1',
  PodDisruptionBudget: 'policy/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  ResourceQuota: 'v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  Secret: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  ValidatingAdmissionPolicy: 'admissionregistration.k8s.io/v1',
  ValidatingAdmissionPolicyBinding: 'admissionregistration.k8s.io/v1',
};

/**
 * Adds an object of a core kind with the type of its L1, but without loading it: the file with the L1s of core kinds has
 * 3 MB and would be a tenth of the time of a synthesis.
 */
export function addCoreObject<Kind extends keyof CoreKinds>(
  scope: Construct,
  id: string,
  kind: Kind,
  props: Plain<CoreKinds[Kind]>,
): void {
  new ApiObject(scope, id, { apiVersion: API_VERSIONS[kind], kind, ...props });
}
