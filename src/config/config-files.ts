import * as nodePath from 'node:path';
import { readConfigFigures } from '../models/hugging-face-config';
import { readBytes } from './files';
import { UNREADABLE, type Located, type LocatedEntry, type LocatedMap, type LocatedScalar } from './located';
import type { Problem, SourceLocation } from './problem';

/** Ids of the checks on the `config.json` of models. */
export const CONFIG_FILE_RULES = [
  'config-file-unreadable',
  'config-file-json',
  'config-file-model',
  'config-file-parameters',
] as const;

/** Id of a check on a model's `config.json`. */
export type ConfigFileRule = (typeof CONFIG_FILE_RULES)[number];

/** A file that cannot be used, and where it is named. */
interface Misfit {
  readonly rule: ConfigFileRule;
  readonly state: string;
  readonly expected: string;
  readonly fix: string;
}

/**
 * A configuration with what the `config.json` of each model says in place of `configFile`: `architecture`, and
 * `parameters` where that is not written. Nothing below may read files.
 * @param problems takes what is wrong with the files
 */
export function resolveConfigFiles(root: LocatedMap, problems: Problem[]): LocatedMap {
  const models = root.entries.get('models');
  if (models?.value.kind !== 'list') {
    return root;
  }
  const items = models.value.items.map((item, index) =>
    item.kind === 'map' ? resolveModel(item, index, problems) : item,
  );
  const entries = new Map(root.entries).set('models', { ...models, value: { ...models.value, items } });
  return { ...root, entries };
}

function resolveModel(model: LocatedMap, index: number, problems: Problem[]): LocatedMap {
  const entry = model.entries.get('configFile');
  const name = entry?.value;
  // What is no text, or stands beside figures, other checks find.
  if (entry === undefined || name?.kind !== 'scalar' || typeof name.value !== 'string' || name.value === '') {
    return model;
  }
  if (model.entries.has('architecture')) {
    return model;
  }
  const hasSize = model.entries.has('parameters');
  const figures = readFigures(name.value, name.at, hasSize);
  const entries = new Map(model.entries);
  entries.delete('configFile');
  if ('rule' in figures) {
    const { rule, state, expected, fix } = figures;
    const got = `${JSON.stringify(name.value)}, ${state}`;
    problems.push({
      rule,
      path: ['models', index, 'configFile'],
      pointAt: 'value',
      got,
      expected,
      fix,
      location: name.at,
    });
    entries.set('architecture', { keyAt: entry.keyAt, value: scalar(UNREADABLE, name.at) });
    return { ...model, entries };
  }
  entries.set('architecture', { keyAt: entry.keyAt, value: mapOf(figures.architecture, entry) });
  if (figures.parameters !== undefined && !hasSize) {
    const text = `${figures.parameters / 1e6}M`;
    entries.set('parameters', { keyAt: entry.keyAt, value: scalar(text, name.at) });
  }
  return { ...model, entries };
}

function readFigures(
  written: string,
  at: SourceLocation,
  hasSize: boolean,
): Exclude<ReturnType<typeof readConfigFigures>, string> | Misfit {
  const file = nodePath.isAbsolute(written) ? written : nodePath.join(nodePath.dirname(at.file), written);
  const expected = "a model's config.json";
  const bytes = readBytes(file, { text: written, at });
  if (!(bytes instanceof Uint8Array)) {
    const state = bytes.got.replace(/^.*", /s, '');
    return { rule: 'config-file-unreadable', state, expected, fix: `its path is relative to the folder of ${at.file}` };
  }
  let config: unknown;
  try {
    config = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { rule: 'config-file-json', state: 'no JSON', expected, fix: 'download it again beside the weights' };
  }
  const figures = readConfigFigures(config);
  if (typeof figures === 'string') {
    return {
      rule: 'config-file-model',
      state: figures,
      expected: `${expected} with figures that are known here`,
      fix: 'write `parameters` in its place: weights are checked by them',
    };
  }
  return figures.parameters === undefined && !hasSize
    ? {
        rule: 'config-file-parameters',
        state: figures.type === undefined ? 'no model_type' : `a model of the type ${JSON.stringify(figures.type)}`,
        expected: '`parameters` beside it: how many such a model has is not computed here',
        fix: 'add `parameters: 8B`, as its model card has it',
      }
    : figures;
}

function mapOf(value: object, { keyAt, value: { at } }: LocatedEntry): LocatedMap {
  const entries = Object.entries(value).flatMap(([key, part]: [string, unknown]): [string, LocatedEntry][] =>
    typeof part === 'number' || typeof part === 'string' ? [[key, { keyAt, value: scalar(part, at) }]] : [],
  );
  return { kind: 'map', at, entries: new Map(entries) };
}

function scalar(value: LocatedScalar['value'], at: SourceLocation): Located {
  return { kind: 'scalar', at, value };
}
