import { isMap } from '../is-map';
import type { ModelArchitecture } from './model-architecture';

/** What a `config.json` says of a model. */
export interface ConfigFigures {
  readonly architecture: ModelArchitecture;
  /** Number of parameters that the figures come to; undefined where there are parts that the figures do not tell. */
  readonly parameters?: number;
}

/** Keys of models whose attention keeps another kind of cache than keys and values of every token. */
const OTHER_CACHES = [
  'kv_lora_rank',
  'ssm_cfg',
  'mamba_d_state',
  'mamba_n_heads',
  'linear_num_key_heads',
  'full_attn_idxs',
];

/** Keys of parts whose parameters other keys do not tell. */
const OTHER_PARTS = ['vision_config', 'audio_config', 'n_shared_experts', 'shared_expert_intermediate_size'];

/** Keys of encoders, whose heads are no keys and values of a decoder. */
const ENCODERS = /bert|roberta/i;

/**
 * Figures of a model from its `config.json`, as Hugging Face's transformers write it.
 * @returns what is wrong with it, where it cannot be used
 */
export function readConfigFigures(config: unknown): ConfigFigures | string {
  if (!isMap(config)) {
    return 'no map';
  }
  const decoder = isMap(config.text_config) ? config.text_config : config;
  const other = OTHER_CACHES.find((key) => typeof decoder[key] === 'number' || isMap(decoder[key]));
  if (other !== undefined) {
    return `a model with "${other}", whose cache is not computed`;
  }
  const layers = count(decoder, 'num_hidden_layers', 'n_layer');
  const attentionHeads = count(decoder, 'num_attention_heads', 'n_head');
  const hiddenSize = count(decoder, 'hidden_size', 'n_embd');
  if (layers === undefined || attentionHeads === undefined || hiddenSize === undefined) {
    return 'no num_hidden_layers, num_attention_heads and hidden_size';
  }
  const sliding = slidingOf(decoder, layers);
  if (typeof sliding === 'string') {
    return sliding;
  }
  const weightBits = weightBitsOf(config.quantization_config ?? decoder.quantization_config);
  if (typeof weightBits === 'string') {
    return weightBits;
  }
  const isEncoder = typeof config.model_type === 'string' && ENCODERS.test(config.model_type);
  const architecture: ModelArchitecture = {
    layers,
    attentionHeads,
    keyValueHeads: isEncoder ? 0 : (count(decoder, 'num_key_value_heads') ?? attentionHeads),
    headSize: count(decoder, 'head_dim') ?? Math.floor(hiddenSize / attentionHeads),
    hiddenSize,
    intermediateSize: count(decoder, 'moe_intermediate_size', 'intermediate_size', 'n_inner') ?? 4 * hiddenSize,
    expertsPerToken: count(decoder, 'num_experts_per_tok'),
    vocabularySize: count(decoder, 'vocab_size'),
    maxModelLength: count(decoder, 'max_position_embeddings', 'n_positions'),
    ...sliding,
    weightBits,
  };
  const isWhole =
    decoder === config && !OTHER_PARTS.some((key) => isMap(config[key]) || typeof config[key] === 'number');
  return { architecture, parameters: isWhole && !isEncoder ? parametersOf(architecture, config) : undefined };
}

function count(map: Readonly<Record<string, unknown>>, ...keys: string[]): number | undefined {
  const value = keys.map((key) => map[key]).find((each) => typeof each === 'number');
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1e8 ? value : undefined;
}

type Sliding = Pick<ModelArchitecture, 'slidingWindow' | 'slidingLayers'>;

/** Models name their kinds of layers, or say for all of them whether they slide. */
function slidingOf(config: Readonly<Record<string, unknown>>, layers: number): Sliding | string {
  const slidingWindow = count(config, 'sliding_window');
  if (Array.isArray(config.layer_types)) {
    const other: unknown = config.layer_types.find((type) => type !== 'full_attention' && type !== 'sliding_attention');
    if (other !== undefined) {
      return `layers of the type ${JSON.stringify(other)}, whose cache is not computed`;
    }
    const slidingLayers = config.layer_types.filter((type) => type === 'sliding_attention').length;
    return slidingLayers === 0 ? {} : { slidingWindow, slidingLayers };
  }
  return slidingWindow === undefined || config.use_sliding_window === false
    ? {}
    : { slidingWindow, slidingLayers: layers };
}

/** Bits of a weight, with its share of the scales where there are four. */
function weightBitsOf(quantization: unknown): number | undefined | string {
  if (!isMap(quantization)) {
    return undefined;
  }
  const { quant_method: method, bits, w_bit: awqBits, config_groups: groups, load_in_8bit: in8Bit } = quantization;
  const group = isMap(groups) ? Object.values(groups).find(isMap)?.weights : undefined;
  const byMethod: Readonly<Record<string, unknown>> = {
    fp8: 8,
    mxfp4: 4,
    awq: bits ?? awqBits ?? 4,
    gptq: bits ?? 4,
    bitsandbytes: in8Bit === true ? 8 : 4,
    'compressed-tensors': isMap(group) ? group.num_bits : undefined,
  };
  const found = typeof method === 'string' ? byMethod[method] : undefined;
  if (found === 8) {
    return 8;
  }
  return found === 4 ? 4.25 : `the quantization ${JSON.stringify(method ?? null)}, whose bits are not known`;
}

/** Embeddings, attention, feed-forward layers with their experts; norms and biases are too small to count. */
function parametersOf(figures: ModelArchitecture, config: Readonly<Record<string, unknown>>): number | undefined {
  const { layers = 0, attentionHeads = 0, keyValueHeads = 0, headSize = 0, hiddenSize = 0 } = figures;
  const { intermediateSize = 0, vocabularySize } = figures;
  if (vocabularySize === undefined) {
    return undefined;
  }
  const experts = count(config, 'num_local_experts', 'num_experts', 'n_routed_experts') ?? 1;
  const attention = hiddenSize * headSize * (2 * attentionHeads + 2 * keyValueHeads);
  const feedForward = 3 * hiddenSize * intermediateSize * experts;
  const embeddings = hiddenSize * vocabularySize * (config.tie_word_embeddings === true ? 1 : 2);
  return embeddings + layers * (attention + feedForward);
}
