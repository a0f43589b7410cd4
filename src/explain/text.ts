import { EXTERNAL_KEY } from '../config/defaults';
import { listNames } from '../config/problem';
import { describeObject } from '../output/chart-objects';
import { keyState, type KeyExplanation } from './keys';
import type { Explanation, ModelAccess, ModelExplanation, TierExplanation, UserExplanation } from './explanation';
import type { ObjectReference } from './objects';
import { formatNumber, limitWords, requestWords, tokenWords } from './words';

/** A label, and the lines beside it. */
type Row = readonly [label: string, lines: readonly string[]];

/** What a terminal would take as more than text. */
const CONTROL = /\p{Cc}+/gu;

/** Explanations as aligned text, an empty line between two. */
export function formatExplanations(explanations: readonly Explanation[]): string {
  return explanations.map((explanation) => formatRows(heading(explanation), rowsOf(explanation))).join('\n');
}

function heading(explanation: Explanation): string {
  const { kind, name } = explanation;
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${name}`;
  return kind === 'user' ? `${title}, of tier ${explanation.tier}` : title;
}

function rowsOf(explanation: Explanation): Row[] {
  switch (explanation.kind) {
    case 'tier':
      return [['users', userLines(explanation)], ...accessRows(explanation), objectRow(explanation.objects)];
    case 'user':
      return [
        ['comes with', credentialLines(explanation)],
        ['keys', keyLines(explanation.keys)],
        ...accessRows(explanation),
        objectRow(explanation.objects),
      ];
    case 'model':
      return modelRows(explanation);
  }
}

function accessRows(access: TierExplanation | UserExplanation): Row[] {
  const { models, tokens, requests, budget, cost, atLimit, exactness } = access;
  return [
    ['models', modelLines(models)],
    ['tokens', [tokenWords(tokens), ...(tokens === undefined ? [] : [budget])]],
    ['requests', [requestWords(requests)]],
    ['a request costs', [...cost, ...(tokens === undefined ? [] : mostLines(models))]],
    ['at the limit', atLimit],
    ['how exact', exactness],
  ];
}

function modelRows(model: ModelExplanation): Row[] {
  const tiers = model.tiers.map((tier) => [tier.name, limitWords(tier)]);
  return [
    ['url', [model.url]],
    ['"model"', [JSON.stringify(model.servedName)]],
    ...(model.external === undefined ? servedRows(model) : externalRows(model.external)),
    ['scaling', model.scaling],
    ['weights', [...(model.source === undefined ? [] : [model.source]), ...model.loading]],
    ['licence', model.licence === undefined ? [] : [model.licence]],
    ['context', model.maxModelLength === undefined ? [] : [`${formatNumber(model.maxModelLength)} tokens`]],
    ['adapters', adapterLines(model)],
    ['memory', model.memory?.words ?? []],
    ['cost', model.cost?.words ?? []],
    ['quota', model.quota.map(({ words }) => words)],
    ['canary', canaryLines(model)],
    ['fallback', model.fallback === undefined ? [] : [`${model.fallback}, with the limits and weights of this one`]],
    ['a request costs', [model.weight, ...mostWords(model)]],
    ['tiers', tiers.length === 0 ? ['none may use it'] : alignColumns(tiers)],
    objectRow(model.objects),
  ];
}

function servedRows({ inferenceService, runtime, replicas }: ModelExplanation): Row[] {
  if (inferenceService === undefined || runtime === undefined || replicas === undefined) {
    return [];
  }
  const { min, max } = replicas;
  return [
    ['served by', [`InferenceService ${inferenceService}: ${runtime}`]],
    ['replicas', [min === max ? formatNumber(min) : `${formatNumber(min)} to ${formatNumber(max)}`]],
  ];
}

function externalRows({ baseUrl, model, keySecret }: NonNullable<ModelExplanation['external']>): Row[] {
  return [
    ['served by', [`${baseUrl}, which gets every request as "model": ${JSON.stringify(model)}`]],
    ['its key', [`Secret ${keySecret}, key ${EXTERNAL_KEY}`]],
  ];
}

function adapterLines({ adapters }: Pick<ModelExplanation, 'adapters'>): string[] {
  return alignColumns(adapters.map(({ name, source }) => [`"model": ${JSON.stringify(name)}`, source]));
}

function canaryLines({ canary }: ModelExplanation): string[] {
  return canary === undefined
    ? []
    : [
        `${canary.weight} of 100 requests go to InferenceService ${canary.inferenceService}: ${canary.runtime}`,
        ...canary.scaling,
        ...(canary.source === undefined ? [] : [canary.source]),
        ...canary.loading,
        ...adapterLines(canary),
        ...(canary.memory?.words ?? []),
        ...(canary.cost?.words.map((words) => `cost: ${words}`) ?? []),
      ];
}

function userLines({ users, groups, isDefault }: TierExplanation): string[] {
  return [
    users.length === 0 ? 'none in maas.yaml' : listNames(users),
    ...(groups.length === 0
      ? []
      : [`by token: whoever is in ${groups.map((group) => JSON.stringify(group)).join(', ')}`]),
    ...(isDefault ? ['by token: whoever is in no group of any tier'] : []),
  ];
}

function credentialLines({ keyPrefixes, tokenClaim, name }: UserExplanation): string[] {
  return [
    ...keyPrefixes.map((prefix) => `Authorization: ${prefix} <key>`),
    ...(tokenClaim === undefined
      ? []
      : [
          `Authorization: Bearer <token>, whose claim ${JSON.stringify(tokenClaim)} is ${name}; its groups say the tier`,
        ]),
  ];
}

function keyLines(keys: readonly KeyExplanation[]): string[] {
  return keys.length === 0
    ? ['none in maas.yaml']
    : alignColumns(keys.map((key) => [`Secret ${key.secret}`, keyState(key), key.from]));
}

function modelLines(models: readonly ModelAccess[]): string[] {
  return models.length === 0
    ? ['none']
    : alignColumns(
        models.map(({ name, servedName, url, weight }) => [
          name,
          url,
          `"model": ${JSON.stringify(servedName)}`,
          weight,
        ]),
      );
}

function mostLines(models: readonly ModelAccess[]): string[] {
  return alignColumns(models.flatMap((model) => mostWords(model).map((words) => [model.name, words])));
}

/** What a request costs at most, where maas.yaml says how long a model's context is. */
function mostWords({ mostTokens }: ModelAccess): string[] {
  return mostTokens === undefined ? [] : [`up to ${formatNumber(mostTokens)}, its context, for each prompt and answer`];
}

function objectRow(objects: readonly ObjectReference[]): Row {
  const cells = objects.map((object) => [
    object.file,
    describeObject(object),
    object.patched ? `${object.says} (patched)` : object.says,
  ]);
  return ['in dist/', alignColumns(cells)];
}

function formatRows(title: string, rows: readonly Row[]): string {
  const shown = rows.filter(([, lines]) => lines.length > 0);
  const width = Math.max(...shown.map(([label]) => label.length));
  const text = shown.flatMap(([label, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(width)}  ${line.replace(CONTROL, ' ')}`),
  );
  return `${[title, ...text].join('\n')}\n`;
}

/** Cells in columns, two spaces between. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
