import type { MaasPlatformProps } from '../src';
import { imageName, IMAGES } from '../src/images';
import { manifestsOf } from '../src/platform/manifests';

/* eslint-disable @typescript-eslint/no-explicit-any -- manifests are of any shape */

function objectsOf(props: MaasPlatformProps, kind: string): Record<string, any> {
  const manifests = manifestsOf(props) as { kind: string; metadata: { name: string } }[];
  return Object.fromEntries(
    manifests.filter((manifest) => manifest.kind === kind).map((manifest) => [manifest.metadata.name, manifest]),
  );
}

const PROPS: MaasPlatformProps = {
  registry: 'mirror.example.com',
  accelerators: [
    { name: 'quarter', like: 'nvidia-l4', timeSlicing: { replicas: 4 } },
    {
      name: 'ours',
      like: 'amd-mi300x',
      image: 'registry.example.com/rocm/vllm:v1',
      nodeSelector: { pool: 'amd' },
      tolerations: [{ key: 'pool', value: 'amd', effect: 'NoSchedule' }],
    },
    { name: 'npu', memory: '64Gi', resourceName: 'example.com/npu', image: 'registry.example.com/npu/vllm:v1' },
  ],
  models: [
    { name: 'simulator' },
    { name: 'mistral', accelerator: 'ours' },
    { name: 'qwen3', accelerator: 'quarter' },
    { name: 'granite', accelerator: 'npu' },
    { name: 'bge-m3', accelerator: 'cpu' },
    { name: 'nomic', accelerator: 'nvidia-h100-mig-1g.10gb' },
    { name: 'phi-4' },
    { name: 'qwen3-32b' },
  ],
};

describe('models on accelerators of every kind', () => {
  const runtimes = objectsOf(PROPS, 'ServingRuntime');
  const services = objectsOf(PROPS, 'InferenceService');
  const predictorOf = (name: string) => services[name].spec.predictor;

  test('have a ServingRuntime for each build of vLLM', () => {
    const images = Object.entries(runtimes).map(([name, { spec }]) => [name, spec.containers[0].image]);
    expect(images).toEqual([
      ['vllm-ours', 'registry.example.com/rocm/vllm:v1'],
      ['vllm-latest', imageName(IMAGES.vllm, 'mirror.example.com')],
      ['vllm-npu', 'registry.example.com/npu/vllm:v1'],
      ['vllm-cpu', imageName(IMAGES.vllmCpu, 'mirror.example.com')],
    ]);
    const used = Object.entries(services).map(([name, { spec }]) => [name, spec.predictor.model?.runtime]);
    expect(used).toEqual([
      ['vllm-simulator', undefined],
      ['mistral-7b-instruct', 'vllm-ours'],
      ['qwen3-0-6b-instruct', 'vllm-latest'],
      ['granite-8b-code-instruct-128k', 'vllm-npu'],
      ['bge-m3', 'vllm-cpu'],
      ['nomic-embed-text-v1-5', 'vllm-latest'],
      ['phi-4', 'vllm-latest'],
      ['qwen3-32b', 'vllm-latest'],
    ]);
  });

  test('of which KServe selects only the default one by itself', () => {
    const formats = Object.values(runtimes).map(({ spec }) => spec.supportedModelFormats[0]);
    expect(formats).toEqual([{ name: 'vLLM' }, { name: 'vLLM', autoSelect: true }, { name: 'vLLM' }, { name: 'vLLM' }]);
  });

  test('find their nodes, and tolerate their taints', () => {
    expect(predictorOf('mistral-7b-instruct')).toMatchObject({
      nodeSelector: { pool: 'amd' },
      tolerations: [{ key: 'pool', value: 'amd', effect: 'NoSchedule' }],
    });
    expect(Object.keys(predictorOf('granite-8b-code-instruct-128k'))).not.toContain('nodeSelector');
    expect(Object.keys(predictorOf('granite-8b-code-instruct-128k'))).not.toContain('tolerations');
    expect(predictorOf('nomic-embed-text-v1-5').nodeSelector).toMatchObject({ 'nvidia.com/mig.strategy': 'mixed' });
  });

  test.each([
    ['mistral-7b-instruct', { 'amd.com/gpu': '1' }],
    ['qwen3-0-6b-instruct', { 'nvidia.com/gpu': '1' }],
    ['granite-8b-code-instruct-128k', { 'example.com/npu': '1' }],
    ['bge-m3', {}],
    ['nomic-embed-text-v1-5', { 'nvidia.com/mig-1g.10gb': '1' }],
    ['qwen3-32b', { 'nvidia.com/gpu': '2' }],
  ])('%s asks for %j beside CPU and memory', (name, expected) => {
    const { requests, limits } = predictorOf(name).model.resources;
    const { 'ephemeral-storage': disk, ...others } = requests;
    expect(disk).toMatch(/^[0-9]+Gi$/);
    for (const { cpu, memory, ...rest } of [others, limits]) {
      expect([typeof cpu, typeof memory, rest]).toEqual(['string', 'string', expected]);
    }
  });

  test('of a shared GPU takes its part of the memory only', () => {
    expect(predictorOf('qwen3-0-6b-instruct').model.args).toContain('--gpu-memory-utilization=0.2');
    const others = Object.entries(services).filter(([name]) => name !== 'qwen3-0-6b-instruct');
    expect(JSON.stringify(others)).not.toContain('gpu-memory-utilization');
  });

  test('on the CPU have a cache of a stated size, and no part of a GPU', () => {
    const [container] = runtimes['vllm-cpu'].spec.containers;
    expect(container.env).toContainEqual({ name: 'VLLM_CPU_KVCACHE_SPACE', value: '4' });
    expect(container.args.join(' ')).not.toContain('gpu-memory-utilization');
    expect(JSON.stringify(runtimes['vllm-latest'])).not.toContain('VLLM_CPU_KVCACHE_SPACE');
  });

  test('of several GPUs are split over them by the catalog', () => {
    expect(predictorOf('qwen3-32b').model.args).toEqual(
      expect.arrayContaining(['--tensor-parallel-size=2', '--reasoning-parser=qwen3', '--max-model-len=32768']),
    );
  });
});

test('nodeLabels decide for every model, and what is shared or written by hand stays as it is', () => {
  const services = objectsOf(
    {
      nodeLabels: 'gke',
      accelerators: [
        { name: 'half', like: 'nvidia-l4', timeSlicing: { replicas: 2 } },
        { name: 'l40s', like: 'nvidia-l40s', nodeSelector: { pool: 'l40s' } },
      ],
      models: [
        { name: 'mistral', accelerator: 'nvidia-l4' },
        { name: 'qwen3', accelerator: 'half' },
        { name: 'phi-4', accelerator: 'l40s' },
        { name: 'nomic' },
      ],
    },
    'InferenceService',
  );
  expect(Object.values(services).map(({ spec }) => spec.predictor.nodeSelector)).toEqual([
    { 'cloud.google.com/gke-accelerator': 'nvidia-l4' },
    {
      'cloud.google.com/gke-accelerator': 'nvidia-l4',
      'cloud.google.com/gke-gpu-sharing-strategy': 'time-sharing',
      'cloud.google.com/gke-max-shared-clients-per-gpu': '2',
    },
    { pool: 'l40s' },
    undefined,
  ]);
});

test("labels of one's own take away neither the taints of the cloud nor the name of a share", () => {
  const services = objectsOf(
    {
      nodeLabels: 'aks',
      accelerators: [
        { name: 'azure-t4', like: 'nvidia-t4', nodeSelector: { agentpool: 't4' } },
        {
          name: 'half',
          memory: '22Gi',
          resourceName: 'nvidia.com/gpu',
          nodeSelector: { agentpool: 'shared' },
          timeSlicing: { replicas: 2, renameByDefault: true },
        },
      ],
      models: [
        { name: 'qwen3', accelerator: 'azure-t4' },
        { name: 'nomic', accelerator: 'half' },
      ],
    },
    'InferenceService',
  );
  const { nodeSelector, tolerations } = services['qwen3-0-6b-instruct'].spec.predictor;
  expect(nodeSelector).toEqual({ agentpool: 't4' });
  expect(tolerations).toContainEqual({ key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' });
  const shared = services['nomic-embed-text-v1-5'].spec.predictor;
  expect(shared.nodeSelector).toEqual({ agentpool: 'shared' });
  expect(shared.model.resources.limits).toMatchObject({ 'nvidia.com/gpu.shared': '1' });
});
