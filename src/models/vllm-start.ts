import type { Accelerator } from './accelerator';
import type { ModelFigures } from './model-architecture';
import { BFLOAT16_CAPABILITY, leastCapabilityOf } from './quantization';
import { argumentOf, askedLength, type ServingOptions } from './vllm-serving';

/** A model, and what it is served on. */
export interface StartQuestion extends ServingOptions {
  /** Size and figures of the model; undefined where they are not known. */
  readonly figures?: ModelFigures;
  readonly accelerator: Accelerator;
}

/** What keeps vLLM from starting, however much memory there is. */
export type Obstacle = 'heads' | 'context' | 'quantization' | 'dtype';

/** Arguments that may give a model another context than its own: RoPE scaling, or a file with further arguments. */
const CONTEXT_ARGUMENTS = ['--hf-overrides', '--rope-scaling', '--config'];

/** What keeps vLLM from starting with a model on its accelerators, as far as its figures are known. */
export function obstaclesTo(question: StartQuestion): Obstacle[] {
  const found: Readonly<Record<Obstacle, boolean>> = {
    heads: question.figures !== undefined && !isDividedBy(question.figures, question.gpus),
    context: isTooLong(question),
    quantization: lacksCapability(question, leastCapabilityOf(quantizationOf(question) ?? '')),
    dtype: lacksCapability(question, argumentOf(question, '--dtype') === 'bfloat16' ? BFLOAT16_CAPABILITY : undefined),
  };
  return (Object.keys(found) as Obstacle[]).filter((obstacle) => found[obstacle]);
}

/**
 * Whether vLLM splits a model over a number of GPUs: each has as many attention heads, and either as many heads for keys
 * and values, or a copy of one.
 */
export function isDividedBy(
  { attentionHeads = 0, keyValueHeads = 0 }: Pick<ModelFigures, 'attentionHeads' | 'keyValueHeads'>,
  gpus: number,
): boolean {
  return attentionHeads % gpus === 0 && (keyValueHeads % gpus === 0 || gpus % keyValueHeads === 0);
}

/** How the weights are quantized: as the arguments say, else as they are published. */
export function quantizationOf({
  figures,
  ...options
}: Pick<StartQuestion, 'figures' | 'arguments'>): string | undefined {
  return argumentOf(options, '--quantization', '-q') ?? figures?.quantization;
}

function isTooLong({ figures, ...options }: StartQuestion): boolean {
  return (
    figures?.maxModelLength !== undefined &&
    (askedLength(options) ?? 0) > figures.maxModelLength &&
    argumentOf(options, ...CONTEXT_ARGUMENTS) === undefined
  );
}

function lacksCapability({ accelerator }: StartQuestion, least = 0): boolean {
  return (accelerator.computeCapability ?? least) < least;
}
