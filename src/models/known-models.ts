/** What is known of a kind of model beside its `config.json`. */
export interface KnownModel {
  /** What transformers assume where the file does not say it: of what is as they assume, files say nothing. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /**
   * Every how many layers one looks back over the whole context, where there is a window; infinite where none does.
   * @default - not known: all do
   */
  readonly fullEvery?: number;
  /**
   * Matrices of a feed-forward layer.
   * @default 3, with a gate
   */
  readonly matrices?: number;
}

const UNTIED = { tie_word_embeddings: false };
const TIED = { tie_word_embeddings: true };
const GEMMA = { ...TIED, head_dim: 256 };

/** What the text part of Gemma 3 is where its file leaves it out, which those of several sizes do. */
const GEMMA_3 = {
  ...GEMMA,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  vocab_size: 262_208,
  max_position_embeddings: 131_072,
};

/**
 * Models whose parameters are what figures come to: embeddings, attention and feed-forward layers with their experts, and
 * nothing else of size. By `model_type`, with the defaults of transformers 4.57.
 */
const KNOWN_MODELS: Readonly<Record<string, KnownModel>> = {
  cohere: { defaults: TIED },
  cohere2: { defaults: TIED, fullEvery: 4 },
  gemma: { defaults: GEMMA },
  gemma2: { defaults: GEMMA, fullEvery: 2 },
  gemma3_text: { defaults: GEMMA_3, fullEvery: 6 },
  gpt_oss: { defaults: { ...UNTIED, head_dim: 64 }, fullEvery: 2 },
  granite: { defaults: UNTIED },
  llama: { defaults: UNTIED },
  mistral: { defaults: UNTIED, fullEvery: Infinity },
  mixtral: { defaults: UNTIED, fullEvery: Infinity },
  olmo2: { defaults: UNTIED },
  phi3: { defaults: UNTIED },
  qwen2: { defaults: UNTIED },
  qwen3: { defaults: { ...UNTIED, head_dim: 128 } },
  qwen3_moe: { defaults: UNTIED },
  starcoder2: { defaults: TIED, matrices: 2 },
};

/** What is known of the models of a type; undefined where nothing is. */
export function knownModel(type: unknown): KnownModel | undefined {
  return typeof type === 'string' && Object.hasOwn(KNOWN_MODELS, type) ? KNOWN_MODELS[type] : undefined;
}
