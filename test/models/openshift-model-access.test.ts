import { OpenShiftModelAccess, type OpenShiftModelAccessProps } from '../../src/models/openshift-model-access';
import { identify, synthesize } from '../support/synth';

function accessWith(props: OpenShiftModelAccessProps) {
  let name: string | undefined;
  const { manifests, find } = synthesize((chart) => {
    name = new OpenShiftModelAccess(chart, 'access', props).serviceAccountName;
  });
  const bindings = manifests.filter(({ kind }) => kind === 'RoleBinding');
  return { name, manifests, account: find('ServiceAccount'), bindings };
}

describe('OpenShiftModelAccess with minimal props', () => {
  const { name, manifests, account, bindings } = accessWith({ namespace: 'llm' });

  test("has the seed's ServiceAccount, and nothing that is not in the namespace", () => {
    expect(manifests.map(identify).sort()).toEqual([
      'RoleBinding llm/kserve-restricted-v2',
      'ServiceAccount llm/kserve-service-account',
    ]);
    expect(name).toBe('kserve-service-account');
  });

  test('the ServiceAccount has no token', () => {
    expect(account.automountServiceAccountToken).toBe(false);
    expect(account).not.toHaveProperty('secrets');
  });

  test("binds it to OpenShift's strictest constraints", () => {
    expect(bindings).toHaveLength(1);
    expect(bindings[0]).toMatchObject({
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:openshift:scc:restricted-v2',
      },
      subjects: [{ kind: 'ServiceAccount', name: 'kserve-service-account', namespace: 'llm' }],
    });
  });
});

describe('OpenShiftModelAccess with all props', () => {
  const { name, manifests, account, bindings } = accessWith({
    namespace: 'models',
    serviceAccountName: 'model',
    storageSecretName: 'own-keys',
    otherServiceAccountNames: ['theirs', 'puller', 'theirs'],
    imageServiceAccountNames: ['puller', 'puller'],
  });
  const subjectsOf = (role: string) =>
    bindings
      .filter(({ roleRef }) => roleRef.name === `system:openshift:scc:${role}`)
      .flatMap(({ subjects }) => subjects as { name: string; namespace: string }[]);

  test('uses names and Secret', () => {
    expect(name).toBe('model');
    expect(account.secrets).toEqual([{ name: 'own-keys' }]);
    expect(manifests.map(identify).sort()).toEqual([
      'RoleBinding models/kserve-nonroot-v2',
      'RoleBinding models/kserve-restricted-v2',
      'ServiceAccount models/model',
    ]);
  });

  test('binds each ServiceAccount once', () => {
    expect(subjectsOf('restricted-v2').map((subject) => subject.name)).toEqual(['model', 'theirs', 'puller']);
  });

  test('lets only pods with weights from an image choose their user, and never root', () => {
    expect(subjectsOf('nonroot-v2')).toEqual([{ kind: 'ServiceAccount', name: 'puller', namespace: 'models' }]);
  });
});
