import { GatewayCertificate, type GatewayCertificateProps } from '../../src/gateway/gateway-certificate';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { identify, synthesize } from '../support/synth';

const MINIMAL = { namespace: 'llm', domain: 'maas.local', issuerName: 'lets-encrypt' };

function certificateWith(props: GatewayCertificateProps) {
  let secretName: string | undefined;
  const { manifests, find } = synthesize((chart) => {
    ({ secretName } = new GatewayCertificate(chart, 'certificate', props));
  });
  return { manifests, secretName, spec: find('Certificate').spec };
}

describe('GatewayCertificate with minimal props', () => {
  const { manifests, secretName, spec } = certificateWith(MINIMAL);

  test("has the seed's names", () => {
    expect(manifests.map(identify)).toEqual(['Certificate llm/wildcard-apps-cert']);
    expect(spec.secretName).toBe('wildcard-tls-secret');
    expect(secretName).toBe('wildcard-tls-secret');
  });

  test('is of the issuer of the whole cluster', () => {
    expect(spec.issuerRef).toEqual({ group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'lets-encrypt' });
  });

  test('is for exactly the hosts of the listener, and its Secret is where the listener looks', () => {
    const { find } = synthesize(
      (chart) => new MaasGateway(chart, 'gateway', { ...MINIMAL, tlsSecretName: secretName }),
    );
    const [listener] = find('Gateway').spec.listeners;
    expect(spec.dnsNames).toEqual([listener.hostname]);
    expect(listener.tls.certificateRefs).toEqual([{ name: spec.secretName }]);
  });
});

describe('GatewayCertificate with all props', () => {
  test('uses them', () => {
    const { manifests, secretName, spec } = certificateWith({
      ...MINIMAL,
      issuerKind: 'Issuer',
      secretName: 'front-tls',
      name: 'front',
    });
    expect(manifests.map(identify)).toEqual(['Certificate llm/front']);
    expect(spec).toMatchObject({ secretName: 'front-tls', issuerRef: { kind: 'Issuer', name: 'lets-encrypt' } });
    expect(secretName).toBe('front-tls');
  });
});
