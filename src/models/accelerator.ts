/** Values of GPU feature discovery's label `nvidia.com/gpu.product`. */
const NVIDIA_PRODUCTS: Readonly<Record<string, string>> = {
  t4: 'Tesla-T4',
  l4: 'NVIDIA-L4',
  a10g: 'NVIDIA-A10G',
  l40s: 'NVIDIA-L40S',
  'a100-40gb': 'NVIDIA-A100-SXM4-40GB',
  'a100-80gb': 'NVIDIA-A100-SXM4-80GB',
  h100: 'NVIDIA-H100-80GB-HBM3',
};

/** A toleration of a pod (core/v1 Toleration). */
export interface AcceleratorToleration {
  /** Key of the taint. */
  readonly key: string;
  /** Operator. */
  readonly operator: string;
  /** Effect of the taint. */
  readonly effect: string;
}

/**
 * A kind of accelerator: how Kubernetes calls it, and which nodes have it.
 *
 * Labels are those of NVIDIA's GPU operator (GPU feature discovery): `nvidia.com/gpu.present` and
 * `nvidia.com/gpu.product`.
 */
export class Accelerator {
  /** Names that maas.yaml may use. */
  public static get names(): string[] {
    return ['nvidia', ...Object.keys(NVIDIA_PRODUCTS).map((product) => `nvidia-${product}`)];
  }

  /**
   * An NVIDIA GPU.
   * @param product t4, l4, a10g, l40s, a100-40gb, a100-80gb or h100; left out: any NVIDIA GPU
   * @throws when the product is not known
   */
  public static nvidia(product?: string): Accelerator {
    if (product === undefined) {
      return new Accelerator('nvidia', { 'nvidia.com/gpu.present': 'true' });
    }
    const label = Object.hasOwn(NVIDIA_PRODUCTS, product) ? NVIDIA_PRODUCTS[product] : undefined;
    if (label === undefined) {
      throw new Error(
        `unknown NVIDIA product: got "${product}", expected one of ${Object.keys(NVIDIA_PRODUCTS).join(', ')}`,
      );
    }
    return new Accelerator(`nvidia-${product}`, {
      'nvidia.com/gpu.present': 'true',
      'nvidia.com/gpu.product': label,
    });
  }

  /**
   * The accelerator of a maas.yaml name: `nvidia` or `nvidia-<product>`.
   * @throws when the name is not known
   */
  public static fromName(name: string): Accelerator {
    if (!Accelerator.names.includes(name)) {
      throw new Error(`unknown accelerator: got "${name}", expected one of ${Accelerator.names.join(', ')}`);
    }
    return Accelerator.nvidia(name === 'nvidia' ? undefined : name.slice('nvidia-'.length));
  }

  /** Extended resource that a container asks for. */
  public readonly resourceName = 'nvidia.com/gpu';

  /** Tolerations for nodes that are tainted for GPU work. */
  public readonly tolerations: AcceleratorToleration[] = [
    { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
  ];

  private constructor(
    /** Name in maas.yaml. */
    public readonly name: string,
    /** Labels of the nodes that have it. */
    public readonly nodeSelector: Readonly<Record<string, string>>,
  ) {}
}
