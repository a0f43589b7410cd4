import { Accelerator } from '../../src/models/accelerator';
import { MIG_SLICES, type NodeLabels } from '../../src/models/accelerator-profiles';
import { imageName, IMAGES } from '../../src/images';

const LABELLERS: NodeLabels[] = ['gpuOperator', 'gke', 'eksAutoMode', 'karpenter', 'aks'];

describe('Accelerator.nvidia', () => {
  test('is any GPU', () => {
    expect(Accelerator.nvidia()).toMatchObject({
      name: 'nvidia',
      family: 'cuda',
      memoryMebibytes: undefined,
      resourceName: 'nvidia.com/gpu',
      nodeSelector: { 'nvidia.com/gpu.present': 'true' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      sharedBy: 1,
      isPart: false,
    });
  });

  test('is one product, by the label of GPU feature discovery', () => {
    expect(Accelerator.nvidia('a100-80gb')).toMatchObject({
      name: 'nvidia-a100-80gb',
      memoryMebibytes: 81_039,
      nodeSelector: { 'nvidia.com/gpu.present': 'true', 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' },
    });
  });

  test.each<[NodeLabels, object]>([
    ['gke', { 'cloud.google.com/gke-accelerator': 'nvidia-tesla-a100' }],
    [
      'eksAutoMode',
      {
        'eks.amazonaws.com/compute-type': 'auto',
        'eks.amazonaws.com/instance-gpu-name': 'a100',
        'eks.amazonaws.com/instance-gpu-memory': '40960',
      },
    ],
    ['karpenter', { 'karpenter.k8s.aws/instance-gpu-name': 'a100', 'karpenter.k8s.aws/instance-gpu-memory': '40960' }],
  ])('is found by the labels of %s', (nodeLabels, nodeSelector) => {
    expect(Accelerator.nvidia('a100-40gb', { nodeLabels }).nodeSelector).toEqual(nodeSelector);
  });

  test('of AKS tolerates the taint of its documentation', () => {
    const { nodeSelector, tolerations } = Accelerator.nvidia(undefined, { nodeLabels: 'aks' });
    expect(nodeSelector).toEqual({ 'kubernetes.azure.com/accelerator': 'nvidia' });
    expect(tolerations).toContainEqual({ key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' });
  });

  test('on nodes with labels of its own keeps the taints, and the slices, of the cloud', () => {
    const nodeSelector = { pool: 'gpu' };
    const aks = Accelerator.nvidia('l4', { nodeLabels: 'aks', nodeSelector });
    expect(aks.nodeSelector).toEqual(nodeSelector);
    expect(aks.tolerations).toEqual(Accelerator.nvidia(undefined, { nodeLabels: 'aks' }).tolerations);
    const sliceOf = (nodeLabels: NodeLabels) => Accelerator.mig('h100', '1g.10gb', { nodeLabels, nodeSelector });
    expect(sliceOf('aks')).toMatchObject({ resourceName: 'nvidia.com/mig-1g.10gb', nodeSelector });
    expect(sliceOf('gke')).toMatchObject({ resourceName: 'nvidia.com/gpu', nodeSelector });
  });

  test('fails where nobody labels it', () => {
    expect(() => Accelerator.nvidia('a10g', { nodeLabels: 'gke' })).toThrow(
      new Error('accelerator nvidia-a10g: got nodeLabels "gke", expected one of gpuOperator, eksAutoMode, karpenter'),
    );
  });

  test.each(['', 'L4', 'l5', 'toString', '__proto__'])('fails with the product %j', (product) => {
    expect(() => Accelerator.nvidia(product)).toThrow(
      new Error(
        `unknown NVIDIA product: got "${product}", expected one of t4, l4, a10g, l40s, a100-40gb, a100-80gb, h100, h200, b200`,
      ),
    );
  });
});

describe('Accelerator.mig', () => {
  test('is a resource of its own by the strategy mixed', () => {
    expect(Accelerator.mig('h100', '1g.10gb')).toMatchObject({
      name: 'nvidia-h100-mig-1g.10gb',
      memoryMebibytes: 9984,
      resourceName: 'nvidia.com/mig-1g.10gb',
      nodeSelector: {
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3',
        'nvidia.com/mig.strategy': 'mixed',
      },
      isPart: true,
      hasLargeBatches: false,
    });
  });

  test('is a GPU of another product by the strategy single', () => {
    expect(Accelerator.mig('h100', '1g.10gb', { strategy: 'single' })).toMatchObject({
      name: 'nvidia-h100-mig-1g.10gb-single',
      resourceName: 'nvidia.com/gpu',
      nodeSelector: {
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3-MIG-1g.10gb',
        'nvidia.com/mig.strategy': 'single',
      },
    });
  });

  test('of GKE is a GPU on a node that says the size of its slices', () => {
    const { resourceName, nodeSelector } = Accelerator.mig('a100-40gb', '1g.5gb', { nodeLabels: 'gke' });
    expect(resourceName).toBe('nvidia.com/gpu');
    expect(nodeSelector).toEqual({
      'cloud.google.com/gke-accelerator': 'nvidia-tesla-a100',
      'cloud.google.com/gke-gpu-partition-size': '1g.5gb',
    });
  });

  test('has less memory than its part of the GPU says', () => {
    for (const [product, slices] of Object.entries(MIG_SLICES)) {
      for (const [slice, memory] of Object.entries(slices)) {
        expect([slice, memory / 1024]).toEqual([slice, expect.any(Number)]);
        expect(memory / 1024).toBeLessThan(Number(/(\d+)gb$/.exec(slice)?.[1]));
        expect(memory).toBeLessThan(Accelerator.nvidia(product).memoryMebibytes ?? 0);
      }
    }
  });

  test.each([
    ['l4', '1g.5gb', 'unknown NVIDIA MIG product: got "l4", expected one of a100-40gb, a100-80gb, h100, h200'],
    ['h200', '1g.10gb', 'unknown slice of h200: got "1g.10gb", expected one of 1g.18gb'],
    ['h200', 'toString', 'unknown slice of h200: got "toString", expected one of 1g.18gb'],
  ])('fails with %s and %s', (product, slice, message) => {
    expect(() => Accelerator.mig(product, slice)).toThrow(new Error(message));
  });
});

describe('a time-sliced GPU', () => {
  test('is found by the suffix of its product, or is another resource', () => {
    expect(Accelerator.nvidia('l4').timeSliced({ replicas: 4 })).toMatchObject({
      name: 'nvidia-l4-shared-4',
      memoryMebibytes: 22_558,
      resourceName: 'nvidia.com/gpu',
      nodeSelector: {
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': 'NVIDIA-L4-SHARED',
        'nvidia.com/gpu.replicas': '4',
      },
      sharedBy: 4,
      isPart: true,
    });
    expect(Accelerator.nvidia('l4').timeSliced({ replicas: 2, renameByDefault: true })).toMatchObject({
      resourceName: 'nvidia.com/gpu.shared',
      nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-L4', 'nvidia.com/gpu.replicas': '2' },
    });
  });

  test('of GKE is found by its labels', () => {
    expect(Accelerator.nvidia('l4', { nodeLabels: 'gke' }).timeSliced({ replicas: 3 }).nodeSelector).toEqual({
      'cloud.google.com/gke-accelerator': 'nvidia-l4',
      'cloud.google.com/gke-gpu-sharing-strategy': 'time-sharing',
      'cloud.google.com/gke-max-shared-clients-per-gpu': '3',
    });
  });

  test('of GKE needs no product', () => {
    expect(Accelerator.nvidia(undefined, { nodeLabels: 'gke' }).timeSliced({ replicas: 2 }).nodeSelector).toEqual({
      'cloud.google.com/gke-gpu-sharing-strategy': 'time-sharing',
      'cloud.google.com/gke-max-shared-clients-per-gpu': '2',
    });
  });

  test('has the labels of its own, and the name of its resource with the suffix once', () => {
    const own = Accelerator.own({ name: 'a', resourceName: 'nvidia.com/l4', nodeSelector: { pool: 'shared' } });
    expect(own.timeSliced({ replicas: 2, renameByDefault: true })).toMatchObject({
      resourceName: 'nvidia.com/l4.shared',
      nodeSelector: { pool: 'shared' },
    });
    const renamed = own.like({ name: 'b', resourceName: 'nvidia.com/gpu.shared' });
    expect(renamed.timeSliced({ replicas: 2, renameByDefault: true }).resourceName).toBe('nvidia.com/gpu.shared');
    const karpenter = Accelerator.nvidia('l4', { nodeLabels: 'karpenter' }).like({
      name: 'c',
      nodeSelector: { a: 'b' },
    });
    expect(karpenter.timeSliced({ replicas: 2 }).nodeSelector).toEqual({ a: 'b' });
  });

  test.each<[NodeLabels, boolean, string]>([
    ['karpenter', false, 'got nodeLabels "karpenter", expected one of gpuOperator, gke, or a nodeSelector of its own'],
    [
      'eksAutoMode',
      true,
      'got nodeLabels "eksAutoMode", expected one of gpuOperator, gke, or a nodeSelector of its own',
    ],
    ['gke', true, 'got renameByDefault on GKE, whose device plugin renames none'],
  ])('fails on nodes of %s, renamed: %s', (nodeLabels, renameByDefault, message) => {
    const whole = Accelerator.nvidia('l4', { nodeLabels });
    expect(() => whole.timeSliced({ replicas: 2, renameByDefault })).toThrow(
      new Error(`accelerator nvidia-l4, time-sliced: ${message}`),
    );
  });

  test.each([1, 0, 2.5, 81])('fails with %d pods', (replicas) => {
    expect(() => Accelerator.nvidia().timeSliced({ replicas })).toThrow(
      new Error(`timeSlicing.replicas: got ${replicas}, expected a whole number from 2 to 80`),
    );
  });
});

describe('other accelerators', () => {
  test('AMD and Gaudi have no pinned image, and the ServingRuntime of their name', () => {
    expect(Accelerator.amd('mi300x')).toMatchObject({
      resourceName: 'amd.com/gpu',
      nodeSelector: { 'amd.com/gpu.product-name': 'AMD_Instinct_MI300X_OAM' },
      tolerations: [{ key: 'amd.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      runtimeName: 'vllm-amd-mi300x',
    });
    expect(Accelerator.gaudi3()).toMatchObject({ resourceName: 'habana.ai/gaudi', runtimeName: 'vllm-intel-gaudi3' });
    expect([Accelerator.amd('mi300x'), Accelerator.gaudi3()].map((each) => each.imageName())).toEqual([
      undefined,
      undefined,
    ]);
    expect(() => Accelerator.amd('mi1')).toThrow(new Error('unknown AMD product: got "mi1", expected one of mi300x'));
  });

  test('the CPU needs neither resource nor node', () => {
    const cpu = Accelerator.cpu();
    expect(cpu).toMatchObject({ resourceName: undefined, nodeSelector: {}, tolerations: [], runtimeName: 'vllm-cpu' });
    expect(cpu.imageName('mirror.example.com')).toBe(imageName(IMAGES.vllmCpu, 'mirror.example.com'));
  });

  test('an own one has what it says, and one like another the rest from that', () => {
    expect(Accelerator.own({ name: 'mine', memoryMebibytes: 1024, resourceName: 'example.com/npu' })).toMatchObject({
      memoryMebibytes: 1024,
      resourceName: 'example.com/npu',
      nodeSelector: {},
      tolerations: [],
      runtimeName: 'vllm-mine',
    });
    expect(Accelerator.own({ name: 'x', resourceName: 'nvidia.com/a40' }).runtimeName).toBe('vllm-latest');
    expect(Accelerator.own({ name: 'x', resourceName: 'nvidia.com/a40' }).imageName()).toBe(imageName(IMAGES.vllm));
    expect(Accelerator.own({ name: 'x', resourceName: 'example.com/npu' }).imageName()).toBeUndefined();
    expect(Accelerator.own({ name: 'x', resourceName: 'amd.com/gpu' }).family).toBe('rocm');
    expect(Accelerator.own({ name: 'x', resourceName: 'toString/x' }).family).toBe('cuda');
    const ours = Accelerator.amd('mi300x').like({ name: 'ours', image: 'example.com/vllm:v1' });
    expect(ours).toMatchObject({ name: 'ours', resourceName: 'amd.com/gpu', runtimeName: 'vllm-ours' });
    // An image of one's own is no published one, which a registry mirrors.
    expect(ours.imageName('mirror.example.com')).toBe('example.com/vllm:v1');
    expect(Accelerator.nvidia('l4').like({ name: 'x', nodeSelector: { a: 'b' } }).nodeSelector).toEqual({ a: 'b' });
  });
});

describe('Accelerator.fromName', () => {
  const names = [
    ...Accelerator.names,
    ...Accelerator.migNames,
    ...Accelerator.migNames.map((name) => `${name}-single`),
  ];

  test('knows every name that it lists, each its own', () => {
    const accelerators = names.map((name) => Accelerator.fromName(name));
    expect(accelerators.map(({ name }) => name)).toEqual(names);
    expect(names.every((name) => Accelerator.isKnown(name))).toBe(true);
    const kinds = accelerators.map(({ nodeSelector, resourceName }) => JSON.stringify([nodeSelector, resourceName]));
    expect(new Set(kinds).size).toBe(names.length);
  });

  test('makes one for exactly those who label it', () => {
    const made = names.map((name) => LABELLERS.filter((nodeLabels) => isMade(name, nodeLabels)));
    expect(made).toEqual(names.map((name) => LABELLERS.filter((each) => Accelerator.labellersOf(name).includes(each))));
    expect(made.flat().length).toBeGreaterThan(60);
  });

  test.each(['amd', 'nvidia-', 'nvidia-toString', 'l4', 'nvidia-h100-mig-9g.9gb', 'nvidia-l4-single'])(
    'fails with %j',
    (name) => {
      expect(Accelerator.isKnown(name)).toBe(false);
      expect(() => Accelerator.fromName(name)).toThrow(
        new Error(`unknown accelerator: got "${name}", expected one of ${Accelerator.names.join(', ')}`),
      );
    },
  );
});

function isMade(name: string, nodeLabels: NodeLabels): boolean {
  try {
    Accelerator.fromName(name, { nodeLabels });
    return true;
  } catch {
    return false;
  }
}
