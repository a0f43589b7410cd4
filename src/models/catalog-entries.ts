import type { CatalogEntry } from './catalog';
import type { ModelFigures } from './model-architecture';
import type { ModelResources } from './model-size';

/** CPU and memory of a replica, by about how many billion parameters its model has. */
export const RESOURCES = {
  /** Less than 2. */
  small: { requests: { cpu: '1', memory: '4Gi' }, limits: { cpu: '4', memory: '8Gi' } },
  /** Up to 20. */
  medium: { requests: { cpu: '2', memory: '16Gi' }, limits: { cpu: '8', memory: '32Gi' } },
  /** More. */
  large: { requests: { cpu: '8', memory: '64Gi' }, limits: { cpu: '16', memory: '128Gi' } },
  simulator: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
} as const satisfies Readonly<Record<string, ModelResources>>;

/** What most decoders have in common: heads of 128, eight of them for keys and values. */
const GROUPED: Pick<ModelFigures, 'keyValueHeads' | 'headSize'> = { keyValueHeads: 8, headSize: 128 };

/** Clients call tools, which vLLM has to read out of what the model says. */
function toolCalls(parser: string): string[] {
  return ['--enable-auto-tool-choice', `--tool-call-parser=${parser}`];
}

/** The seed's five models under the seed's names. */
const SEED: Readonly<Record<string, CatalogEntry>> = {
  simulator: {
    inferenceService: 'vllm-simulator',
    servedName: 'simulator-model',
    runtime: 'simulator',
    resources: RESOURCES.simulator,
  },
  qwen3: {
    inferenceService: 'qwen3-0-6b-instruct',
    servedName: 'qwen3-0-6b-instruct',
    runtime: 'vllm',
    source: 'hf://Qwen/Qwen3-0.6B',
    licence: 'Apache-2.0',
    accelerator: 'nvidia',
    resources: RESOURCES.small,
    maxModelLength: 6144,
    figures: {
      ...GROUPED,
      parameters: 596_049_920,
      layers: 28,
      attentionHeads: 16,
      hiddenSize: 1024,
      intermediateSize: 3072,
      vocabularySize: 151_936,
      maxModelLength: 40_960,
    },
  },
  granite: {
    inferenceService: 'granite-8b-code-instruct-128k',
    servedName: 'granite-8b-code-instruct-128k',
    runtime: 'vllm',
    source: 'hf://ibm-granite/granite-8b-code-instruct-128k',
    licence: 'Apache-2.0',
    accelerator: 'nvidia',
    resources: RESOURCES.medium,
    maxModelLength: 16384,
    figures: {
      ...GROUPED,
      parameters: 8_054_030_336,
      layers: 36,
      attentionHeads: 32,
      hiddenSize: 4096,
      intermediateSize: 14_336,
      vocabularySize: 49_152,
      maxModelLength: 128_000,
    },
  },
  mistral: {
    inferenceService: 'mistral-7b-instruct',
    servedName: 'mistral-7b-instruct',
    runtime: 'vllm',
    source: 'hf://mistralai/Mistral-7B-Instruct-v0.3',
    licence: 'Apache-2.0',
    accelerator: 'nvidia',
    resources: RESOURCES.medium,
    maxModelLength: 16384,
    figures: {
      ...GROUPED,
      parameters: 7_248_023_552,
      layers: 32,
      attentionHeads: 32,
      hiddenSize: 4096,
      intermediateSize: 14_336,
      vocabularySize: 32_768,
      maxModelLength: 32_768,
    },
  },
  nomic: {
    inferenceService: 'nomic-embed-text-v1-5',
    servedName: 'nomic-embed-text-v1-5',
    runtime: 'vllm',
    source: 'hf://nomic-ai/nomic-embed-text-v1.5',
    licence: 'Apache-2.0',
    accelerator: 'nvidia',
    resources: RESOURCES.small,
    maxModelLength: 2048,
    arguments: ['--runner=pooling', '--trust-remote-code'],
    figures: {
      parameters: 136_731_648,
      layers: 12,
      attentionHeads: 12,
      keyValueHeads: 0,
      headSize: 64,
      hiddenSize: 768,
      intermediateSize: 3072,
      vocabularySize: 30_528,
      // Trained for 2,048; vLLM takes 8,192 only with RoPE scaling by --hf-overrides.
      maxModelLength: 2048,
    },
  },
};

const LLAMA_3 = { ...GROUPED, vocabularySize: 128_256, maxModelLength: 131_072 };

/** What people serve today. */
const TODAY: Readonly<Record<string, CatalogEntry>> = {
  'llama-3-1-8b': {
    inferenceService: 'llama-3-1-8b-instruct',
    servedName: 'llama-3-1-8b-instruct',
    runtime: 'vllm',
    source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
    licence: 'Llama 3.1 Community License',
    gated: true,
    accelerator: 'nvidia-l40s',
    resources: RESOURCES.medium,
    maxModelLength: 32_768,
    arguments: toolCalls('llama3_json'),
    figures: {
      ...LLAMA_3,
      parameters: 8_030_261_248,
      layers: 32,
      attentionHeads: 32,
      hiddenSize: 4096,
      intermediateSize: 14_336,
    },
  },
  'llama-3-3-70b': {
    inferenceService: 'llama-3-3-70b-instruct',
    servedName: 'llama-3-3-70b-instruct',
    runtime: 'vllm',
    source: 'hf://meta-llama/Llama-3.3-70B-Instruct',
    licence: 'Llama 3.3 Community License',
    gated: true,
    accelerator: 'nvidia-h100',
    gpus: 4,
    resources: RESOURCES.large,
    maxModelLength: 32_768,
    arguments: toolCalls('llama3_json'),
    figures: {
      ...LLAMA_3,
      parameters: 70_553_706_496,
      layers: 80,
      attentionHeads: 64,
      hiddenSize: 8192,
      intermediateSize: 28_672,
    },
  },
  'qwen3-32b': {
    inferenceService: 'qwen3-32b',
    servedName: 'qwen3-32b',
    runtime: 'vllm',
    source: 'hf://Qwen/Qwen3-32B',
    licence: 'Apache-2.0',
    accelerator: 'nvidia-h100',
    gpus: 2,
    resources: RESOURCES.large,
    maxModelLength: 32_768,
    arguments: [...toolCalls('hermes'), '--reasoning-parser=qwen3'],
    figures: {
      ...GROUPED,
      parameters: 32_762_123_264,
      layers: 64,
      attentionHeads: 64,
      hiddenSize: 5120,
      intermediateSize: 25_600,
      vocabularySize: 151_936,
      maxModelLength: 40_960,
    },
  },
  'gpt-oss-20b': {
    inferenceService: 'gpt-oss-20b',
    servedName: 'gpt-oss-20b',
    runtime: 'vllm',
    source: 'hf://openai/gpt-oss-20b',
    licence: 'Apache-2.0',
    accelerator: 'nvidia-l40s',
    resources: RESOURCES.medium,
    maxModelLength: 131_072,
    arguments: toolCalls('openai'),
    figures: {
      parameters: 20_914_757_184,
      layers: 24,
      attentionHeads: 64,
      keyValueHeads: 8,
      headSize: 64,
      hiddenSize: 2880,
      intermediateSize: 2880,
      expertsPerToken: 4,
      vocabularySize: 201_088,
      maxModelLength: 131_072,
      slidingWindow: 128,
      slidingLayers: 12,
      // MXFP4 takes 4.25; vLLM pads the experts for its kernels, which makes 13.47 to 13.72 GiB of 12.8.
      weightBits: 4.6,
      quantization: 'mxfp4',
      unquantizedBillions: 1.8,
    },
  },
  'phi-4': {
    inferenceService: 'phi-4',
    servedName: 'phi-4',
    runtime: 'vllm',
    source: 'hf://microsoft/phi-4',
    licence: 'MIT',
    accelerator: 'nvidia-l40s',
    resources: RESOURCES.medium,
    maxModelLength: 16_384,
    figures: {
      parameters: 14_659_507_200,
      layers: 40,
      attentionHeads: 40,
      keyValueHeads: 10,
      headSize: 128,
      hiddenSize: 5120,
      intermediateSize: 17_920,
      vocabularySize: 100_352,
      maxModelLength: 16_384,
    },
  },
  'bge-m3': {
    inferenceService: 'bge-m3',
    servedName: 'bge-m3',
    runtime: 'vllm',
    source: 'hf://BAAI/bge-m3',
    licence: 'MIT',
    accelerator: 'nvidia',
    resources: RESOURCES.small,
    maxModelLength: 8192,
    arguments: ['--runner=pooling'],
    figures: {
      parameters: 567_754_752,
      layers: 24,
      attentionHeads: 16,
      keyValueHeads: 0,
      headSize: 64,
      hiddenSize: 1024,
      intermediateSize: 4096,
      vocabularySize: 250_002,
      maxModelLength: 8192,
    },
  },
};

/** Every model that needs only its name in maas.yaml; docs/choosing-a-gpu.md names the sources of the figures. */
export const ENTRIES: Readonly<Record<string, CatalogEntry>> = { ...SEED, ...TODAY };
