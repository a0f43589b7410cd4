import { canaryVersion } from '../canary-version';
import type { DraftConfiguration } from '../draft';
import { count, listNames, quote, type Finding } from '../problem';
import { canaryName } from '../model-settings';
import { ACCELERATOR_RULES } from './accelerators';
import { ADAPTER_RULES } from './adapters';
import { namedModelsOf, type DraftModel, type NamedModel } from './facts';
import { MODEL_ARGUMENT_RULES } from './model-arguments';
import { MODEL_CACHE_RULES } from './model-cache';
import { MODEL_MEMORY_RULES } from './model-memory';
import { MODEL_SIZE_RULES } from './model-size';
import { MODEL_SOURCE_RULES } from './model-sources';
import { MODEL_START_RULES } from './model-start';
import { MODEL_RULES } from './models';
import { NO_EFFECT_RULES } from './no-effect';
import { atKey, atValue, isUnusable, placed, type Rule } from './rule';
import { SCALING_RULES } from './scaling';

/** What a model has to keep, and so has its canary. */
const RULES_OF_VERSIONS: readonly Rule[] = [
  ...MODEL_RULES,
  ...MODEL_SOURCE_RULES,
  ...MODEL_CACHE_RULES,
  ...MODEL_SIZE_RULES,
  ...SCALING_RULES,
  ...MODEL_ARGUMENT_RULES,
  ...ADAPTER_RULES,
  ...ACCELERATOR_RULES,
  ...MODEL_START_RULES,
  ...MODEL_MEMORY_RULES,
];

/** `<InferenceService>-canary-predictor` is the longest of the names that KServe makes of it. */
const LONGEST_NAME = 63 - canaryName('-predictor').length;

interface ModelWithCanary extends NamedModel {
  readonly canary: NonNullable<DraftModel['canary']>;
}

function canariesOf(configuration: DraftConfiguration): ModelWithCanary[] {
  return namedModelsOf(configuration).flatMap((model) => {
    const { canary } = model.item;
    return canary === undefined ? [] : [{ ...model, canary }];
  });
}

const canaryChange: Rule = {
  id: 'canary-change',
  check: (configuration) =>
    canariesOf(configuration).flatMap(({ index, canary }): Finding[] => {
      const isChange = Object.keys(canary).some((key) => key !== 'weight');
      const expected = 'what is different in it: source, arguments, accelerator, …';
      const fix = 'add it, or remove the canary';
      return isChange ? [] : [atKey(['models', index, 'canary'], 'a canary like its model', expected, fix)];
    }),
};

const canaryNames: Rule = {
  id: 'canary-name',
  check: (configuration) => {
    const models = namedModelsOf(configuration);
    return canariesOf(configuration).flatMap(({ index, name, entry }): Finding[] => {
      const inferenceService = entry?.inferenceService ?? name;
      const path = ['models', index, 'canary'];
      if (inferenceService.length > LONGEST_NAME) {
        const got = `a name of ${count(inferenceService.length, 'character')}`;
        const expected = `at most ${LONGEST_NAME}, so that ${canaryName('<name>')}-predictor has at most 63`;
        return [atKey(path, got, expected, 'shorten the name of the model')];
      }
      const taken = [canaryName(name), canaryName(inferenceService)];
      const other = models.find((model) =>
        [model.name, model.entry?.inferenceService ?? ''].some((each) => taken.includes(each)),
      );
      return other === undefined
        ? []
        : [
            atValue(
              ['models', other.index, 'name'],
              quote(other.name),
              `another name: that of the canary of model ${name}`,
              'rename it',
            ),
          ];
    });
  },
};

/** The list of models and the limits of tiers have one set of names, whichever version a request goes to. */
const canaryAdapters: Rule = {
  id: 'canary-adapters',
  check: (configuration) =>
    canariesOf(configuration).flatMap(({ index, item, canary }): Finding[] => {
      const version = canaryVersion(item, canary);
      const [own, others] = [item, version].map(({ adapters }) => placed(adapters).map((each) => each.item.name));
      if ([item, version].some((each) => isUnusable(each, 'adapters')) || own === undefined || others === undefined) {
        return [];
      }
      const lacks = own.filter((name) => !others.includes(name));
      const adds = others.filter((name) => !own.includes(name));
      if (lacks.length === 0 && adds.length === 0) {
        return [];
      }
      const path = ['models', index, 'canary', ...(canary.adapters === undefined ? [] : ['adapters'])];
      const got = lacks.length > 0 ? `no adapter ${nameList(lacks)}` : `an adapter ${nameList(adds)}`;
      const expected = 'the adapters of its model, by name: a request for one may go to either version';
      return [atKey(path, got, expected, 'give both versions `adapters` of the same names, or neither')];
    }),
};

function nameList(names: readonly (string | undefined)[]): string {
  return listNames(names.map((name) => name ?? '…'));
}

/** The model as its canary would be has to be as right as the model itself. */
const versionOfCanary: Rule = {
  id: 'canary-version',
  check: (configuration) =>
    canariesOf(configuration).flatMap((model) => {
      const version = withCanary(model, configuration);
      const known = new Set(
        problemsOf(RULES_OF_VERSIONS, model, configuration).map((finding) => JSON.stringify(finding)),
      );
      return [
        ...problemsOf(RULES_OF_VERSIONS, model, version).filter(
          (finding) => isOwn(finding, model) || !known.has(JSON.stringify(finding)),
        ),
        // What it has of its model has an effect there.
        ...problemsOf(NO_EFFECT_RULES, model, version).filter((finding) => isOwn(finding, model)),
      ].map((finding) => inCanary(finding, model));
    }),
};

function problemsOf(rules: readonly Rule[], { index }: NamedModel, configuration: DraftConfiguration): Finding[] {
  return rules
    .flatMap(({ check }) => check(configuration))
    .filter(({ path }) => path[0] === 'models' && path[1] === index);
}

/** The configuration with the canary in place of its model. */
function withCanary({ index, item, canary }: ModelWithCanary, configuration: DraftConfiguration): DraftConfiguration {
  const version = canaryVersion(item, canary);
  return { ...configuration, models: configuration.models?.map((each, place) => (place === index ? version : each)) };
}

/** Whether a problem of the version is one of what the canary says, and not of what it has of its model. */
function isOwn({ path: [, , key] }: Finding, { canary }: ModelWithCanary): boolean {
  return key !== undefined && Object.hasOwn(canary, key);
}

function inCanary(finding: Finding, model: ModelWithCanary): Finding {
  const { index } = model;
  const [, , key = '', ...rest] = finding.path;
  return isOwn(finding, model)
    ? { ...finding, path: ['models', index, 'canary', key, ...rest] }
    : { ...finding, path: ['models', index, 'canary'], pointAt: 'key' };
}

/** Canaries, whose values are checked in the place of their model's. */
export const CANARY_RULES: readonly Rule[] = [canaryChange, canaryNames, canaryAdapters, versionOfCanary];
