import type { Accelerator } from '../models/accelerator';
import type { MemoryQuestion } from '../models/memory-check';
import { GIBIBYTE } from '../models/vllm-memory';
import { parseQuantity } from '../quantity';
import type { ModelSettings } from './model-settings';

/** What of a model decides whether it fits. */
type MeasuredModel = Pick<ModelSettings, 'figures' | 'gpus' | 'maxModelLength' | 'arguments' | 'resources'>;

/** Whether a model fits, as a question. */
export function memoryQuestion(model: MeasuredModel, accelerator: Accelerator): MemoryQuestion {
  const { figures, gpus, maxModelLength, arguments: args, resources } = model;
  const containerBytes = parseQuantity(resources.limits.memory ?? '') ?? 0;
  return { figures, accelerator, gpus, maxModelLength, arguments: args, containerBytes };
}

/** `14.96 GiB`. */
export function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(2)} GiB`;
}
