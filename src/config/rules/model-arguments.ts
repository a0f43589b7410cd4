import { RENDERED_ARGUMENTS } from '../../models/rendered-arguments';
import { quote, type Finding } from '../problem';
import { acceleratorOfModel } from './accelerator-facts';
import { argumentsOfServers, entryOf, type PlacedArgument } from './argument-facts';
import { atValue, type Rule } from './rule';
import { SERVER_ARGUMENT_RULES } from './server-arguments';

const renderedArgument: Rule = {
  id: 'rendered-argument',
  check: (configuration) => argumentsOfServers(configuration).flatMap(checkRendered),
};

function checkRendered(argument: PlacedArgument): Finding[] {
  const { model, runtime, path, text } = argument;
  const rendered = entryOf(argument, RENDERED_ARGUMENTS[runtime]);
  if (rendered === undefined) {
    return [];
  }
  const { key, reason, onlyWithValue = false } = rendered.entry;
  if (onlyWithValue && model.item.maxModelLength === undefined && model.entry?.maxModelLength === undefined) {
    return [];
  }
  const fix = key === undefined ? 'remove it' : `remove it, and write \`${key}\` instead`;
  return [atValue(path, quote(text), `no ${rendered.name}: ${reason}`, fix)];
}

/** vLLM does not start with an argument that it does not know; an own image may be of a version that knows it. */
const removedArgument: Rule = {
  id: 'removed-argument',
  check: (configuration) =>
    argumentsOfServers(configuration).flatMap(({ model, path, text, flag, value = '' }): Finding[] => {
      const accelerator = flag === '--task' ? acceleratorOfModel(model, configuration) : undefined;
      if (accelerator === undefined || accelerator.image !== undefined) {
        return [];
      }
      const fix = ['auto', 'generate'].includes(value) ? 'remove it' : 'write "--runner=pooling"';
      return [atValue(path, quote(text), 'no --task, which vLLM 0.13 has removed', fix)];
    }),
};

/** Weights would be kept there, and in the claim only the adapters. */
const downloadFolder: Rule = {
  id: 'download-folder',
  check: (configuration) =>
    argumentsOfServers(configuration).flatMap(({ model, path, text, flag }): Finding[] => {
      if (flag !== '--download-dir' || model.item.cache?.existingClaim === undefined) {
        return [];
      }
      const expected = 'no --download-dir beside `cache`, which says where weights are kept';
      return [atValue(path, quote(text), expected, 'remove one of them')];
    }),
};

/** What the arguments of a model server may be. */
export const MODEL_ARGUMENT_RULES: readonly Rule[] = [
  renderedArgument,
  removedArgument,
  downloadFolder,
  ...SERVER_ARGUMENT_RULES,
];
