import type { ModelRuntime } from '../../models/catalog-entry';
import { flagName } from '../../models/vllm-serving';
import type { DraftConfiguration } from '../draft';
import type { Path } from '../problem';
import { namedModelsOf, runtimeOf, type NamedModel } from './facts';

/** An argument of a model server, as far as it can be known. */
export interface PlacedArgument {
  readonly model: NamedModel;
  readonly runtime: ModelRuntime;
  readonly path: Path;
  readonly text: string;
  /** Name of the flag, as the server reads it; undefined for a value. */
  readonly flag?: string;
  /** Value of the flag, behind `=` or in the next item; undefined where it has none, or that cannot be known. */
  readonly value?: string;
  /** Whether flag and value are one text with a space, which servers take for a name. */
  readonly isSpaced: boolean;
  /** Whether no flag stands before a value. */
  readonly isStray: boolean;
}

/** All arguments of all model servers; another rule wants none of a provider's. */
export function argumentsOfServers(configuration: DraftConfiguration): PlacedArgument[] {
  return namedModelsOf(configuration).flatMap((model) => {
    const runtime = runtimeOf(model);
    return runtime === 'vllm' || runtime === 'simulator' ? argumentsOfServer(model, runtime) : [];
  });
}

function argumentsOfServer(model: NamedModel, runtime: ModelRuntime): PlacedArgument[] {
  const list = model.item.arguments ?? [];
  const found: PlacedArgument[] = [];
  // What stands before a value: a flag that may take several.
  let takesValues = false;
  list.forEach((text, index) => {
    if (text === undefined) {
      takesValues = true;
      return;
    }
    const path = ['models', model.index, 'arguments', index];
    if (!isFlag(text)) {
      found.push({ model, runtime, path, text, isSpaced: false, isStray: !takesValues });
      return;
    }
    const [, flag = '', value] = /^([^=\s]*)(?:=(.*))?/s.exec(text) ?? [];
    const next = list[index + 1];
    const following = next === undefined || isFlag(next) ? undefined : next;
    const isSpaced = /^[^=\s]*\s/.test(text);
    takesValues = !text.includes('=') && !isSpaced;
    found.push({
      model,
      runtime,
      path,
      text,
      flag: flagName(flag),
      value: value ?? following,
      isSpaced,
      isStray: false,
    });
  });
  return found;
}

/** Whether a text is a flag; `-1` is a value. */
function isFlag(text: string): boolean {
  return /^-(?![.\d])/.test(text);
}

/**
 * The entry of a table that an argument is, by one of its names. vLLM takes the beginning of a name for the whole, where
 * no other begins with it.
 */
export function entryOf<Entry extends { readonly flags: readonly string[] }>(
  { flag, runtime }: Pick<PlacedArgument, 'flag' | 'runtime'>,
  table: readonly Entry[],
): { readonly entry: Entry; readonly name: string } | undefined {
  const names = table.flatMap((entry) => entry.flags.map((name) => ({ entry, name })));
  if (flag === undefined) {
    return undefined;
  }
  return (
    names.find(({ name }) => name === flag) ??
    (runtime === 'vllm' && /^--\w\w/.test(flag) ? names.find(({ name }) => name.startsWith(flag)) : undefined)
  );
}
