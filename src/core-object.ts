import { ApiObject } from 'cdk8s';
import type {
  KubeConfigMapProps,
  KubeNamespaceProps,
  KubeNetworkPolicyProps,
  KubeRoleBindingProps,
  KubeRoleProps,
  KubeSecretProps,
  KubeServiceAccountProps,
  KubeServiceProps,
  KubeValidatingAdmissionPolicyBindingProps,
  KubeValidatingAdmissionPolicyProps,
  NetworkPolicyPeer,
  NetworkPolicySpec,
} from 'cdk8s-plus-30/lib/imports/k8s';
import type { Construct } from 'constructs';

/** A NetworkPolicy with plain numbers: the L1's class for "a number or a name" would have to be loaded. */
interface NetworkPolicyProps extends Omit<KubeNetworkPolicyProps, 'spec'> {
  readonly spec: Omit<NetworkPolicySpec, 'ingress' | 'egress'> & {
    readonly ingress: readonly {
      readonly from?: readonly NetworkPolicyPeer[];
      readonly ports: readonly PolicyPort[];
    }[];
    readonly egress?: readonly { readonly to?: readonly NetworkPolicyPeer[]; readonly ports: readonly PolicyPort[] }[];
  };
}

interface PolicyPort {
  readonly protocol: string;
  readonly port: number;
}

/** The core kinds that every platform has, typed as their L1 props. */
interface CoreKinds {
  readonly ConfigMap: KubeConfigMapProps;
  readonly Namespace: KubeNamespaceProps;
  readonly NetworkPolicy: NetworkPolicyProps;
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
  Namespace: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
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
 * 3 MB and would be a tenth of the time of a synthesis. Less common kinds (Deployment, Job) use their L1 through `l1`.
 */
export function addCoreObject<Kind extends keyof CoreKinds>(
  scope: Construct,
  id: string,
  kind: Kind,
  props: CoreKinds[Kind],
): void {
  new ApiObject(scope, id, { apiVersion: API_VERSIONS[kind], kind, ...props });
}
