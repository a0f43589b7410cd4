import { DeletionProtection } from '../../src/cluster/deletion-protection';
import { CONSTRUCTS, NAMES } from '../support/constructs';
import { identify, synthesize } from '../support/synth';

describe('DeletionProtection', () => {
  const { manifests, find } = synthesize((chart) => new DeletionProtection(chart, 'protection', { name: 'llm-keep' }));
  const { spec } = find('ValidatingAdmissionPolicy');

  test('is a policy and the binding without which it does nothing', () => {
    expect(manifests.map(identify).sort()).toEqual([
      'ValidatingAdmissionPolicy llm-keep',
      'ValidatingAdmissionPolicyBinding llm-keep',
    ]);
    expect(find('ValidatingAdmissionPolicyBinding').spec).toEqual({
      policyName: 'llm-keep',
      validationActions: ['Deny'],
    });
  });

  test('matches deletion of labelled namespaces, ConfigMaps, Deployments and Kuadrant instances, nothing else', () => {
    expect(spec.matchConstraints).toEqual({
      objectSelector: { matchLabels: { 'cdk8s-maas/deletion-protection': 'true' } },
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces', 'configmaps'] },
        { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['DELETE'], resources: ['deployments'] },
        { apiGroups: ['kuadrant.io'], apiVersions: ['*'], operations: ['DELETE'], resources: ['kuadrants'] },
      ],
    });
  });

  test('PriorityClasses, too, where there are some', () => {
    const { find: findIn } = synthesize(
      (chart) => new DeletionProtection(chart, 'protection', { name: 'llm-keep', priorityClasses: true }),
    );
    expect(findIn('ValidatingAdmissionPolicy').spec.matchConstraints.resourceRules).toEqual([
      ...spec.matchConstraints.resourceRules,
      {
        apiGroups: ['scheduling.k8s.io'],
        apiVersions: ['v1'],
        operations: ['DELETE'],
        resources: ['priorityclasses'],
      },
    ]);
  });

  test('stays in force while it is being deleted, and no GitOps tool deletes it', () => {
    for (const { metadata } of manifests) {
      expect(metadata.finalizers).toEqual(['cdk8s-maas/deletion-protection']);
      expect(metadata.annotations).toMatchObject({ 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' });
    }
  });

  test('refuses all of it, and says how to go on', () => {
    expect(spec.failurePolicy).toBe('Fail');
    expect(spec.validations).toEqual([
      {
        expression: 'false',
        message:
          'kept, because others may use it; to delete it all the same, first take away its label ' +
          'cdk8s-maas/deletion-protection',
        reason: 'Forbidden',
      },
    ]);
  });

  test('matches exactly what the constructs mark as shared with others', () => {
    const { matchLabels } = spec.matchConstraints.objectSelector;
    const kinds = ['Namespace', 'ConfigMap', 'Kuadrant', 'PriorityClass'];
    const marked = Object.values(CONSTRUCTS).flatMap((create) =>
      synthesize((chart) => create(chart, NAMES))
        .manifests.filter(({ kind, metadata }) => kinds.includes(kind) && isSubset(matchLabels, metadata.labels))
        .map(identify),
    );
    expect(marked).toEqual([
      'Namespace thing',
      'Kuadrant llm/thing',
      'ConfigMap kserve/inferenceservice-config',
      'PriorityClass thing',
    ]);
  });
});

function isSubset(labels: Readonly<Record<string, string>>, of: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([key, value]) => of[key] === value);
}
