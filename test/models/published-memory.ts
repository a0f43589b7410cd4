import { CATALOG } from '../../src/models/catalog';
import type { ModelFigures } from '../../src/models/model-architecture';

/** What somebody's vLLM said about its memory when it started. */
export interface PublishedMemory {
  readonly model: string;
  readonly figures: ModelFigures | undefined;
  /** Name of the accelerator in maas.yaml. */
  readonly accelerator: string;
  readonly gpus?: number;
  /** What vLLM measured, in GiB. */
  readonly memory: number;
  readonly vllm: string;
  /** What was set, or its version had for default. */
  readonly arguments: readonly string[];
  /** GiB on each GPU. */
  readonly weights: number;
  /** GiB on each GPU. */
  readonly cache: number;
  /** Tokens in the cache; left out where they are not published. */
  readonly tokens?: number;
  /** Where it is published. */
  readonly source: string;
  /** Why the sum differs, where it does by more than 2 percent. */
  readonly note?: string;
}

const HEADS = { keyValueHeads: 8, headSize: 128 };

/** By its config.json at Hugging Face, as the models of the catalog. */
const QWEN_2_5_7B: ModelFigures = {
  parameters: 7_615_616_512,
  layers: 28,
  attentionHeads: 28,
  keyValueHeads: 4,
  headSize: 128,
  hiddenSize: 3584,
  intermediateSize: 18_944,
  vocabularySize: 152_064,
  maxModelLength: 32_768,
};

const QWEN_3_14B: ModelFigures = {
  ...HEADS,
  parameters: 14_768_307_200,
  layers: 40,
  attentionHeads: 40,
  hiddenSize: 5120,
  intermediateSize: 17_408,
  vocabularySize: 151_936,
  maxModelLength: 40_960,
};

const QWEN_2_5_32B: ModelFigures = {
  ...HEADS,
  parameters: 32_763_876_352,
  layers: 64,
  attentionHeads: 40,
  hiddenSize: 5120,
  intermediateSize: 27_648,
  vocabularySize: 152_064,
  maxModelLength: 32_768,
};

const LLAMA = CATALOG['llama-3-1-8b']?.figures;

const PLANNER = 'github.com/llm-d-incubation/llm-d-planner, accuracy/results/v0.19.0/accuracy_report.md (fbd68515a903)';

/** Runs on the H100: three tokens of four at most, and what that vLLM has for default. */
const H100 = {
  accelerator: 'nvidia-h100',
  memory: 79.19,
  vllm: '0.19.0',
  arguments: ['--gpu-memory-utilization=0.95', '--max-num-seqs=1024'],
  source: PLANNER,
};

export const PUBLISHED: readonly PublishedMemory[] = [
  { ...H100, model: 'Llama-3.1-8B-Instruct', figures: LLAMA, weights: 14.99, cache: 58.11, tokens: 476_016 },
  {
    ...H100,
    model: 'Llama-3.1-8B-Instruct, FP8 at start',
    figures: LLAMA,
    arguments: [...H100.arguments, '--quantization=fp8'],
    weights: 8.49,
    cache: 64.61,
  },
  {
    ...H100,
    model: 'Llama-3.1-8B-Instruct, FP8 cache',
    figures: LLAMA,
    arguments: [...H100.arguments, '--kv-cache-dtype=fp8'],
    weights: 14.99,
    cache: 58.11,
    tokens: 952_032,
  },
  { ...H100, model: 'Qwen2.5-7B-Instruct', figures: QWEN_2_5_7B, weights: 14.25, cache: 58.53, tokens: 1_096_000 },
  {
    ...H100,
    model: 'Qwen3-14B',
    figures: QWEN_3_14B,
    vllm: '0.18.0',
    weights: 27.52,
    cache: 45.23,
    source: 'github.com/llm-d-incubation/llm-d-planner, accuracy/accuracy_report.md (875a4fd609ee)',
  },
  {
    ...H100,
    model: 'Qwen3-32B',
    figures: CATALOG['qwen3-32b']?.figures,
    gpus: 2,
    memory: 79.18,
    vllm: 'before 0.17',
    arguments: ['--gpu-memory-utilization=0.9', '--max-num-seqs=1024'],
    weights: 30.59,
    cache: 34.49,
    source: 'github.com/llm-d/llm-d-benchmark, config_explorer/empirical-vllm-memory-results.md',
    note: 'before 0.17 vLLM took 5.64 GiB for activations, and 0.54 GiB for libraries',
  },
  {
    model: 'gpt-oss-20b',
    figures: CATALOG['gpt-oss-20b']?.figures,
    accelerator: 'nvidia-a100-80gb',
    memory: 79.14,
    vllm: '0.19.0',
    arguments: ['--gpu-memory-utilization=0.65', '--max-num-seqs=256'],
    weights: 13.72,
    cache: 36.56,
    source: 'myoceane.fr/index.php/ai-vllm-a100-gemma-4; memory of the GPU not given there, as vLLM sees it elsewhere',
  },
  {
    model: 'Llama-3.1-8B-Instruct',
    figures: LLAMA,
    accelerator: 'nvidia-a10g',
    memory: 22.07,
    vllm: '0.7, by its log',
    arguments: ['--gpu-memory-utilization=0.9', '--max-num-seqs=256'],
    weights: 14.99,
    cache: 4.6,
    tokens: 37_696,
    source:
      'github.com/oracle-samples/oci-data-science-ai-samples, ai-quick-actions/troubleshooting-tips.md (6a67e1f4b663), on an A10',
    note: 'that vLLM counted 0.22 GiB of activations and 0.05 GiB of libraries',
  },
  {
    model: 'Qwen2.5-32B-Instruct',
    figures: QWEN_2_5_32B,
    accelerator: 'nvidia-l40s',
    gpus: 2,
    memory: 44.42,
    vllm: '0.7, by its log',
    // Without chunked prefill, which that vLLM had off, the whole context is computed at once.
    arguments: ['--gpu-memory-utilization=0.9', '--max-num-seqs=256', '--max-num-batched-tokens=10000'],
    weights: 30.71,
    cache: 7.71,
    tokens: 63_152,
    source: 'github.com/vllm-project/vllm/issues/15815',
    note: 'a hundredth of the weights is a thirtieth of the cache',
  },
];
