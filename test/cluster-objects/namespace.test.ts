import { MaasNamespace, type MaasNamespaceProps } from '../../src/cluster/namespace';
import { KEEP_ANNOTATIONS } from '../../src/labels';
import { identify, synthesize } from '../support/synth';

function namespaceWith(props: MaasNamespaceProps) {
  let name: string | undefined;
  const { manifests } = synthesize((chart) => {
    ({ name } = new MaasNamespace(chart, 'namespace', props));
  });
  return { name, manifests, metadata: manifests[0].metadata };
}

describe('MaasNamespace with minimal props', () => {
  const { name, manifests, metadata } = namespaceWith({ name: 'llm' });

  test('is one Namespace of that name', () => {
    expect(manifests.map(identify)).toEqual(['Namespace llm']);
    expect(manifests[0].apiVersion).toBe('v1');
    expect(name).toBe('llm');
  });

  test('enforces Pod Security restricted and, as sidecars break it, has none', () => {
    expect(metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'istio-injection': 'disabled',
    });
  });

  test('outlives the platform: others may have put something into it', () => {
    expect(metadata.labels).toMatchObject({ 'cdk8s-maas/deletion-protection': 'true' });
    expect(metadata.annotations).toEqual(KEEP_ANNOTATIONS);
  });
});

describe('MaasNamespace with all props', () => {
  const { metadata } = namespaceWith({ name: 'llm', podSecurity: 'baseline', labels: { team: 'a' } });

  test('adds its labels and lowers Pod Security', () => {
    expect(metadata.labels).toMatchObject({
      team: 'a',
      'pod-security.kubernetes.io/enforce': 'baseline',
      'cdk8s-maas/deletion-protection': 'true',
    });
  });
});
