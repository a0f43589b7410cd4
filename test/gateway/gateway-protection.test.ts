import { GatewayProtection } from '../../src/gateway/gateway-protection';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { identify, synthesize } from '../support/synth';

function protectionWith(props: { readonly routeNamespace?: string; readonly optionsName?: string } = {}) {
  const gateway = MaasGateway.fromName('shared', 'infrastructure', 'edge');
  const { manifests, find } = synthesize(
    (chart) => new GatewayProtection(chart, 'protection', { name: 'keep-out', gateway, ...props }),
  );
  return { manifests, find, spec: find('ValidatingAdmissionPolicy').spec };
}

// What it refuses and what it leaves alone: test/cluster/protection.test.ts, on a real API server.
describe('GatewayProtection', () => {
  test('is a policy in force everywhere, which refuses what it cannot judge', () => {
    const { manifests, find, spec } = protectionWith();
    expect(manifests.map(identify)).toEqual([
      'ValidatingAdmissionPolicy keep-out',
      'ValidatingAdmissionPolicyBinding keep-out',
    ]);
    expect(find('ValidatingAdmissionPolicyBinding').spec).toEqual({
      policyName: 'keep-out',
      validationActions: ['Deny'],
    });
    expect(spec.failurePolicy).toBe('Fail');
  });

  test('asks about rights on exactly its Gateway', () => {
    const { matchConditions } = protectionWith().spec;
    const asked =
      'authorizer.group("gateway.networking.k8s.io").resource("gateways").namespace("infrastructure").name("shared")';
    expect(matchConditions[0].expression).toBe(
      `!(${asked}.check("update").allowed() || ${asked}.check("delete").allowed())`,
    );
  });

  test('counts the namespace of the routes to the ways, where it is another one', () => {
    const [, kuadrant] = protectionWith({ routeNamespace: 'llm' }).spec.validations;
    expect(kuadrant.expression).toContain('request.namespace in ["infrastructure", "llm"]');
    expect(protectionWith().spec.validations[1].expression).toContain('request.namespace in ["infrastructure"]');
    expect(protectionWith({ routeNamespace: 'llm' }).spec.validations[3].expression).toContain(
      'request.namespace in ["infrastructure", "llm"]',
    );
  });

  test("looks at one ConfigMap only, and at none where the Gateway is somebody else's", () => {
    const configMaps = (optionsName?: string) =>
      protectionWith({ optionsName }).spec.matchConstraints.resourceRules.filter(
        ({ resources }: { resources: string[] }) => resources.includes('configmaps'),
      );
    expect(configMaps('shared-options')).toEqual([expect.objectContaining({ resourceNames: ['shared-options'] })]);
    expect(configMaps()).toEqual([]);
  });

  test('knows the Service by the class of the Gateway', () => {
    expect(protectionWith().spec.validations[4].expression).toContain('.split(".")[0] == "shared-edge"');
  });
});
