import { MaasGateway } from '../../src/gateway/maas-gateway';
import { KEEP_ANNOTATIONS } from '../../src/labels';
import { KServeConfiguration, type KServeConfigurationProps } from '../../src/models/kserve-configuration';
import { identify, synthesize } from '../support/synth';

const MINIMAL = { gateway: MaasGateway.fromName('inference-gateway', 'llm'), domain: 'maas.local' };

function configurationWith(props: KServeConfigurationProps) {
  const { manifests, find } = synthesize((chart) => new KServeConfiguration(chart, 'configuration', props));
  const { metadata, data } = find('ConfigMap');
  return { manifests, metadata, data, deploy: JSON.parse(data.deploy), ingress: JSON.parse(data.ingress) };
}

describe('KServeConfiguration with minimal props', () => {
  const { manifests, metadata, data, deploy, ingress } = configurationWith(MINIMAL);

  test('is the ConfigMap that KServe reads, with the keys that are ours and no other', () => {
    expect(manifests.map(identify)).toEqual(['ConfigMap kserve/inferenceservice-config']);
    expect(Object.keys(data).sort()).toEqual(['deploy', 'ingress']);
  });

  test('has plain Deployments and no routes of KServe, which would lead around ours', () => {
    expect(deploy).toEqual({ defaultDeploymentMode: 'Standard' });
    expect(ingress).toMatchObject({
      disableIngressCreation: true,
      enableGatewayApi: true,
      ingressDomain: 'maas.local',
    });
  });

  test('names the Gateway as KServe takes it', () => {
    expect(ingress.kserveIngressGateway).toBe('llm/inference-gateway');
  });

  test('is kept: it belongs to the release of KServe', () => {
    expect(metadata.annotations).toEqual(KEEP_ANNOTATIONS);
    expect(metadata.labels['cdk8s-maas/deletion-protection']).toBe('true');
  });
});

describe('KServeConfiguration with local models', () => {
  test('has them found and mounted, and is else as it is', () => {
    const { localModel, ...others } = configurationWith({ ...MINIMAL, localModels: true }).data;
    expect(JSON.parse(localModel)).toEqual({ enabled: true, jobNamespace: 'kserve-localmodel-jobs', fsGroup: 1000 });
    expect(others).toEqual(configurationWith(MINIMAL).data);
  });
});

describe('KServeConfiguration with all props', () => {
  test('uses them', () => {
    const { manifests, deploy } = configurationWith({ ...MINIMAL, kserveVersion: '0.15.2', namespace: 'models' });
    expect(manifests.map(identify)).toEqual(['ConfigMap models/inferenceservice-config']);
    expect(deploy).toEqual({ defaultDeploymentMode: 'RawDeployment' });
  });
});
