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

  test('matches deletion of labelled namespaces and ConfigMaps, nothing else', () => {
    expect(spec.matchConstraints).toEqual({
      objectSelector: { matchLabels: { 'cdk8s-maas/deletion-protection': 'true' } },
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces', 'configmaps'] },
      ],
    });
  });

  test('refuses all of it, and says how to go on', () => {
    expect(spec.failurePolicy).toBe('Fail');
    expect(spec.validations).toEqual([
      {
        expression: 'false',
        message:
          'kept, because others may use it: delete it on its own once the platform is gone, or take away its label ' +
          'cdk8s-maas/deletion-protection',
        reason: 'Forbidden',
      },
    ]);
  });

  test('matches exactly what the constructs mark as shared with others', () => {
    const { matchLabels } = spec.matchConstraints.objectSelector;
    const marked = Object.values(CONSTRUCTS).flatMap((create) =>
      synthesize((chart) => create(chart, NAMES))
        .manifests.filter(({ metadata }) => isSubset(matchLabels, metadata.labels))
        .map(identify),
    );
    expect(marked).toEqual(['Namespace thing', 'ConfigMap kserve/inferenceservice-config']);
  });
});

function isSubset(labels: Readonly<Record<string, string>>, of: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([key, value]) => of[key] === value);
}
