import type { Accelerator } from './accelerator';
import type { ModelFigures } from './model-architecture';
import type { Serving } from './vllm-serving';

/** Bytes of a GiB. */
export const GIBIBYTE = 2 ** 30;

const MEBIBYTE = 2 ** 20;

/**
 * What vLLM takes beside weights and activations: cuBLAS, NCCL and the like. Measured with vLLM 0.18 and 0.19 on the H100:
 * 0.25 GiB with one GPU, 2.07 to 2.17 GiB with two and four, which multicast; 0.25 to 0.36 GiB with GPUs that do not.
 */
const LIBRARIES = { oneGpu: 0.25 * GIBIBYTE, severalGpus: 0.4 * GIBIBYTE, multicast: 2.15 * GIBIBYTE } as const;

/**
 * Bytes a logit takes at the peak: sampling has vLLM keep four copies of 32 bit. 3.7 to 4.0 of them were measured with
 * vLLM 0.19 for Llama, Qwen, Phi-4 and gpt-oss.
 */
const BYTES_PER_LOGIT = 16;

/** Activations of a model of which only the size is known: more than any model of the catalog has. */
const UNKNOWN_ACTIVATIONS = GIBIBYTE;

/** A CUDA context, which vLLM does not count, and without room for which it does not start. 0.51 GiB on the H100. */
export const CONTEXT_BYTES = 0.5 * GIBIBYTE;

/** What vLLM for the CPU keeps for its cache: `VLLM_CPU_KVCACHE_SPACE` of its ServingRuntime, in GiB. */
export const CPU_CACHE_GIBIBYTES = 4;

/** Python, PyTorch and oneDNN of vLLM for the CPU; an estimate, not measured. */
const CPU_LIBRARIES = 2 * GIBIBYTE;

/** Tokens of a block of the KV cache. */
const BLOCK = 16;

/** What vLLM allocates on each GPU, in bytes. */
export interface MemoryPlan {
  /** Memory of a GPU, or of the container where there is none. */
  readonly memory: number;
  /** What vLLM may take of it. */
  readonly budget: number;
  readonly weights: number;
  readonly activations: number;
  readonly libraries: number;
  /** What is left for the KV cache; negative where even the rest has no room. */
  readonly cache: number;
  /** KV cache of one sequence of the whole context; undefined where figures or context are not known. */
  readonly sequence?: number;
  /** Longest context in tokens; undefined where it is not known. */
  readonly maxModelLength?: number;
}

/**
 * Computes what vLLM allocates on each GPU, as it does itself before it starts:
 * `memory × utilization − weights − activations − libraries` is its KV cache. What it captures of CUDA graphs it adds to
 * that from vLLM 0.21 on; the pinned 0.18.1 takes them, like its CUDA context, from what the utilization leaves.
 * @param memory memory of one GPU in bytes, or of the container
 */
export function planMemory(
  model: ModelFigures,
  serving: Serving,
  accelerator: Accelerator,
  memory: number,
): MemoryPlan {
  const isCpu = accelerator.family === 'cpu';
  const budget = isCpu ? memory : memory * serving.gpuMemoryUtilization;
  const weights = weightBytes(model, serving) / serving.tensorParallelSize;
  const activations = activationBytes(model, serving);
  const libraries = isCpu ? CPU_LIBRARIES : libraryBytes(serving, accelerator);
  const left = budget - weights - activations - libraries;
  const maxModelLength = contextOf(model, serving);
  return {
    memory,
    budget,
    weights,
    activations,
    libraries,
    cache: isCpu ? Math.min(left, CPU_CACHE_GIBIBYTES * GIBIBYTE) : left,
    sequence: maxModelLength === undefined ? undefined : sequenceBytes(model, serving, maxModelLength),
    maxModelLength,
  };
}

/** Memory of an accelerator in bytes; of the CPU that of the container. */
export function memoryOf({ family, memoryMebibytes }: Accelerator, containerBytes: number): number | undefined {
  return family === 'cpu' ? containerBytes : memoryMebibytes && memoryMebibytes * MEBIBYTE;
}

/** Whether vLLM starts: there is room for one sequence of the whole context, or at least for the rest. */
export function startsWith({ cache, sequence = 1 }: MemoryPlan, accelerator: Accelerator): boolean {
  const least = accelerator.family === 'cpu' && sequence > 0 ? CPU_CACHE_GIBIBYTES * GIBIBYTE : 1;
  return cache >= Math.max(sequence, least);
}

/** KV cache of a sequence of some tokens on each GPU, in bytes; undefined where the figures are not known. */
export function sequenceBytes(model: ModelFigures, serving: Serving, tokens: number): number | undefined {
  const { layers, keyValueHeads, headSize, slidingWindow } = model;
  if (keyValueHeads === 0) {
    return 0;
  }
  if (layers === undefined || keyValueHeads === undefined || headSize === undefined) {
    return undefined;
  }
  const sliding = slidingWindow === undefined ? 0 : Math.min(model.slidingLayers ?? layers, layers);
  // A sliding layer keeps its window, what is computed at once, and a block more.
  const kept = Math.min((slidingWindow ?? 0) - 1 + serving.maxNumBatchedTokens, tokens);
  const heads = Math.ceil(keyValueHeads / serving.tensorParallelSize);
  const perToken = 2 * heads * headSize * serving.cacheBytes;
  const tokenLayers = (layers - sliding) * inBlocks(tokens) + sliding * (sliding === 0 ? 0 : inBlocks(kept) + BLOCK);
  return perToken * tokenLayers;
}

/** The longest context up to the one planned of which a sequence fits into the cache, in tokens; 0 where none does. */
export function longestContext(model: ModelFigures, serving: Serving, plan: MemoryPlan): number {
  const { cache, maxModelLength: most = model.maxModelLength ?? 1e8 } = plan;
  let [fits, tooLong] = [0, Math.floor(most / BLOCK) + 1];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    const bytes = sequenceBytes(model, serving, middle * BLOCK);
    if (bytes !== undefined && bytes <= cache) {
      fits = middle;
    } else {
      tooLong = middle;
    }
  }
  return fits * BLOCK;
}

function inBlocks(tokens: number): number {
  return Math.ceil(tokens / BLOCK) * BLOCK;
}

function contextOf(model: ModelFigures, { maxModelLength }: Serving): number | undefined {
  return maxModelLength === 'auto' ? undefined : (maxModelLength ?? model.maxModelLength);
}

/** Weights of the whole model. Embeddings stay as they are when the rest is quantized. */
export function weightBytes(
  model: ModelFigures,
  { bytes, weightBits = model.weightBits }: Pick<Serving, 'bytes' | 'weightBits'>,
): number {
  const { parameters, hiddenSize = 0, vocabularySize = 0, unquantizedBillions } = model;
  if (weightBits === undefined || weightBits >= 8 * bytes) {
    return parameters * bytes;
  }
  const embeddings = Math.min(2 * hiddenSize * vocabularySize, parameters);
  const unquantized = Math.min(unquantizedBillions === undefined ? embeddings : unquantizedBillions * 1e9, parameters);
  return unquantized * bytes + ((parameters - unquantized) * weightBits) / 8;
}

/** The peak of a step: the logits of every sequence while they are sampled, or a layer's feed-forward. */
function activationBytes(model: ModelFigures, serving: Serving): number {
  const { hiddenSize, intermediateSize, vocabularySize, expertsPerToken = 1, keyValueHeads } = model;
  if (hiddenSize === undefined || intermediateSize === undefined || vocabularySize === undefined) {
    return UNKNOWN_ACTIVATIONS;
  }
  const { maxNumBatchedTokens, maxNumSeqs, tensorParallelSize, bytes } = serving;
  const inner = (3 * intermediateSize * expertsPerToken) / tensorParallelSize;
  const layer = maxNumBatchedTokens * (inner + 4 * hiddenSize) * bytes;
  const sampled = keyValueHeads === 0 ? 0 : Math.min(maxNumSeqs, maxNumBatchedTokens);
  return Math.max(layer, sampled * vocabularySize * BYTES_PER_LOGIT);
}

function libraryBytes({ tensorParallelSize }: Serving, { hasMulticast }: Accelerator): number {
  if (tensorParallelSize === 1) {
    return LIBRARIES.oneGpu;
  }
  return hasMulticast ? LIBRARIES.multicast : LIBRARIES.severalGpus;
}
