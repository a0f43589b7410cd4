import type { ModelRuntime } from '../../models/catalog';
import { RENDERED_ARGUMENTS } from '../../models/rendered-arguments';
import { quote, type Finding } from '../problem';
import { acceleratorOfModel } from './accelerator-facts';
import { namedModelsOf, runtimeOf, type NamedModel } from './facts';
import { atValue, placed, type Rule } from './rule';

const renderedArgument: Rule = {
  id: 'rendered-argument',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model) => {
      const runtime = runtimeOf(model);
      return runtime === undefined
        ? []
        : placed(model.item.arguments).flatMap(({ item, index }) =>
            checkArgument(model, runtime === 'simulator' ? 'simulator' : 'vllm', item, index),
          );
    }),
};

function checkArgument(model: NamedModel, runtime: ModelRuntime, text: string, index: number): Finding[] {
  const flag = flagOf(text);
  const rendered = RENDERED_ARGUMENTS[runtime].find(({ flags }) => flags.includes(flag));
  if (rendered === undefined) {
    return [];
  }
  const { key, reason, onlyWithValue = false } = rendered;
  if (onlyWithValue && model.item.maxModelLength === undefined && model.entry?.maxModelLength === undefined) {
    return [];
  }
  const fix = key === undefined ? 'remove it' : `remove it, and write \`${key}\` instead`;
  const path = ['models', model.index, 'arguments', index];
  return [atValue(path, quote(text), `no ${flag}: ${reason}`, fix)];
}

/** vLLM does not start with an argument that it does not know; an own image may be of a version that knows it. */
const removedArgument: Rule = {
  id: 'removed-argument',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model) => {
      const accelerator = acceleratorOfModel(model, configuration);
      if (accelerator === undefined || accelerator.image !== undefined) {
        return [];
      }
      const { arguments: list = [] } = model.item;
      return placed(list).flatMap(({ item, index }): Finding[] => {
        if (flagOf(item) !== '--task') {
          return [];
        }
        const task = item.split('=')[1] ?? list[index + 1] ?? '';
        const fix = ['auto', 'generate'].includes(task) ? 'remove it' : 'write "--runner=pooling"';
        const path = ['models', model.index, 'arguments', index];
        return [atValue(path, quote(item), 'no --task, which vLLM 0.13 has removed', fix)];
      });
    }),
};

/** Weights would be kept there, and in the claim only the adapters. */
const downloadFolder: Rule = {
  id: 'download-folder',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model) =>
      placed(model.item.arguments).flatMap(({ item, index }): Finding[] => {
        if (flagOf(item) !== '--download-dir' || model.item.cache?.existingClaim === undefined) {
          return [];
        }
        const expected = 'no --download-dir beside `cache`, which says where weights are kept';
        return [atValue(['models', model.index, 'arguments', index], quote(item), expected, 'remove one of them')];
      }),
    ),
};

/** The flag of `--flag=value`, or of `--flag` before its value; vLLM takes `_` for `-`. */
function flagOf(text: string): string {
  const [flag = ''] = text.split(/[=\s]/, 1);
  return flag.startsWith('--') ? flag.replaceAll('_', '-') : flag;
}

/** What the arguments of a model server may be. */
export const MODEL_ARGUMENT_RULES: readonly Rule[] = [renderedArgument, removedArgument, downloadFolder];
