import { CATALOG } from '../../src/models/catalog';
import { readConfigFigures } from '../../src/models/hugging-face-config';
import { PUBLISHED_SIZES } from './published-sizes';

/** What the file of a Llama has, as far as it counts. */
const LLAMA = {
  model_type: 'llama',
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  hidden_size: 4096,
  intermediate_size: 14_336,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
  tie_word_embeddings: false,
};

function read(change: object) {
  const result = readConfigFigures({ ...LLAMA, ...change });
  if (typeof result === 'string') {
    throw new Error(result);
  }
  return result;
}

test('the file of a model of the catalog gives what the catalog has', () => {
  const { architecture, parameters = 0 } = read({});
  const { parameters: known = 0, ...figures } = CATALOG['llama-3-1-8b']?.figures ?? { parameters: 0 };
  expect({ ...architecture, expertsPerToken: undefined, weightBits: undefined }).toEqual(figures);
  expect(Math.abs(parameters / known - 1)).toBeLessThan(0.001);
});

test.each<[string, object, object]>([
  ['heads of a size of their own', { head_dim: 64 }, { headSize: 64 }],
  ['heads that share no keys', { num_key_value_heads: undefined }, { keyValueHeads: 32 }],
  ['an encoder, without a KV cache', { model_type: 'xlm-roberta' }, { keyValueHeads: 0 }],
  ['experts', { moe_intermediate_size: 768, num_experts_per_tok: 8 }, { intermediateSize: 768, expertsPerToken: 8 }],
  ['one head for all queries', { multi_query: true, num_key_value_heads: undefined }, { keyValueHeads: 1 }],
  [
    'the heads of Falcon',
    { new_decoder_architecture: true, multi_query: true, num_kv_heads: 16 },
    { keyValueHeads: 16 },
  ],
  [
    'a window of all layers',
    { model_type: 'mistral', sliding_window: 4096 },
    { slidingWindow: 4096, slidingLayers: 32 },
  ],
  ['a window of unknown layers', { sliding_window: 4096 }, { slidingWindow: undefined, layers: 32 }],
  ['a window of an unknown model', { model_type: 'x', sliding_window: 9 }, { slidingWindow: undefined, layers: 32 }],
  ['the layers of Gemma 2', { model_type: 'gemma2', sliding_window: 4096 }, { slidingWindow: 4096, slidingLayers: 16 }],
  [
    'the layers of Gemma 3',
    { model_type: 'gemma3_text', sliding_window: 512 },
    { slidingWindow: 512, slidingLayers: 27 },
  ],
  [
    'the layers of Gemma 3, as its file says',
    { model_type: 'gemma3_text', sliding_window: 512, sliding_window_pattern: 4 },
    { slidingWindow: 512, slidingLayers: 24 },
  ],
  ['the layers of Command R7B', { model_type: 'cohere2', sliding_window: 4096 }, { slidingLayers: 24 }],
  ['the layers of gpt-oss', { model_type: 'gpt_oss', sliding_window: 128 }, { slidingLayers: 16 }],
  [
    'a window that is switched off',
    { sliding_window: 4096, use_sliding_window: false },
    { slidingWindow: undefined, layers: 32 },
  ],
  ['no window', { sliding_window: null }, { slidingWindow: undefined, layers: 32 }],
  [
    'kinds of layers',
    { sliding_window: 128, layer_types: ['sliding_attention', 'full_attention', 'sliding_attention'] },
    { slidingWindow: 128, slidingLayers: 2 },
  ],
  [
    'full layers only',
    { sliding_window: 128, layer_types: ['full_attention'] },
    { slidingWindow: undefined, layers: 32 },
  ],
  ['FP8', { quantization_config: { quant_method: 'fp8' } }, { weightBits: 8, quantization: 'fp8' }],
  [
    'FP8 of Meta',
    { quantization_config: { quant_method: 'fbgemm_fp8' } },
    { weightBits: 8, quantization: 'fbgemm_fp8' },
  ],
  [
    'FP8 of NVIDIA',
    { quantization_config: { quant_method: 'modelopt', quant_algo: 'FP8' } },
    { weightBits: 8, quantization: 'modelopt' },
  ],
  [
    'FP8 of NVIDIA as it was',
    { quantization_config: { producer: { name: 'modelopt' }, quantization: { quant_algo: 'FP8' } } },
    { weightBits: 8, quantization: 'modelopt' },
  ],
  [
    'NVFP4',
    { quantization_config: { quant_method: 'modelopt', quant_algo: 'nvfp4' } },
    { weightBits: 4.5, quantization: 'modelopt_fp4' },
  ],
  ['AWQ', { quantization_config: { quant_method: 'awq', bits: 4 } }, { weightBits: 4.25 }],
  ['GPTQ of 8 bit', { quantization_config: { quant_method: 'gptq', bits: 8 } }, { weightBits: 8 }],
  ['MXFP4', { quantization_config: { quant_method: 'mxfp4' } }, { weightBits: 4.25 }],
  [
    'compressed tensors',
    {
      quantization_config: {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 8 } } },
      },
    },
    { weightBits: 8, quantization: 'compressed-tensors' },
  ],
  [
    'NVFP4 of compressed tensors',
    {
      quantization_config: {
        quant_method: 'compressed-tensors',
        format: 'nvfp4-pack-quantized',
        config_groups: { group_0: { weights: { num_bits: 4 } } },
      },
    },
    { weightBits: 4.5 },
  ],
  ['the least of several lengths', { seq_length: 8192 }, { maxModelLength: 8192 }],
  ['the length of Command R', { model_max_length: 200_000 }, { maxModelLength: 200_000 }],
  ['scaling that is counted', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, { maxModelLength: 131_072 }],
  ['linear scaling', { rope_scaling: { type: 'linear', factor: 2 } }, { maxModelLength: 262_144 }],
  [
    'YaRN',
    { rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 40_960 } },
    { maxModelLength: 163_840 },
  ],
  ['no factor', { rope_parameters: { rope_type: 'default' } }, { maxModelLength: 131_072 }],
  [
    'the length of Gemma 3, which is scaled',
    { model_type: 'gemma3_text', rope_scaling: { rope_type: 'linear', factor: 8 } },
    { maxModelLength: 131_072 },
  ],
  ['the names of GPT-2', { n_inner: null }, { intermediateSize: 14_336 }],
])('reads %s', (_, change, expected) => {
  const { architecture } = read(change);
  expect({ slidingWindow: undefined, ...architecture }).toMatchObject(expected);
});

test('the decoder of a model that also sees gives figures, and no size', () => {
  const { architecture, parameters } = read({ text_config: { ...LLAMA, num_hidden_layers: 40 }, vision_config: {} });
  expect(architecture.layers).toBe(40);
  expect(parameters).toBeUndefined();
});

test('experts and tied embeddings count in the size', () => {
  const dense = read({}).parameters ?? 0;
  expect(read({ tie_word_embeddings: true }).parameters).toBe(dense - 4096 * 128_256);
  expect(read({ model_type: 'mixtral', num_local_experts: 8 }).parameters).toBe(dense + 7 * 32 * 3 * 4096 * 14_336);
});

test.each<[unknown, string]>([
  [[], 'no map'],
  [null, 'no map'],
  [{}, 'no num_hidden_layers, num_attention_heads and hidden_size'],
  [{ ...LLAMA, num_hidden_layers: '32' }, 'no num_hidden_layers, num_attention_heads and hidden_size'],
  [{ ...LLAMA, hidden_size: 1e300 }, 'no num_hidden_layers, num_attention_heads and hidden_size'],
  [{ ...LLAMA, kv_lora_rank: 512 }, 'a model with "kv_lora_rank", whose cache is not computed'],
  [
    { ...LLAMA, layer_types: ['linear_attention'] },
    'layers of the type "linear_attention", whose cache is not computed',
  ],
  [{ ...LLAMA, quantization_config: { quant_method: 'aqlm' } }, 'the quantization "aqlm", whose bits are not known'],
  [
    { ...LLAMA, hybrid_override_pattern: 'M-M*' },
    'a model with "hybrid_override_pattern", whose cache is not computed',
  ],
  [
    { ...LLAMA, quantization_config: { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION' } },
    'the quantization "modelopt", whose bits are not known',
  ],
  [{ ...LLAMA, quantization_config: {} }, 'the quantization null, whose bits are not known'],
])('of %j says: %s', (config, reason) => {
  expect(readConfigFigures(config)).toBe(reason);
});

test.each<[string, object]>([
  ['a kind that is not known', { model_type: 'falcon' }],
  ['no kind', { model_type: undefined }],
  ['a kind with the name of what every object has', { model_type: 'constructor' }],
  ['an encoder', { model_type: 'bert' }],
  ['some layers without experts', { model_type: 'qwen3_moe', mlp_only_layers: [0] }],
  ['experts in every other layer', { model_type: 'qwen3_moe', decoder_sparse_step: 2 }],
  ['no vocabulary', { vocab_size: undefined }],
])('computes no size of %s', (_, change) => {
  expect(read(change).parameters).toBeUndefined();
});

describe.each(PUBLISHED_SIZES)('$model', ({ config, billions }) => {
  test('has the size of its model card', () => {
    const figures = readConfigFigures(config);
    const { parameters = 0 } = typeof figures === 'string' ? {} : figures;
    expect(Math.abs(parameters / 1e9 / billions - 1)).toBeLessThan(0.01);
  });
});
