import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import { resolveSettings } from '../../../src/config/settings';
import { gpuProblems } from '../../../src/operations/install/gpu-check';

function node(name: string, gpus: number, product?: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      ...(product !== undefined && { labels: { 'nvidia.com/gpu.present': 'true', 'nvidia.com/gpu.product': product } }),
    },
    status: { allocatable: { cpu: '8', ...(gpus > 0 && { 'nvidia.com/gpu': String(gpus) }) } },
  };
}

const ownModel = (accelerator: string, gpus = 1) => ({ name: 'llama', source: 'hf://a/b', accelerator, gpus });
const advice = 'add such a node, choose another accelerator in `models`, or take the model out';

test.each([
  ['a model that needs none', { name: 'simulator' }, []],
  ['any NVIDIA GPU', { name: 'qwen3' }, [node('a', 0), node('b', 1, 'Tesla-T4')]],
  ['a certain product', ownModel('nvidia-l4', 2), [node('a', 1, 'NVIDIA-L4'), node('b', 2, 'NVIDIA-L4')]],
])('content with %s', (_, model, nodes) => {
  expect(gpuProblems(resolveSettings({ models: [model] }), nodes)).toEqual([]);
});

test('GPUs that are too few, of another product, or on a node without the labels', () => {
  const settings = resolveSettings({ models: [ownModel('nvidia-l4', 2), { name: 'simulator' }] });
  expect(
    gpuProblems(settings, [node('a', 1, 'NVIDIA-L4'), node('b', 4, 'Tesla-T4'), node('c', 2), node('d', 0)]),
  ).toEqual([
    'model llama needs a node with 2 nvidia.com/gpu and the labels nvidia.com/gpu.present=true, ' +
      'nvidia.com/gpu.product=NVIDIA-L4; no node has them',
    'the nodes have:\n' +
      '  a: 1 nvidia.com/gpu (NVIDIA-L4: accelerator nvidia-l4)\n' +
      '  b: 4 nvidia.com/gpu (Tesla-T4: accelerator nvidia-t4)\n' +
      '  c: 2 nvidia.com/gpu, no label nvidia.com/gpu.present=true\n' +
      '  d: no GPU',
    advice,
  ]);
});

test.each([
  ['a card of the same chip', 'NVIDIA-A100-80GB-PCIe', ': accelerator nvidia-a100-80gb-pcie'],
  [
    'slices by the strategy single',
    'NVIDIA-H100-80GB-HBM3-MIG-1g.10gb',
    ': accelerator nvidia-h100-mig-1g.10gb-single',
  ],
  ['a product that is not built in', 'NVIDIA-A40', ''],
])('%s is told by the name that a model would have it by', (_, product, words) => {
  const settings = resolveSettings({ models: [ownModel('nvidia-a100-80gb')] });
  expect(gpuProblems(settings, [node('a', 4, product)])).toContain(
    `the nodes have:\n  a: 4 nvidia.com/gpu (${product}${words})`,
  );
});

test('a cluster without nodes', () => {
  expect(gpuProblems(resolveSettings({ models: [{ name: 'qwen3' }] }), [])).toEqual([
    'model qwen3 needs a node with 1 nvidia.com/gpu and the labels nvidia.com/gpu.present=true; no node has them',
    'the cluster has no nodes',
    advice,
  ]);
});

test('the resources and labels of an own accelerator, and no node for a model on CPUs', () => {
  const settings = resolveSettings({
    accelerators: [
      { name: 'ours', like: 'amd-mi300x', nodeSelector: { 'example.org/gpu': 'mi300x' }, image: 'a.b/vllm:1' },
    ],
    models: [ownModel('ours', 2), { ...ownModel('nvidia'), name: 'other' }, { ...ownModel('cpu'), name: 'small' }],
  });
  const amd = (labels: Record<string, string>): KubernetesObject => ({
    ...node('b', 0),
    metadata: { name: 'b', labels },
    status: { allocatable: { 'amd.com/gpu': '8' } },
  });
  expect(gpuProblems(settings, [node('a', 1, 'NVIDIA-L4'), amd({})])).toEqual([
    'model llama needs a node with 2 amd.com/gpu and the labels example.org/gpu=mi300x; no node has them',
    'the nodes have:\n  a: 1 nvidia.com/gpu (NVIDIA-L4: accelerator nvidia-l4)\n  b: 8 amd.com/gpu',
    advice,
  ]);
  expect(gpuProblems(settings, [node('a', 1, 'NVIDIA-L4'), amd({ 'example.org/gpu': 'mi300x' })])).toEqual([]);
});
