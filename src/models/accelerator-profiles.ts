/** Who labels the nodes that have accelerators. */
export type NodeLabels = 'gpuOperator' | 'gke' | 'eksAutoMode' | 'karpenter' | 'aks';

/**
 * Who labels nodes whose GPUs are time-sliced. EKS Auto Mode has a device plugin of its own, which shares none; Karpenter
 * brings no node for a label that it does not set itself; AKS sets none.
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/timesharing-gpus
 * @see https://github.com/kubernetes-sigs/karpenter/issues/729
 */
export const SHARE_LABELLERS: readonly NodeLabels[] = ['gpuOperator', 'gke'];

/** What an accelerator is programmed with; each needs its own build of vLLM. */
export type AcceleratorFamily = 'cuda' | 'rocm' | 'gaudi' | 'cpu';

/** Labels of a node. */
export type LabelMap = Readonly<Record<string, string>>;

/** What is known of a kind of accelerator. */
export interface AcceleratorProfile {
  readonly family: AcceleratorFamily;
  /** Memory that a process sees, in MiB; none where the name says no product. */
  readonly memory?: number;
  /** Extended resource; none for the CPU. */
  readonly resourceName?: string;
  /** Labels of its nodes, by who sets them. Who is missing sets none that tell it. */
  readonly nodes: Readonly<Partial<Record<NodeLabels, LabelMap>>>;
  /** Whether vLLM serves weights of 8 bit floating point on it. */
  readonly fp8: boolean;
  /**
   * Whether vLLM computes 8,192 tokens at once in place of 2,048: GPUs of 70 GiB and more, but not the A100.
   * @see https://docs.vllm.ai/en/latest/configuration/optimization/
   */
  readonly largeBatches: boolean;
  /** Whether its GPUs multicast to each other (NVLink with NVSwitch), for which NCCL takes large buffers. */
  readonly multicast: boolean;
  /** NVIDIA's compute capability, which says what a GPU can compute; none where the name says no product. */
  readonly computeCapability?: number;
}

const NVIDIA = 'nvidia.com/gpu';
const PRESENT: LabelMap = { 'nvidia.com/gpu.present': 'true' };
const AUTO_MODE: LabelMap = { 'eks.amazonaws.com/compute-type': 'auto' };
const AMD = 'AMD_Instinct_MI300X_OAM';

/** How the labellers call an NVIDIA product; `memory` in MiB where the name alone does not tell it. */
interface NvidiaNames {
  /** GPU feature discovery: `nvidia.com/gpu.product`. */
  readonly product: string;
  /** `cloud.google.com/gke-accelerator`; none where GKE has no such GPU. */
  readonly gke?: string;
  /** `…/instance-gpu-name` of EKS Auto Mode and Karpenter; none where AWS has no such GPU. */
  readonly aws?: string;
  /** `…/instance-gpu-memory` beside it, in MiB. */
  readonly awsMemory?: string;
}

function nvidia(
  memory: number,
  computeCapability: number,
  { product, gke, aws, awsMemory }: NvidiaNames,
  features: Partial<Pick<AcceleratorProfile, 'largeBatches' | 'multicast'>> = {},
): AcceleratorProfile {
  return {
    family: 'cuda',
    memory,
    computeCapability,
    resourceName: NVIDIA,
    nodes: {
      gpuOperator: { ...PRESENT, 'nvidia.com/gpu.product': product },
      ...(gke === undefined ? {} : { gke: { 'cloud.google.com/gke-accelerator': gke } }),
      ...(aws === undefined
        ? {}
        : {
            eksAutoMode: { ...AUTO_MODE, ...awsLabels('eks.amazonaws.com', aws, awsMemory) },
            karpenter: awsLabels('karpenter.k8s.aws', aws, awsMemory),
          }),
    },
    fp8: true,
    largeBatches: false,
    multicast: false,
    ...features,
  };
}

function awsLabels(prefix: string, name: string, memory: string | undefined): LabelMap {
  return {
    [`${prefix}/instance-gpu-name`]: name,
    ...(memory === undefined ? {} : { [`${prefix}/instance-gpu-memory`]: memory }),
  };
}

const LARGE = { largeBatches: true, multicast: true };

/**
 * NVIDIA's GPUs. Memory is what a CUDA process sees, which is less than the name says and than `nvidia-smi` shows;
 * docs/choosing-a-gpu.md names the source of each figure.
 */
export const NVIDIA_PROFILES: Readonly<Record<string, AcceleratorProfile>> = {
  t4: nvidia(14_909, 7.5, { product: 'Tesla-T4', gke: 'nvidia-tesla-t4', aws: 't4' }),
  l4: nvidia(22_558, 8.9, { product: 'NVIDIA-L4', gke: 'nvidia-l4', aws: 'l4' }),
  a10g: nvidia(22_558, 8.6, { product: 'NVIDIA-A10G', aws: 'a10g' }),
  l40s: nvidia(45_373, 8.9, { product: 'NVIDIA-L40S', aws: 'l40s' }),
  'a100-40gb': nvidia(40_325, 8, {
    product: 'NVIDIA-A100-SXM4-40GB',
    gke: 'nvidia-tesla-a100',
    aws: 'a100',
    awsMemory: '40960',
  }),
  'a100-80gb': nvidia(81_039, 8, {
    product: 'NVIDIA-A100-SXM4-80GB',
    gke: 'nvidia-a100-80gb',
    aws: 'a100',
    awsMemory: '81920',
  }),
  h100: nvidia(81_090, 9, { product: 'NVIDIA-H100-80GB-HBM3', gke: 'nvidia-h100-80gb', aws: 'h100' }, LARGE),
  h200: nvidia(143_073, 9, { product: 'NVIDIA-H200', gke: 'nvidia-h200-141gb', aws: 'h200' }, LARGE),
  b200: nvidia(182_630, 10, { product: 'NVIDIA-B200', gke: 'nvidia-b200', aws: 'b200' }, LARGE),
};

/** Any GPU of NVIDIA. */
export const ANY_NVIDIA: AcceleratorProfile = {
  family: 'cuda',
  resourceName: NVIDIA,
  nodes: {
    gpuOperator: PRESENT,
    // GKE, EKS Auto Mode and Karpenter bring a node for the resource; a label would name one product.
    gke: {},
    eksAutoMode: AUTO_MODE,
    karpenter: {},
    aks: { 'kubernetes.azure.com/accelerator': 'nvidia' },
  },
  fp8: false,
  largeBatches: false,
  multicast: false,
};

/** AMD's GPUs, with the labels of AMD's GPU operator. */
export const AMD_PROFILES: Readonly<Record<string, AcceleratorProfile>> = {
  mi300x: {
    family: 'rocm',
    memory: 196_290,
    resourceName: 'amd.com/gpu',
    nodes: { gpuOperator: { 'amd.com/gpu.product-name': AMD } },
    fp8: true,
    largeBatches: true,
    multicast: true,
  },
};

/**
 * Intel's Gaudi 3, by the label that Node Feature Discovery sets for its PCI vendor: its generation is in no label.
 * Memory is the vendor's figure, 128 GB.
 */
export const GAUDI_3: AcceleratorProfile = {
  family: 'gaudi',
  memory: 122_070,
  resourceName: 'habana.ai/gaudi',
  nodes: { gpuOperator: { 'feature.node.kubernetes.io/pci-1200_1da3.present': 'true' } },
  fp8: false,
  largeBatches: true,
  multicast: true,
};

/** No accelerator: vLLM computes on the CPU, in the memory of its container. */
export const CPU: AcceleratorProfile = {
  family: 'cpu',
  nodes: { gpuOperator: {}, gke: {}, eksAutoMode: {}, karpenter: {}, aks: {} },
  fp8: false,
  largeBatches: false,
  multicast: false,
};

/** Most pods that share a GPU: of 0.8, rounded down to a hundredth, the part of each may not be 0, which vLLM refuses. */
export const MOST_SHARES = 80;

/** Memory of a slice (Multi-Instance GPU) in MiB, by product and profile, as `nvidia-smi mig -lgip` lists it. */
export const MIG_SLICES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'a100-40gb': { '1g.5gb': 4_864, '1g.10gb': 9_850, '2g.10gb': 9_850, '3g.20gb': 19_968, '4g.20gb': 19_968 },
  'a100-80gb': { '1g.10gb': 9_728, '1g.20gb': 19_968, '2g.20gb': 19_968, '3g.40gb': 40_192, '4g.40gb': 40_192 },
  h100: { '1g.10gb': 9_984, '1g.20gb': 20_090, '2g.20gb': 20_090, '3g.40gb': 40_448, '4g.40gb': 40_448 },
  h200: { '1g.18gb': 16_384 },
};
