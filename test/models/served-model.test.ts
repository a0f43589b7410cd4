import { Accelerator } from '../../src/models/accelerator';
import { ServedModel, type ServedModelProps } from '../../src/models/served-model';
import { VllmRuntime } from '../../src/models/vllm-runtime';
import { identify, synthesize } from '../support/synth';

const MINIMAL: ServedModelProps = {
  name: 'my-llama',
  namespace: 'llm',
  runtime: VllmRuntime.fromName('their-vllm'),
  source: 'hf://meta-llama/Llama-3.1-8B',
  accelerator: Accelerator.nvidia(),
};

function modelWith(props: Partial<ServedModelProps> = {}) {
  let model: ServedModel | undefined;
  const { manifests, find } = synthesize((chart) => {
    model = new ServedModel(chart, 'model', { ...MINIMAL, ...props });
  });
  const { metadata, spec } = find('InferenceService');
  return { model, manifests, metadata, predictor: spec.predictor, args: spec.predictor.model.args };
}

describe('ServedModel with minimal props', () => {
  const { model, manifests, metadata, predictor, args } = modelWith();

  test('is one InferenceService with the runtime that it was given', () => {
    expect(manifests.map(identify)).toEqual(['InferenceService llm/my-llama']);
    expect(predictor.model.runtime).toBe('their-vllm');
  });

  test('is a backend: the Service that KServe makes', () => {
    expect(model).toMatchObject({ serviceName: 'my-llama-predictor', servicePort: 80, serviceNamespace: 'llm' });
  });

  test('gets no way in but ours, no sidecar, and KServe makes a plain Deployment', () => {
    expect(metadata.labels['networking.kserve.io/visibility']).toBe('cluster-local');
    expect(metadata.annotations).toEqual({
      'serving.kserve.io/deploymentMode': 'Standard',
      'serving.kserve.io/autoscalerClass': 'none',
      'sidecar.istio.io/inject': 'false',
    });
  });

  test("has the seed's labels", () => {
    expect(metadata.labels).toMatchObject({ tier: 'gpu', 'opendatahub.io/dashboard': 'true' });
  });

  test('runs one replica', () => {
    expect(predictor).toMatchObject({ minReplicas: 1, maxReplicas: 1 });
  });

  test('asks for one GPU, the request equal to the limit, on nodes that have one', () => {
    const { requests, limits } = predictor.model.resources;
    expect([requests['nvidia.com/gpu'], limits['nvidia.com/gpu']]).toEqual(['1', '1']);
    expect(predictor.nodeSelector).toEqual({ 'nvidia.com/gpu.present': 'true' });
    expect(predictor.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
  });

  test('has CPU and memory, requests and limits', () => {
    const { requests, limits } = predictor.model.resources;
    expect([requests, limits].map((resources) => Object.keys(resources).sort())).toEqual([
      ['cpu', 'memory', 'nvidia.com/gpu'],
      ['cpu', 'memory', 'nvidia.com/gpu'],
    ]);
  });

  test('lets vLLM fetch from Hugging Face: no download container of KServe', () => {
    expect(args).toEqual(['--model=meta-llama/Llama-3.1-8B', '--served-model-name=my-llama']);
    expect(predictor.model).not.toHaveProperty('storageUri');
    expect(predictor.model).not.toHaveProperty('env');
  });

  test("is of the format of which KServe makes no multi-model server: no agent of KServe's", () => {
    expect(predictor.model.modelFormat).toEqual({ name: 'huggingface' });
  });

  test('has a restricted pod without rights in the cluster', () => {
    // Without a user id the kubelet would refuse vLLM's image, which runs as root.
    expect(predictor.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(predictor.automountServiceAccountToken).toBe(false);
    expect(predictor).not.toHaveProperty('serviceAccountName');
  });
});

describe('ServedModel with all props', () => {
  const { metadata, predictor, args } = modelWith({
    source: 's3://models/llama',
    accelerator: Accelerator.nvidia('h100'),
    gpus: 4,
    servedName: 'llama',
    maxModelLength: 8192,
    resources: { requests: { cpu: '6' }, limits: { memory: '64Gi' } },
    replicas: { min: 1, max: 4 },
    arguments: ['--trust-remote-code'],
    serviceAccountName: 'kserve-service-account',
    platform: 'openshift',
    kserveVersion: '0.15.2',
  });

  test('lets KServe bring what does not come from Hugging Face', () => {
    expect(predictor.model.storageUri).toBe('s3://models/llama');
    expect(predictor.model.modelFormat).toEqual({ name: 'vLLM' });
    expect(args[0]).toBe('--model=/mnt/models');
  });

  test('tells vLLM the rest, what the user says last', () => {
    expect(args.slice(1)).toEqual([
      '--served-model-name=llama',
      '--max-model-len=8192',
      '--tensor-parallel-size=4',
      '--trust-remote-code',
    ]);
  });

  test('asks for as many GPUs as the model is split over, of the kind that was named', () => {
    const { requests, limits } = predictor.model.resources;
    expect([requests['nvidia.com/gpu'], limits['nvidia.com/gpu']]).toEqual(['4', '4']);
    expect(predictor.nodeSelector).toEqual({
      'nvidia.com/gpu.present': 'true',
      'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3',
    });
  });

  test('keeps the default of every resource that is not named', () => {
    expect(predictor.model.resources).toEqual({
      requests: { cpu: '6', memory: '16Gi', 'nvidia.com/gpu': '4' },
      limits: { cpu: '8', memory: '64Gi', 'nvidia.com/gpu': '4' },
    });
  });

  test('scales, because there is a range', () => {
    expect(predictor).toMatchObject({ minReplicas: 1, maxReplicas: 4 });
    expect(metadata.annotations['serving.kserve.io/autoscalerClass']).toBe('hpa');
  });

  test('runs as the ServiceAccount that it was given, and as the user that OpenShift assigns', () => {
    expect(predictor.serviceAccountName).toBe('kserve-service-account');
    expect(predictor.securityContext).not.toHaveProperty('runAsUser');
  });

  test('speaks the language of an older KServe', () => {
    expect(metadata.annotations['serving.kserve.io/deploymentMode']).toBe('RawDeployment');
  });
});

describe('ServedModel', () => {
  test.each([
    ['hf://Qwen/Qwen3-0.6B', undefined, '--model=Qwen/Qwen3-0.6B'],
    ['s3://bucket/model', 's3://bucket/model', '--model=/mnt/models'],
    ['pvc://claim/model', 'pvc://claim/model', '--model=/mnt/models'],
    ['oci://registry.example.com/model:1', 'oci://registry.example.com/model:1', '--model=/mnt/models'],
    ['gs://bucket/model', 'gs://bucket/model', '--model=/mnt/models'],
    ['https://example.com/hf://model', 'https://example.com/hf://model', '--model=/mnt/models'],
  ])('loads %s', (source, storageUri, argument) => {
    const { predictor, args } = modelWith({ source });
    expect(predictor.model.storageUri).toBe(storageUri);
    expect(args[0]).toBe(argument);
  });

  test.each([
    ['hf://Qwen/Qwen3-0.6B:main', ['--model=Qwen/Qwen3-0.6B', '--revision=main']],
    ['hf://Qwen/Qwen3-0.6B:refs/pr/1', ['--model=Qwen/Qwen3-0.6B', '--revision=refs/pr/1']],
    ['hf://gpt2', ['--model=gpt2']],
    ['oci://registry.example.com/model:1', ['--model=/mnt/models']],
  ])('tells vLLM the revision of %s', (source, expected) => {
    expect(modelWith({ source }).args).toEqual([...expected, '--served-model-name=my-llama']);
  });

  test.each(['hf://', 'hf://a/b:', 'hf://a/b:c:d', 'hf://a/b@main', 'hf://a/b/c', 'hf://a/b/'])(
    'refuses the source %s',
    (source) => {
      expect(() => modelWith({ source })).toThrow(
        new Error(
          `source: got "${source}", expected hf://<organization>/<model>, with a branch, tag or commit after ":"`,
        ),
      );
    },
  );

  test.each([
    [{ min: 0, max: 3 }, '0 to 3'],
    [{ min: 0 }, '0 to 0'],
    [{ max: 0 }, '1 to 0'],
    [{ min: 3, max: 2 }, '3 to 2'],
  ])('refuses the replicas %j', (replicas, got) => {
    expect(() => modelWith({ replicas })).toThrow(
      new Error(`replicas: got ${got}, expected at least 1 and a maximum that is not below the minimum`),
    );
  });

  test('splits nothing over one GPU', () => {
    expect(modelWith({ gpus: 1 }).args.join(' ')).not.toContain('tensor-parallel');
  });

  test.each([
    [{ min: 2 }, 2, 2, 'none'],
    [{ min: 2, max: 2 }, 2, 2, 'none'],
    [{ max: 3 }, 1, 3, 'hpa'],
    [{}, 1, 1, 'none'],
  ])('with the replicas %j', (replicas, min, max, autoscaler) => {
    const { predictor, metadata } = modelWith({ replicas });
    expect(predictor).toMatchObject({ minReplicas: min, maxReplicas: max });
    expect(metadata.annotations['serving.kserve.io/autoscalerClass']).toBe(autoscaler);
  });
});
