import { imageName } from '../images';
import { NVIDIA_PRODUCTS } from './accelerator-cards';
import {
  BUILT_IN,
  DEFAULT_RUNTIME_NAME,
  familyOf,
  givenParts,
  OWN,
  partsOf,
  PINNED_IMAGES,
  runsPinnedImage,
  sharedLabels,
  sharedResource,
  sliceParts,
  type AcceleratorParts,
} from './accelerator-parts';
import { AMD_PROFILES, MIG_SLICES, MOST_SHARES, type AcceleratorFamily, type NodeLabels } from './accelerator-profiles';
import type { AcceleratorOptions, AcceleratorProps, MigOptions, TimeSlicing } from './accelerator-props';
import type { AcceleratorToleration } from './accelerator-toleration';
import { productOf } from './product-of';

/**
 * A kind of accelerator: how Kubernetes calls it, which nodes have it, how much memory it has, and which build of vLLM it
 * needs.
 *
 * Labels are those of the vendors' operators, unless `nodeLabels` says that a cloud sets others.
 */
export class Accelerator {
  /** Names that maas.yaml may use, besides those of slices. */
  public static get names(): string[] {
    return Object.keys(BUILT_IN);
  }

  /** Names of slices of NVIDIA's GPUs, by the strategy `mixed`; for `single` with `-single` behind each. */
  public static get migNames(): string[] {
    return Object.entries(MIG_SLICES).flatMap(([product, slices]) =>
      Object.keys(slices).map((slice) => `nvidia-${product}-mig-${slice}`),
    );
  }

  /**
   * An NVIDIA GPU.
   * @param product t4, l4, a10g, l40s, a100-40gb, a100-80gb, h100, h200, b200, or a card for PCIe: a100-40gb-pcie,
   * a100-80gb-pcie, h100-pcie, h100-nvl, h200-nvl; left out: any NVIDIA GPU
   * @throws when the product is not known, or nobody labels it there
   */
  public static nvidia(product?: string, options: AcceleratorOptions = {}): Accelerator {
    if (product !== undefined) {
      productOf('NVIDIA', NVIDIA_PRODUCTS, product);
    }
    return Accelerator.fromName(product === undefined ? 'nvidia' : `nvidia-${product}`, options);
  }

  /**
   * A slice of an NVIDIA GPU (Multi-Instance GPU): its memory and its processors are its own.
   * @param product a100-40gb, a100-80gb, h100, h200, b200, a100-80gb-pcie, h100-nvl or h200-nvl
   * @param slice profile of the slice, for example `1g.10gb`
   * @throws when product or slice is not known, or nobody labels it there
   */
  public static mig(product: string, slice: string, options: MigOptions = {}): Accelerator {
    return new Accelerator(sliceParts(product, slice, options.strategy ?? 'mixed', options));
  }

  /**
   * An AMD GPU, served by vLLM's build for ROCm.
   * @param product mi300x
   * @throws when the product is not known, or nobody labels it there
   */
  public static amd(product: string, options: AcceleratorOptions = {}): Accelerator {
    productOf('AMD', AMD_PROFILES, product);
    return Accelerator.fromName(`amd-${product}`, options);
  }

  /**
   * An Intel Gaudi 3. No image of vLLM for it is pinned: `like` with an `image` gives it one.
   * @throws when nobody labels it there
   */
  public static gaudi3(options: AcceleratorOptions = {}): Accelerator {
    return Accelerator.fromName('intel-gaudi3', options);
  }

  /** No accelerator: vLLM's build for the CPU, in the memory of its container. */
  public static cpu(): Accelerator {
    return Accelerator.fromName('cpu');
  }

  /**
   * An accelerator that nothing here knows. Its resource tells the build of vLLM (`nvidia.com/…`: that for CUDA); where its
   * vendor is not known either, or no image of that build is pinned, it needs one of its own.
   */
  public static own(props: AcceleratorProps): Accelerator {
    const family = familyOf(props.resourceName ?? '') ?? OWN.family;
    return new Accelerator({ ...OWN, family, ...givenParts(props) });
  }

  /**
   * The built-in accelerator of a maas.yaml name.
   * @throws when the name is not known, or nobody labels it there
   */
  public static fromName(name: string, options: AcceleratorOptions = {}): Accelerator {
    const slice = /^nvidia-(.+)-mig-(.+?)(-single)?$/.exec(name);
    if (slice !== null && Accelerator.migNames.includes(name.replace(/-single$/, ''))) {
      const [, product = '', profile = '', single] = slice;
      return Accelerator.mig(product, profile, { ...options, strategy: single === undefined ? 'mixed' : 'single' });
    }
    const profile = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
    if (profile === undefined) {
      throw new Error(`unknown accelerator: got "${name}", expected one of ${Accelerator.names.join(', ')}`);
    }
    return new Accelerator(partsOf(name, profile, options));
  }

  /** Whether a name is that of a built-in accelerator, or of a slice of one. */
  public static isKnown(name: string): boolean {
    return Accelerator.names.includes(name) || Accelerator.migNames.includes(name.replace(/-single$/, ''));
  }

  /** Who labels the nodes of a built-in accelerator so that it can be told. */
  public static labellersOf(name: string): NodeLabels[] {
    const whole = /^(nvidia-.+)-mig-/.exec(name)?.[1];
    const profile = BUILT_IN[whole ?? name];
    const labellers = Object.keys(profile?.nodes ?? {}) as NodeLabels[];
    return whole === undefined ? labellers : labellers.filter((each) => each === 'gpuOperator' || each === 'gke');
  }

  /** Name in maas.yaml. */
  public readonly name: string;

  /** What it is programmed with. */
  public readonly family: AcceleratorFamily;

  /** Memory of one, in MiB; undefined where that is not known, and for the CPU, which has that of the container. */
  public readonly memoryMebibytes?: number;

  /** Extended resource that a container asks for; undefined for the CPU. */
  public readonly resourceName?: string;

  /** Labels of the nodes that have it. */
  public readonly nodeSelector: Readonly<Record<string, string>>;

  /** Tolerations for nodes that are tainted for it. */
  public readonly tolerations: AcceleratorToleration[];

  /** Image of vLLM, where it is not the pinned one. */
  public readonly image?: string;

  /** Pods that share one, each of which sees the whole memory; 1 where nobody shares. */
  public readonly sharedBy: number;

  /** Whether it is a slice or a share of a GPU, over several of which no model can be split. */
  public readonly isPart: boolean;

  /** Whether vLLM serves weights of 8 bit floating point on it. */
  public readonly servesFp8: boolean;

  /** NVIDIA's compute capability, for example 8.9; undefined where the product is not known, and for others. */
  public readonly computeCapability?: number;

  /** Whether vLLM computes 8,192 tokens at once on it in place of 2,048. */
  public readonly hasLargeBatches: boolean;

  /** Whether several of it multicast to each other. */
  public readonly hasMulticast: boolean;

  private constructor(private readonly parts: AcceleratorParts) {
    this.name = parts.name;
    this.family = parts.family;
    this.memoryMebibytes = parts.memory;
    this.resourceName = parts.resourceName;
    this.nodeSelector = parts.nodeSelector;
    this.tolerations = [...parts.tolerations];
    this.image = parts.image;
    this.sharedBy = parts.sharedBy;
    this.isPart = parts.isSlice || parts.sharedBy > 1;
    this.servesFp8 = parts.fp8;
    this.computeCapability = parts.computeCapability;
    this.hasLargeBatches = parts.largeBatches;
    this.hasMulticast = parts.multicast;
  }

  /** One like this, but for what is given: for clouds that label otherwise, and for another image. */
  public like(props: AcceleratorProps): Accelerator {
    return new Accelerator({ ...this.parts, ...givenParts(props) });
  }

  /**
   * A share of an NVIDIA GPU (time slicing). Nothing keeps the shares' memory apart: each sees all of it, so each model
   * has to take its part of it only, which `ServedModel` sees to.
   *
   * Labels are those of GPU feature discovery, or of GKE where this has GKE's; labels of one's own stay as they are.
   * @throws for less than 2 pods, or more than 80, where nobody labels the nodes of shares, and for `renameByDefault` on GKE
   */
  public timeSliced({ replicas, renameByDefault = false }: TimeSlicing): Accelerator {
    if (!Number.isInteger(replicas) || replicas < 2 || replicas > MOST_SHARES) {
      throw new Error(`timeSlicing.replicas: got ${replicas}, expected a whole number from 2 to ${MOST_SHARES}`);
    }
    return new Accelerator({
      ...this.parts,
      name: `${this.name}-shared-${replicas}`,
      resourceName: renameByDefault ? sharedResource(this.resourceName) : this.resourceName,
      nodeSelector: sharedLabels(this.parts, replicas, renameByDefault),
      sharedBy: replicas,
    });
  }

  /** Name of the ServingRuntime that starts vLLM on it. */
  public get runtimeName(): string {
    const isDefault = this.image === undefined && this.family === 'cuda' && runsPinnedImage(this);
    return isDefault ? DEFAULT_RUNTIME_NAME : `vllm-${this.name}`;
  }

  /**
   * Image of vLLM.
   * @param registry mirror of pinned images; an image of its own stays as it is
   * @returns undefined where it has none, and none is pinned
   */
  public imageName(registry?: string): string | undefined {
    const pinned = runsPinnedImage(this) ? PINNED_IMAGES[this.family] : undefined;
    return this.image ?? (pinned && imageName(pinned, registry));
  }
}
