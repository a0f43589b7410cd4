/** How weights are quantized, by vLLM's names of the methods. */
export type Quantization =
  'awq' | 'bitsandbytes' | 'compressed-tensors' | 'fbgemm_fp8' | 'fp8' | 'gptq' | 'modelopt' | 'modelopt_fp4' | 'mxfp4';

/** Every method. */
export const QUANTIZATIONS: readonly Quantization[] = [
  'awq',
  'bitsandbytes',
  'compressed-tensors',
  'fbgemm_fp8',
  'fp8',
  'gptq',
  'modelopt',
  'modelopt_fp4',
  'mxfp4',
];

/** Four bits of a weight, and their share of a scale. */
export const SCALED_BITS = 4.25;

/**
 * The least compute capability that a method needs of a GPU of NVIDIA, where some that are built in have less: as
 * `get_min_capability` says in vLLM 0.18.1. FP8 needs no more than 7.5: below 8.9 vLLM computes with weights of 8 bit in
 * 16 bit.
 */
const LEAST_CAPABILITIES: Readonly<Record<string, number>> = { mxfp4: 8, fbgemm_fp8: 8, modelopt: 8.9 };

/** Activations of bfloat16 need as much. */
export const BFLOAT16_CAPABILITY = 8;

/** The least compute capability that a method needs; undefined where every GPU here has enough. */
export function leastCapabilityOf(method: string): number | undefined {
  return Object.hasOwn(LEAST_CAPABILITIES, method) ? LEAST_CAPABILITIES[method] : undefined;
}
