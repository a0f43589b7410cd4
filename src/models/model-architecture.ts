import type { Quantization } from './quantization';

/** Figures of a model, as its `config.json` has them; what is not known is left out. */
export interface ModelArchitecture {
  /**
   * Layers (`num_hidden_layers`).
   * @default - unknown: the KV cache is not computed
   */
  readonly layers?: number;
  /**
   * Attention heads (`num_attention_heads`); the number of GPUs has to divide them.
   * @default - unknown
   */
  readonly attentionHeads?: number;
  /**
   * Key and value heads (`num_key_value_heads`); 0 for an encoder, which keeps no KV cache. The number of GPUs has to
   * divide them, or to be a multiple of them.
   * @default - unknown: the KV cache is not computed
   */
  readonly keyValueHeads?: number;
  /**
   * Size of a head (`head_dim`).
   * @default - unknown: the KV cache is not computed
   */
  readonly headSize?: number;
  /**
   * Size of a hidden state (`hidden_size`).
   * @default - unknown
   */
  readonly hiddenSize?: number;
  /**
   * Size inside a feed-forward layer (`intermediate_size`), of one expert where there are experts.
   * @default - unknown
   */
  readonly intermediateSize?: number;
  /**
   * Experts that compute each token (`num_experts_per_tok`).
   * @default 1
   */
  readonly expertsPerToken?: number;
  /**
   * Tokens of the vocabulary (`vocab_size`).
   * @default - unknown
   */
  readonly vocabularySize?: number;
  /**
   * Longest context in tokens (`max_position_embeddings`, by the factor of its RoPE scaling where it has one).
   * @default - unknown
   */
  readonly maxModelLength?: number;
  /**
   * Tokens back to which sliding layers look (`sliding_window`).
   * @default - no layer slides
   */
  readonly slidingWindow?: number;
  /**
   * Layers that look back no further than the window.
   * @default - all, where there is a window
   */
  readonly slidingLayers?: number;
  /**
   * Bits of a weight with its share of the scales: 8 for FP8, 4.25 for AWQ, GPTQ and MXFP4, 4.5 for NVFP4.
   * @default 16
   */
  readonly weightBits?: number;
  /**
   * How its weights are quantized (`quantization_config.quant_method`): not every GPU serves every method.
   * @default - not checked
   */
  readonly quantization?: Quantization;
  /**
   * Billions of parameters that are not quantized.
   * @default - those of the embeddings
   */
  readonly unquantizedBillions?: number;
}

/** A model's size with its figures. */
export interface ModelFigures extends ModelArchitecture {
  /** Number of parameters. */
  readonly parameters: number;
}

const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 };

/** Number of parameters as people write it. */
export const PARAMETERS_PATTERN = /^[0-9]+(\.[0-9]+)?[KMBT]$/;

/** The number behind `8B`; undefined when the text is none. */
export function parseParameters(text: string): number | undefined {
  return PARAMETERS_PATTERN.test(text)
    ? Math.round(Number.parseFloat(text) * (UNITS[text.slice(-1)] ?? Number.NaN))
    : undefined;
}
