import type { ModelRuntime } from '../../models/catalog';
import { RENDERED_ARGUMENTS } from '../../models/rendered-arguments';
import { quote, type Finding } from '../problem';
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

/** The flag of `--flag=value`, or of `--flag` before its value; vLLM takes `_` for `-`. */
function flagOf(text: string): string {
  const [flag = ''] = text.split(/[=\s]/, 1);
  return flag.startsWith('--') ? flag.replaceAll('_', '-') : flag;
}

/** What the arguments of a model server may be. */
export const MODEL_ARGUMENT_RULES: readonly Rule[] = [renderedArgument];
