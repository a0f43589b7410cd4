import { ApiKeyProtection } from '../../src/identity/api-key-protection';
import { identify, synthesize } from '../support/synth';

// What it refuses: test/cluster/protection.test.ts, on a real API server; what that saves: test/cluster/identity.test.ts.
test('ApiKeyProtection looks at the keys of one platform, outside of its namespace', () => {
  const { manifests, find } = synthesize(
    (chart) => new ApiKeyProtection(chart, 'protection', { name: 'keys', namespace: 'models' }),
  );
  expect(manifests.map(identify)).toEqual(['ValidatingAdmissionPolicy keys', 'ValidatingAdmissionPolicyBinding keys']);
  expect(find('ValidatingAdmissionPolicy').spec.matchConstraints).toEqual({
    namespaceSelector: {
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['models'] }],
    },
    objectSelector: { matchLabels: { app: 'llm-gateway', 'cdk8s-maas/platform': 'models' } },
    resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] }],
  });
});
