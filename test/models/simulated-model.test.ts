import { imageName, IMAGES } from '../../src/images';
import { SimulatedModel, type SimulatedModelProps } from '../../src/models/simulated-model';
import { identify, synthesize } from '../support/synth';

const MINIMAL = { name: 'vllm-simulator', namespace: 'llm' };

function modelWith(props: SimulatedModelProps) {
  let model: SimulatedModel | undefined;
  const { manifests, find } = synthesize((chart) => {
    model = new SimulatedModel(chart, 'model', props);
  });
  const { metadata, spec } = find('InferenceService');
  return { model, manifests, metadata, predictor: spec.predictor, container: spec.predictor.containers[0] };
}

describe('SimulatedModel with minimal props', () => {
  const { model, manifests, metadata, predictor, container } = modelWith(MINIMAL);

  test('is one InferenceService with one container under the name that KServe looks for', () => {
    expect(manifests.map(identify)).toEqual(['InferenceService llm/vllm-simulator']);
    expect(predictor.containers).toHaveLength(1);
    expect(container.name).toBe('kserve-container');
  });

  test('is a backend: the Service that KServe makes', () => {
    expect(model).toMatchObject({ serviceName: 'vllm-simulator-predictor', servicePort: 80, serviceNamespace: 'llm' });
  });

  test("has the seed's labels and no way in but ours", () => {
    expect(metadata.labels).toMatchObject({
      app: 'vllm-simulator',
      component: 'model-server',
      'networking.kserve.io/visibility': 'cluster-local',
    });
  });

  test('runs the pinned image, asks nobody on the internet, and listens where its probes look', () => {
    expect(container.image).toBe(imageName(IMAGES.simulator));
    expect(container.args).toEqual([
      '--port=8080',
      '--model=vllm-simulator',
      '--served-model-name=vllm-simulator',
      '--mode=random',
      '--max-model-len=1024',
      '--force-dummy-tokenizer',
    ]);
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
    expect([container.readinessProbe, container.livenessProbe].map(({ httpGet }) => httpGet.port)).toEqual([
      8080, 8080,
    ]);
  });

  test('needs no GPU', () => {
    expect(JSON.stringify(predictor)).not.toContain('gpu');
    expect(container.resources).toEqual({
      requests: { cpu: '200m', memory: '256Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
  });

  test('has a restricted pod without rights in the cluster', () => {
    expect(predictor.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(predictor.automountServiceAccountToken).toBe(false);
  });
});

describe('SimulatedModel with all props', () => {
  const { metadata, predictor, container } = modelWith({
    ...MINIMAL,
    servedName: 'simulator-model',
    image: 'mirror.example.com/sim:v1',
    maxModelLength: 4096,
    resources: { limits: { cpu: '1' } },
    replicas: { min: 2, max: 5 },
    arguments: ['--time-to-first-token=500'],
    serviceAccountName: 'kserve-service-account',
    kserveVersion: '0.15.2',
  });

  test('uses them', () => {
    expect(container.image).toBe('mirror.example.com/sim:v1');
    expect(container.args).toEqual(
      expect.arrayContaining([
        '--model=simulator-model',
        '--served-model-name=simulator-model',
        '--max-model-len=4096',
      ]),
    );
    expect(container.args.at(-1)).toBe('--time-to-first-token=500');
    expect(container.resources).toEqual({
      requests: { cpu: '200m', memory: '256Mi' },
      limits: { cpu: '1', memory: '512Mi' },
    });
    expect(predictor).toMatchObject({ minReplicas: 2, maxReplicas: 5, serviceAccountName: 'kserve-service-account' });
    expect(metadata.annotations).toMatchObject({
      'serving.kserve.io/autoscalerClass': 'hpa',
      'serving.kserve.io/deploymentMode': 'RawDeployment',
    });
  });
});
