import { CONTEXT_BYTES, memoryOf, planMemory, startsWith, type MemoryPlan } from './vllm-memory';
import { readServing, type Serving } from './vllm-serving';
import { obstaclesTo, type StartQuestion } from './vllm-start';

/** A model, and the memory that it is served in. */
export interface MemoryQuestion extends StartQuestion {
  /** Memory limit of the container in bytes; what counts without an accelerator. */
  readonly containerBytes: number;
}

/** What of the memory keeps vLLM from starting. */
export type Misfit = 'memory' | 'utilization';

/** Whether a model fits, with all that was computed. */
export interface MemoryAnswer {
  readonly serving: Serving;
  readonly plan: MemoryPlan;
  /** What of the memory keeps vLLM from starting; undefined where nothing does. */
  readonly misfit?: Misfit;
}

/**
 * Whether a model has the memory to start on its accelerators.
 * @returns why that is not known, where it is not
 */
export function checkMemory(question: MemoryQuestion): MemoryAnswer | string {
  const { figures, accelerator } = question;
  if (figures === undefined) {
    return 'the size of the model is not known';
  }
  const memory = memoryOf(accelerator, question.containerBytes);
  if (memory === undefined) {
    return `the memory of ${accelerator.name} is not known`;
  }
  const serving = readServing(question, accelerator);
  if (typeof serving === 'string') {
    return serving;
  }
  const plan = planMemory(figures, serving, accelerator, memory);
  return { serving, plan, misfit: misfitOf(question, serving, plan) };
}

/** Whether vLLM certainly starts, as far as is computed. */
export function isFit(question: MemoryQuestion): boolean {
  const answer = checkMemory(question);
  return typeof answer !== 'string' && answer.misfit === undefined && obstaclesTo(question).length === 0;
}

function misfitOf({ accelerator }: MemoryQuestion, serving: Serving, plan: MemoryPlan): Misfit | undefined {
  if (accelerator.family !== 'cpu' && !hasRoomForContexts(serving, plan, accelerator)) {
    return 'utilization';
  }
  return startsWith(plan, accelerator) ? undefined : 'memory';
}

/** vLLM wants its part of the memory to be free once CUDA has its own; of a shared GPU every pod takes both. */
function hasRoomForContexts(
  { gpuMemoryUtilization }: Serving,
  { memory }: MemoryPlan,
  { sharedBy }: MemoryQuestion['accelerator'],
) {
  return sharedBy * (gpuMemoryUtilization * memory + CONTEXT_BYTES) <= memory;
}
