import { IMAGES } from '../images';
import { NVIDIA_PRODUCTS } from './accelerator-cards';
import type { AcceleratorProps, MigStrategy } from './accelerator-props';
import {
  AMD_PROFILES,
  ANY_NVIDIA,
  CPU,
  GAUDI_3,
  MIG_SLICES,
  SHARE_LABELLERS,
  type AcceleratorFamily,
  type AcceleratorProfile,
  type LabelMap,
  type NodeLabels,
} from './accelerator-profiles';
import { productOf } from './product-of';
import type { AcceleratorToleration } from './accelerator-toleration';

/** All that makes an accelerator. */
export interface AcceleratorParts extends Omit<AcceleratorProfile, 'nodes'> {
  readonly name: string;
  readonly nodeSelector: LabelMap;
  readonly tolerations: readonly AcceleratorToleration[];
  readonly image?: string;
  readonly sharedBy: number;
  readonly isSlice: boolean;
  /** Who has set the labels of its nodes; undefined where they are its own. */
  readonly labelledBy?: NodeLabels;
}

/** Where nodes are. */
interface Place {
  readonly nodeLabels?: NodeLabels;
  readonly nodeSelector?: LabelMap;
}

const TAINTED: AcceleratorToleration[] = [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }];

/** AKS taints nothing by itself; its documentation has users taint GPU nodes like this. */
const AKS_TAINTED: AcceleratorToleration = { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' };

/** Images of vLLM of which a tag is pinned. Intel's plugin for Gaudi has had no release for this version of vLLM. */
export const PINNED_IMAGES = {
  cuda: IMAGES.vllm,
  cpu: IMAGES.vllmCpu,
  rocm: IMAGES.vllmRocm,
  gaudi: undefined,
} as const;

/** Whose accelerators a build of vLLM is for, as names of extended resources begin. */
const VENDORS: Readonly<Partial<Record<string, AcceleratorFamily>>> = {
  'nvidia.com': 'cuda',
  'amd.com': 'rocm',
  'habana.ai': 'gaudi',
};

/** Name of the ServingRuntime of every accelerator without an image of its own. */
export const DEFAULT_RUNTIME_NAME = 'vllm-latest';

/** The built-in accelerators by their names in maas.yaml; slices are made from them. */
export const BUILT_IN: Readonly<Record<string, AcceleratorProfile>> = {
  nvidia: ANY_NVIDIA,
  ...prefixed('nvidia', NVIDIA_PRODUCTS),
  ...prefixed('amd', AMD_PROFILES),
  'intel-gaudi3': GAUDI_3,
  cpu: CPU,
};

/** What an own accelerator is where it says nothing. */
export const OWN: Omit<AcceleratorParts, 'name'> = {
  family: 'cuda',
  nodeSelector: {},
  tolerations: [],
  fp8: false,
  largeBatches: false,
  multicast: false,
  sharedBy: 1,
  isSlice: false,
};

function prefixed(vendor: string, profiles: Readonly<Record<string, AcceleratorProfile>>) {
  return Object.fromEntries(Object.entries(profiles).map(([product, profile]) => [`${vendor}-${product}`, profile]));
}

/** Who makes an accelerator, as it begins the name of its extended resource; undefined for the CPU. */
export function vendorOf(resourceName: string | undefined): string | undefined {
  return resourceName?.split('/', 1)[0];
}

/** The build of vLLM for an extended resource; undefined where its vendor is not known. */
export function familyOf(resourceName: string): AcceleratorFamily | undefined {
  const vendor = vendorOf(resourceName) ?? '';
  return Object.hasOwn(VENDORS, vendor) ? VENDORS[vendor] : undefined;
}

/** Whether the pinned image of a family runs on an accelerator. */
export function runsPinnedImage({ family, resourceName }: Pick<AcceleratorParts, 'family' | 'resourceName'>): boolean {
  return resourceName === undefined || familyOf(resourceName) === family;
}

/**
 * What a profile is for somebody's labels, or on nodes of one's own labels.
 * @throws when nobody of that name tells its nodes, nor labels of one's own
 */
export function partsOf(
  name: string,
  { nodes, ...profile }: AcceleratorProfile,
  { nodeLabels = 'gpuOperator', nodeSelector: own }: Place = {},
): AcceleratorParts {
  const nodeSelector = own ?? nodes[nodeLabels];
  if (nodeSelector === undefined) {
    const known = Object.keys(nodes).join(', ');
    throw new Error(`accelerator ${name}: got nodeLabels "${nodeLabels}", expected one of ${known}`);
  }
  const tolerations = tolerationsOf(profile, nodeLabels);
  const labelledBy = own === undefined ? nodeLabels : undefined;
  return { name, ...profile, nodeSelector, tolerations, sharedBy: 1, isSlice: false, labelledBy };
}

function tolerationsOf(
  { family, resourceName }: Omit<AcceleratorProfile, 'nodes'>,
  nodeLabels: NodeLabels,
): AcceleratorToleration[] {
  if (family === 'cuda') {
    return nodeLabels === 'aks' ? [...TAINTED, AKS_TAINTED] : TAINTED;
  }
  return resourceName === undefined ? [] : [{ key: resourceName, operator: 'Exists', effect: 'NoSchedule' }];
}

/**
 * A slice of a GPU. GKE makes every slice an `nvidia.com/gpu`, and labels the node with the size of its slices.
 * @throws when product or slice is not known, or nobody of that name tells its nodes
 */
export function sliceParts(product: string, slice: string, strategy: MigStrategy, place: Place = {}): AcceleratorParts {
  const slices = productOf('NVIDIA MIG', MIG_SLICES, product);
  const memory = Object.hasOwn(slices, slice) ? slices[slice] : undefined;
  if (memory === undefined) {
    throw new Error(`unknown slice of ${product}: got "${slice}", expected one of ${Object.keys(slices).join(', ')}`);
  }
  const whole = productOf('NVIDIA', NVIDIA_PRODUCTS, product);
  const { gpuOperator = {}, gke } = whole.nodes;
  const label = gpuOperator['nvidia.com/gpu.product'] ?? '';
  const nodes: AcceleratorProfile['nodes'] = {
    gpuOperator: {
      ...gpuOperator,
      'nvidia.com/gpu.product': strategy === 'mixed' ? label : `${label}-MIG-${slice}`,
      'nvidia.com/mig.strategy': strategy,
    },
    ...(gke === undefined ? {} : { gke: { ...gke, 'cloud.google.com/gke-gpu-partition-size': slice } }),
  };
  const isOwnResource = strategy === 'mixed' && place.nodeLabels !== 'gke';
  const resourceName = isOwnResource ? `nvidia.com/mig-${slice}` : whole.resourceName;
  const name = `nvidia-${product}-mig-${slice}${strategy === 'single' ? '-single' : ''}`;
  const { family, fp8, computeCapability } = whole;
  const features = { fp8, computeCapability, largeBatches: false, multicast: false };
  const profile = { family, memory, resourceName, nodes, ...features };
  return { ...partsOf(name, profile, place), isSlice: true };
}

/**
 * Labels of nodes whose GPUs are time-sliced; one's own say that already.
 * @throws when who labels the nodes has no labels for that
 */
export function sharedLabels(
  { name, nodeSelector, labelledBy }: Pick<AcceleratorParts, 'name' | 'nodeSelector' | 'labelledBy'>,
  replicas: number,
  renamed: boolean,
): LabelMap {
  if (labelledBy === undefined) {
    return nodeSelector;
  }
  if (!SHARE_LABELLERS.includes(labelledBy)) {
    const expected = `one of ${SHARE_LABELLERS.join(', ')}, or a nodeSelector of its own`;
    throw new Error(`accelerator ${name}, time-sliced: got nodeLabels "${labelledBy}", expected ${expected}`);
  }
  if (labelledBy === 'gke') {
    if (renamed) {
      throw new Error(`accelerator ${name}, time-sliced: got renameByDefault on GKE, whose device plugin renames none`);
    }
    return {
      ...nodeSelector,
      'cloud.google.com/gke-gpu-sharing-strategy': 'time-sharing',
      'cloud.google.com/gke-max-shared-clients-per-gpu': String(replicas),
    };
  }
  const product = nodeSelector['nvidia.com/gpu.product'];
  return {
    ...nodeSelector,
    ...(product === undefined || renamed ? {} : { 'nvidia.com/gpu.product': `${product}-SHARED` }),
    'nvidia.com/gpu.replicas': String(replicas),
  };
}

/** Name of the resource that a share is, where the device plugin renames shares. */
export function sharedResource(resourceName = 'nvidia.com/gpu'): string {
  return resourceName.endsWith('.shared') ? resourceName : `${resourceName}.shared`;
}

/** What is said of an accelerator; what is left out does not hide what it is like. */
export function givenParts({
  name,
  memoryMebibytes,
  resourceName,
  nodeSelector,
  tolerations,
  image,
}: AcceleratorProps) {
  return {
    name,
    ...(memoryMebibytes === undefined ? {} : { memory: memoryMebibytes }),
    ...(resourceName === undefined ? {} : { resourceName }),
    ...(nodeSelector === undefined ? {} : { nodeSelector, labelledBy: undefined }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(image === undefined ? {} : { image }),
  };
}
