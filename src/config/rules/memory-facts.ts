import type { MemoryQuestion } from '../../models/memory-check';
import { suggestFits } from '../../models/memory-suggestions';
import type { ModelConfiguration } from '../configuration';
import { DEFAULT_DOMAIN, DEFAULT_NODE_LABELS } from '../defaults';
import type { DraftConfiguration } from '../draft';
import { memoryQuestion } from '../memory-question';
import { resolveModel } from '../model-settings';
import { acceleratorOfModel } from './accelerator-facts';
import type { DraftModel, NamedModel } from './facts';
import { isComplete } from './rule';

/** Whether a model starts, as a question; undefined where that cannot be known, or is another rule's problem. */
export function questionOf(model: NamedModel, configuration: DraftConfiguration): MemoryQuestion | undefined {
  const accelerator = acceleratorOfModel(model, configuration);
  if (accelerator === undefined || !isWhole(model.item)) {
    return undefined;
  }
  // Host and platform decide nothing here.
  return memoryQuestion(resolveModel(model.item as ModelConfiguration, 'kubernetes', DEFAULT_DOMAIN), accelerator);
}

/** Whether nothing of a model is missing because nobody can use it. */
function isWhole({ arguments: args = [], resources = {}, ...item }: DraftModel): boolean {
  const maps = [item, item.architecture, resources, resources.requests, resources.limits];
  return !args.includes(undefined) && maps.every(isComplete);
}

/**
 * What would do, in words.
 * @param otherwise what is said where no single change is enough
 */
export function fixOf(
  question: MemoryQuestion,
  { nodeLabels = DEFAULT_NODE_LABELS }: DraftConfiguration,
  otherwise: string,
): string {
  const changes = suggestFits(question, nodeLabels).map(({ change }) => `\`${change}\``);
  if (changes.length === 0) {
    return otherwise;
  }
  return changes.length === 1 ? `${changes.join('')} fits` : `each of these fits: ${changes.join(', ')}`;
}

/** Where a key of a model is: at its name where the catalog says it. */
export function placeOf(
  { item, index }: NamedModel,
  key: 'gpus' | 'arguments' | 'maxModelLength' | 'accelerator',
): (string | number)[] {
  return ['models', index, Object.hasOwn(item, key) ? key : 'name'];
}
