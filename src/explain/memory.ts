import { acceleratorOf } from '../config/accelerators';
import { gibibytes, memoryQuestion } from '../config/memory-question';
import { count } from '../config/problem';
import type { ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import type { Accelerator } from '../models/accelerator';
import { checkMemory } from '../models/memory-check';
import type { ModelFigures } from '../models/model-architecture';
import { CPU_CACHE_GIBIBYTES, planMemory, type MemoryPlan } from '../models/vllm-memory';
import { readServing, type Serving } from '../models/vllm-serving';
import { formatNumber } from './words';

/** What a model takes of its accelerator's memory, in bytes for each, with what is told of it. */
export interface MemoryExplanation {
  /** What vLLM may take. */
  readonly budget: number;
  readonly weights: number;
  readonly activations: number;
  readonly libraries: number;
  /** What is left for the KV cache. */
  readonly cache: number;
  /** Tokens that the cache holds; absent where it is not known, or the model keeps none. */
  readonly cacheTokens?: number;
  /** Sequences of the whole context that the cache holds at once; absent as `cacheTokens`. */
  readonly sequencesAtOnce?: number;
  readonly words: string[];
}

/** What is not known of it, in words; nothing for the simulator. */
export interface UnknownMemory {
  readonly words: string[];
}

/** Whether and how a model fits its accelerator. */
export function explainMemory(
  settings: PlatformSettings,
  model: ModelSettings,
): MemoryExplanation | UnknownMemory | undefined {
  if (model.accelerator === undefined) {
    return undefined;
  }
  const accelerator = acceleratorOf(model.accelerator, settings);
  const answer = checkMemory(memoryQuestion(model, accelerator));
  if (typeof answer === 'string' || model.figures === undefined) {
    return { words: [`not checked: ${String(answer)}`, ...leastWords(model, accelerator)] };
  }
  const { plan, serving } = answer;
  const { budget, weights, activations, libraries, cache } = plan;
  const room = roomOf(plan);
  const { maxNumBatchedTokens: batch } = serving;
  return {
    budget,
    weights,
    activations,
    libraries,
    cache,
    cacheTokens: room?.tokens,
    sequencesAtOnce: room?.sequences,
    words: [
      `${gibibytes(weights)} weights: ${weightWords(model, serving)}`,
      `${gibibytes(activations)} activations: ${formatNumber(batch)} tokens computed at once`,
      `${gibibytes(libraries)} libraries`,
      ...cacheWords(plan, serving, model),
      budgetWords(plan, serving, accelerator),
      ...adapterWords(model),
    ],
  };
}

/** What the KV cache holds. */
interface CacheRoom {
  readonly tokens: number;
  /** Sequences of the whole context. */
  readonly sequences: number;
  /** Bytes of one. */
  readonly sequence: number;
  /** Tokens of one. */
  readonly context: number;
}

/** What the KV cache holds; undefined where that is not known, or the model keeps none. */
function roomOf({ cache, sequence, maxModelLength: context }: MemoryPlan): CacheRoom | undefined {
  return sequence === undefined || sequence === 0 || context === undefined
    ? undefined
    : { tokens: Math.floor(cache / (sequence / context)), sequences: cache / sequence, sequence, context };
}

/** What a GPU of unknown memory has to have. */
function leastWords(model: ModelSettings, accelerator: Accelerator): string[] {
  const question = memoryQuestion(model, accelerator);
  const serving = readServing(question, accelerator);
  if (model.figures === undefined || accelerator.memoryMebibytes !== undefined || typeof serving === 'string') {
    return [];
  }
  const { weights, activations, libraries, sequence = 0 } = planMemory(model.figures, serving, accelerator, 0);
  const least = (weights + activations + libraries + sequence) / serving.gpuMemoryUtilization;
  return [`vLLM starts where each has at least ${gibibytes(least)}, of which it takes ${serving.gpuMemoryUtilization}`];
}

function weightWords({ figures, gpus }: ModelSettings, { bytes, weightBits = figures?.weightBits }: Serving): string {
  const billions = formatNumber(Math.round((figures?.parameters ?? 0) / 1e7) / 100);
  const split = gpus === 1 ? '' : `, split over ${gpus}`;
  return `${billions} billion parameters of ${formatNumber(weightBits ?? 8 * bytes)} bit${publishedWords(figures)}${split}`;
}

function publishedWords({ dtype, weightBits }: Partial<ModelFigures> = {}): string {
  if (dtype === undefined) {
    return '';
  }
  return weightBits === undefined ? `, published as ${dtype}` : `, but what is not quantized: ${dtype}`;
}

function cacheWords(plan: MemoryPlan, { maxNumSeqs }: Serving, { figures }: ModelSettings): string[] {
  if (plan.sequence === 0) {
    return ['no KV cache: the model keeps none'];
  }
  const room = roomOf(plan);
  if (room === undefined) {
    const reason = figures?.layers === undefined ? 'its figures are not known' : 'its longest context is not said';
    return [`${gibibytes(plan.cache)} left for KV cache, which is not checked: ${reason}`];
  }
  const atOnce = formatNumber(Math.floor(10 * room.sequences) / 10);
  const context = `${formatNumber(room.context)} tokens`;
  const all = maxNumSeqs * room.sequence;
  const running = `all ${count(maxNumSeqs, 'sequence')} that may run`;
  return [
    `${gibibytes(plan.cache)} KV cache: ${formatNumber(room.tokens)} tokens, ${atOnce} sequences of ${context} at once`,
    all <= plan.cache
      ? `${running} have room for ${context}`
      : `${running} would need ${gibibytes(all)} for ${context} each: with less, vLLM lets some wait`,
  ];
}

/** vLLM reserves room for every adapter beside the weights. */
function adapterWords({ adapters }: ModelSettings): string[] {
  return adapters.length === 0 ? [] : [`${count(adapters.length, 'adapter')} not counted: they take from the KV cache`];
}

function budgetWords(
  { budget, memory }: MemoryPlan,
  serving: Serving,
  { name, family, sharedBy }: Accelerator,
): string {
  if (family === 'cpu') {
    return `${gibibytes(budget)} in all: the memory limit of the container, with ${CPU_CACHE_GIBIBYTES} GiB for the KV cache`;
  }
  const shared = sharedBy === 1 ? '' : `, shared by ${sharedBy} pods without isolation`;
  return `${gibibytes(budget)} in all, on each ${name}: ${serving.gpuMemoryUtilization} of ${gibibytes(memory)}${shared}`;
}
