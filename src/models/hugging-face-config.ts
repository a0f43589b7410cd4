import { isMap } from '../is-map';
import { count, readContext } from './hugging-face-context';
import { readQuantization } from './hugging-face-quantization';
import { knownModel, type KnownModel } from './known-models';
import type { ModelArchitecture } from './model-architecture';

/** What a `config.json` says of a model. */
export interface ConfigFigures {
  /** Kind of the model (`model_type`). */
  readonly type?: string;
  readonly architecture: ModelArchitecture;
  /** Number of parameters that the figures come to; undefined of a kind whose parts they do not tell. */
  readonly parameters?: number;
}

/** Keys of models that keep, in some layers at least, another kind of cache than keys and values of every token. */
const OTHER_CACHES = [
  'kv_lora_rank',
  'ssm_cfg',
  'ssm_state_size',
  'mamba_d_state',
  'mamba_n_heads',
  'mamba_num_heads',
  'linear_num_key_heads',
  'full_attn_idxs',
  'hybrid_override_pattern',
];

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
  const text = isMap(config.text_config) ? config.text_config : config;
  const known = knownModel(text.model_type);
  const decoder = { ...known?.defaults, ...text };
  const other = OTHER_CACHES.find((key) => (decoder[key] ?? false) !== false);
  if (other !== undefined) {
    return `a model with "${other}", whose cache is not computed`;
  }
  const layers = count(decoder, 'num_hidden_layers', 'n_layer');
  const attentionHeads = count(decoder, 'num_attention_heads', 'n_head');
  const hiddenSize = count(decoder, 'hidden_size', 'n_embd');
  if (layers === undefined || attentionHeads === undefined || hiddenSize === undefined) {
    return 'no num_hidden_layers, num_attention_heads and hidden_size';
  }
  const sliding = slidingOf(decoder, layers, known);
  if (typeof sliding === 'string') {
    return sliding;
  }
  const quantized = readQuantization(config.quantization_config ?? decoder.quantization_config);
  if (typeof quantized === 'string') {
    return quantized;
  }
  const type = typeof config.model_type === 'string' ? config.model_type : undefined;
  const architecture: ModelArchitecture = {
    layers,
    attentionHeads,
    keyValueHeads: ENCODERS.test(type ?? '') ? 0 : keyValueHeadsOf(decoder, attentionHeads),
    headSize: count(decoder, 'head_dim') ?? Math.floor(hiddenSize / attentionHeads),
    hiddenSize,
    intermediateSize: count(decoder, 'moe_intermediate_size', 'intermediate_size', 'n_inner') ?? 4 * hiddenSize,
    expertsPerToken: count(decoder, 'num_experts_per_tok'),
    vocabularySize: count(decoder, 'vocab_size'),
    maxModelLength: readContext(decoder),
    ...sliding,
    ...quantized,
  };
  const isWhole = text === config && known !== undefined;
  return { type, architecture, parameters: isWhole ? parametersOf(architecture, decoder, known) : undefined };
}

/** As vLLM reads it: Falcon and others of one head for all queries say so in a way of their own. */
function keyValueHeadsOf(decoder: Readonly<Record<string, unknown>>, attentionHeads: number): number {
  if (decoder.multi_query === true && decoder.new_decoder_architecture !== true) {
    return 1;
  }
  const keys = ['n_head_kv', 'num_kv_heads', 'num_key_value_heads', 'multi_query_group_num'];
  return count(decoder, ...keys) ?? attentionHeads;
}

type Sliding = Pick<ModelArchitecture, 'slidingWindow' | 'slidingLayers'>;

/** Models name their kinds of layers, or are known for which of them slide; else none does, which takes the most. */
function slidingOf(
  decoder: Readonly<Record<string, unknown>>,
  layers: number,
  known: KnownModel | undefined,
): Sliding | string {
  const slidingWindow = count(decoder, 'sliding_window');
  if (Array.isArray(decoder.layer_types)) {
    const other: unknown = decoder.layer_types.find(
      (type) => type !== 'full_attention' && type !== 'sliding_attention',
    );
    if (other !== undefined) {
      return `layers of the type ${JSON.stringify(other)}, whose cache is not computed`;
    }
    const slidingLayers = decoder.layer_types.filter((type) => type === 'sliding_attention').length;
    return slidingLayers === 0 ? {} : { slidingWindow, slidingLayers };
  }
  if (slidingWindow === undefined || decoder.use_sliding_window === false || known?.fullEvery === undefined) {
    return {};
  }
  const fullEvery = count(decoder, 'sliding_window_pattern') ?? known.fullEvery;
  return { slidingWindow, slidingLayers: layers - Math.floor(layers / fullEvery) };
}

/** Embeddings, attention, feed-forward layers with their experts; norms and biases are too small to count. */
function parametersOf(
  figures: ModelArchitecture,
  decoder: Readonly<Record<string, unknown>>,
  { matrices = 3 }: KnownModel,
): number | undefined {
  const { layers = 0, attentionHeads = 0, keyValueHeads = 0, headSize = 0, hiddenSize = 0 } = figures;
  const { intermediateSize = 0, vocabularySize } = figures;
  if (vocabularySize === undefined || hasDenseLayers(decoder)) {
    return undefined;
  }
  const experts = count(decoder, 'num_local_experts', 'num_experts') ?? 1;
  const attention = hiddenSize * headSize * (2 * attentionHeads + 2 * keyValueHeads);
  const feedForward = matrices * hiddenSize * intermediateSize * experts;
  const embeddings = hiddenSize * vocabularySize * (decoder.tie_word_embeddings === true ? 1 : 2);
  return embeddings + layers * (attention + feedForward);
}

/** Whether some layers of a model of experts have none. */
function hasDenseLayers({ mlp_only_layers: dense, decoder_sparse_step: step = 1 }: Readonly<Record<string, unknown>>) {
  return step !== 1 || (Array.isArray(dense) && dense.length > 0);
}
