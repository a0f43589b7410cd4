import { ModelNetworkPolicy, type ModelNetworkPolicyProps } from '../../src/models/model-network-policy';
import { identify, synthesize } from '../support/synth';

const MINIMAL: ModelNetworkPolicyProps = {
  namespace: 'llm',
  inferenceServices: ['one', 'two'],
  clients: [{ namespace: 'edge', labels: { app: 'gateway' } }],
};

function synth(props: Partial<ModelNetworkPolicyProps> = {}) {
  return synthesize((chart) => new ModelNetworkPolicy(chart, 'policy', { ...MINIMAL, ...props }));
}

// Who reaches whom by it: test/network-policies.test.ts and, with KServe's own pods, test/cluster/kserve.test.ts.
describe('ModelNetworkPolicy', () => {
  test('with minimal props is for the pods of these models, and leaves open where they connect to', () => {
    const { manifests, find } = synth();
    expect(manifests.map(identify)).toEqual(['NetworkPolicy llm/model-servers']);
    expect(find('NetworkPolicy').spec).toEqual({
      podSelector: {
        matchExpressions: [{ key: 'serving.kserve.io/inferenceservice', operator: 'In', values: ['one', 'two'] }],
      },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } },
              podSelector: { matchLabels: { app: 'gateway' } },
            },
          ],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    });
  });

  test('with all props', () => {
    expect(synth({ name: 'mine' }).manifests.map(identify)).toEqual(['NetworkPolicy llm/mine']);
  });

  test.each([
    [{ inferenceServices: [] }, '0 InferenceServices and 1 clients'],
    [{ clients: [] }, '2 InferenceServices and 0 clients'],
  ])('%j: refused, because an empty list means everybody', (props, got) => {
    expect(() => synth(props)).toThrow(
      new Error(`NetworkPolicy "model-servers": got ${got}, expected at least one of each`),
    );
  });
});
