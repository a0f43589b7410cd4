import { GatewayNetworkPolicy, type GatewayNetworkPolicyProps } from '../../src/gateway/gateway-network-policy';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { identify, synthesize } from '../support/synth';

const MINIMAL: GatewayNetworkPolicyProps = {
  gateway: MaasGateway.fromName('inference-gateway', 'infrastructure'),
  listenerPorts: [80],
  modelNamespace: 'llm',
  modelPort: 8080,
  scrapers: [],
};

function policyWith(props: Partial<GatewayNetworkPolicyProps> = {}) {
  const { manifests, find } = synthesize(
    (chart) => new GatewayNetworkPolicy(chart, 'policy', { ...MINIMAL, ...props }),
  );
  return { manifests, spec: find('NetworkPolicy').spec };
}

// Who reaches whom by it: test/network-policies.test.ts.
describe('GatewayNetworkPolicy', () => {
  test('with minimal props is for the pods of its Gateway, both ways, and shows nobody the statistics', () => {
    const { manifests, spec } = policyWith();
    expect(manifests.map(identify)).toEqual(['NetworkPolicy infrastructure/inference-gateway']);
    expect(spec.podSelector).toEqual({
      matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' },
    });
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.ingress).toEqual([
      {
        ports: [
          { protocol: 'TCP', port: 80 },
          { protocol: 'TCP', port: 15021 },
        ],
      },
    ]);
  });

  test('with all props', () => {
    const { spec } = policyWith({ scrapers: [{ namespace: 'monitoring' }], kuadrantNamespace: 'policies' });
    const namespaceSelector = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
    expect(spec.ingress[1]).toEqual({
      from: [{ namespaceSelector: namespaceSelector('monitoring') }],
      ports: [{ protocol: 'TCP', port: 15090 }],
    });
    expect(spec.egress[2].to).toEqual([{ namespaceSelector: namespaceSelector('policies') }]);
  });
});
