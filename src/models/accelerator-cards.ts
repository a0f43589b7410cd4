import { NVIDIA_PROFILES, type AcceleratorProfile } from './accelerator-profiles';
import { productOf } from './product-of';

/**
 * NVIDIA's GPUs as cards for PCIe: the chip of another product in a form that GPU feature discovery calls otherwise. No
 * NVSwitch joins them. GKE and AWS have none of them, and Azure, which has, labels no product.
 */
const NVIDIA_CARDS: Readonly<Record<string, AcceleratorProfile>> = {
  'a100-40gb-pcie': card('a100-40gb', 'NVIDIA-A100-PCIE-40GB', 40_325),
  'a100-80gb-pcie': card('a100-80gb', 'NVIDIA-A100-80GB-PCIe', 81_039),
  'h100-pcie': card('h100', 'NVIDIA-H100-PCIe', 81_008),
  'h100-nvl': card('h100', 'NVIDIA-H100-NVL', 94_849),
  'h200-nvl': card('h200', 'NVIDIA-H200-NVL', 143_073),
};

/** All of NVIDIA's products. */
export const NVIDIA_PRODUCTS: Readonly<Record<string, AcceleratorProfile>> = { ...NVIDIA_PROFILES, ...NVIDIA_CARDS };

function card(chip: string, label: string, memory: number): AcceleratorProfile {
  const { nodes, ...profile } = productOf('NVIDIA', NVIDIA_PROFILES, chip);
  const gpuOperator = { ...nodes.gpuOperator, 'nvidia.com/gpu.product': label };
  return { ...profile, memory, nodes: { gpuOperator }, multicast: false };
}
