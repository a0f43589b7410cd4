import { OpenShiftModelAccess, type OpenShiftModelAccessProps } from '../../src/models/openshift-model-access';
import { identify, synthesize } from '../support/synth';

function accessWith(props: OpenShiftModelAccessProps) {
  let name: string | undefined;
  const { manifests, find } = synthesize((chart) => {
    name = new OpenShiftModelAccess(chart, 'access', props).serviceAccountName;
  });
  return { name, manifests, account: find('ServiceAccount'), constraints: find('SecurityContextConstraints') };
}

describe('OpenShiftModelAccess with minimal props', () => {
  const { name, manifests, account, constraints } = accessWith({ namespace: 'llm' });

  test("has the seed's names", () => {
    expect(manifests.map(identify).sort()).toEqual([
      'SecurityContextConstraints kserve-scc',
      'ServiceAccount llm/kserve-service-account',
    ]);
    expect(name).toBe('kserve-service-account');
  });

  test('is for this ServiceAccount only, which has no token', () => {
    expect(constraints.users).toEqual(['system:serviceaccount:llm:kserve-service-account']);
    expect(constraints.groups).toEqual([]);
    expect(account.automountServiceAccountToken).toBe(false);
    expect(account).not.toHaveProperty('secrets');
  });

  test('allows nothing privileged: every permission that there is stands there as false', () => {
    const allowances = Object.entries(constraints).filter(
      ([key]) => /^allow[A-Z]/.test(key) && !/Capabilities$/.test(key),
    );
    expect(Object.fromEntries(allowances)).toEqual({
      allowPrivilegedContainer: false,
      allowPrivilegeEscalation: false,
      allowHostDirVolumePlugin: false,
      allowHostIPC: false,
      allowHostNetwork: false,
      allowHostPID: false,
      allowHostPorts: false,
    });
  });

  test('gives no capability and takes all', () => {
    expect(constraints).toMatchObject({
      allowedCapabilities: [],
      defaultAddCapabilities: [],
      requiredDropCapabilities: ['ALL'],
    });
  });

  test('lets nobody choose a user, SELinux context or seccomp profile', () => {
    expect(constraints.runAsUser.type).toBe('MustRunAsRange');
    expect(constraints.seLinuxContext.type).toBe('MustRunAs');
    expect(constraints.fsGroup.type).toBe('MustRunAs');
    expect(constraints.seccompProfiles).toEqual(['runtime/default']);
  });

  test('mounts nothing of the node', () => {
    expect(constraints.volumes).not.toEqual(expect.arrayContaining(['hostPath']));
    expect(constraints.volumes).not.toContain('*');
  });
});

describe('OpenShiftModelAccess with all props', () => {
  test('uses them', () => {
    const { name, manifests, account, constraints } = accessWith({
      namespace: 'models',
      serviceAccountName: 'model',
      securityContextConstraintsName: 'staging-kserve-scc',
      storageSecretName: 'own-keys',
    });
    expect(account.secrets).toEqual([{ name: 'own-keys' }]);
    expect(manifests.map(identify).sort()).toEqual([
      'SecurityContextConstraints staging-kserve-scc',
      'ServiceAccount models/model',
    ]);
    expect(name).toBe('model');
    expect(constraints.users).toEqual(['system:serviceaccount:models:model']);
  });
});
