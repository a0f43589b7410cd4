import { manifestsOf, readPlatformFolder, type Manifest } from './manifests';

const dist = manifestsOf(readPlatformFolder('dist'));

/** May write anything in the namespaces that tenants get, but the Gateways of others. */
const tenantRules = [
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways'], verbs: ['create', 'get'] },
  ...[
    ['gateway.networking.k8s.io', ['httproutes', 'grpcroutes', 'tlsroutes', 'listenersets', 'backendtlspolicies']],
    ['kuadrant.io', ['*']],
    ['authorino.kuadrant.io', ['*']],
    ['networking.istio.io', ['*']],
    ['security.istio.io', ['*']],
    ['extensions.istio.io', ['*']],
    ['telemetry.istio.io', ['*']],
    ['', ['secrets', 'configmaps', 'services']],
  ].map(([group, resources]) => ({ apiGroups: [group], resources, verbs: ['*'] })),
];

/** Gives a user a tenant's rights in a namespace. */
export function binding(namespace: string, user: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: user, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'protection-test-tenant' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
  };
}

export const clusterRoles = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'protection-test-tenant' },
    rules: tenantRules,
  },
  // What a GitOps account needs to apply and prune dist/: its API groups, and no more.
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'protection-test-deployer' },
    rules: [...new Set(dist.map(({ apiVersion }) => apiVersion.replace(/\/?v[^/]*$/, '')))].map((group) => ({
      apiGroups: [group],
      resources: ['*'],
      verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'bind', 'escalate'],
    })),
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'protection-test-deployer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'protection-test-deployer' },
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'argocd' }],
  },
  // Of what Kuadrant's operator 1.5.2 gets by its release (config/rbac/role.yaml), the part that meets the policies.
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'protection-test-kuadrant' },
    rules: [
      {
        apiGroups: ['gateway.networking.k8s.io'],
        resources: ['gateways'],
        verbs: ['get', 'list', 'patch', 'update', 'watch'],
      },
      {
        apiGroups: ['networking.istio.io'],
        resources: ['envoyfilters'],
        verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'protection-test-kuadrant' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'protection-test-kuadrant' },
    subjects: [{ kind: 'ServiceAccount', name: 'kuadrant-operator-controller-manager', namespace: 'kuadrant-system' }],
  },
] as Manifest[];

/** Rights in a namespace of their own; rights on everything but the Gateway in the platform's, too. */
export const tenant = '--as=tenant';
export const editor = '--as=editor';
export const deployer = '--as=system:serviceaccount:argocd:deployer';
