import { maySleep } from '../model-settings';
import { listNames, quote, showValue, type Finding } from '../problem';
import { didYouMean } from '../suggest';
import { lowestIstio } from './external';
import { embedsTexts, modelNamesOf, namedModelsOf, type NamedModel } from './facts';
import { atKey, atValue, type Rule } from './rule';

interface ModelWithFallback extends NamedModel {
  readonly fallback: string;
}

function modelsWithFallback(configuration: Parameters<Rule['check']>[0]): ModelWithFallback[] {
  return namedModelsOf(configuration).flatMap((model) => {
    const { fallback } = model.item;
    return fallback === undefined ? [] : [{ ...model, fallback }];
  });
}

const fallbackModel: Rule = {
  id: 'fallback-model',
  check: (configuration) => {
    const names = modelNamesOf(configuration);
    return modelsWithFallback(configuration).flatMap(({ name, index, fallback }): Finding[] => {
      const others = names?.filter((each) => each !== name);
      if (others === undefined || others.includes(fallback)) {
        return [];
      }
      const expected = `another model: ${listNames(others)}`;
      const fix = didYouMean(fallback, others, 'name another, or remove it');
      return [atValue(['models', index, 'fallback'], quote(fallback), expected, fix)];
    });
  },
};

const fallbackBeside: Rule = {
  id: 'fallback-beside',
  check: (configuration) =>
    modelsWithFallback(configuration).flatMap(({ item, index }): Finding[] => {
      const { canary, adapters = [] } = item;
      const clashes: [path: (string | number)[], value: unknown, expected: string][] = [
        ...(canary === undefined
          ? []
          : [of('canary', canary, 'no canary: requests go to one version and its fallback')]),
        ...(adapters.length === 0 ? [] : [of('adapters', adapters, 'no adapters, which the other model has not')]),
        ...(maySleep(item)
          ? [of(['replicas', 'min'], 0, 'at least 1: what the other model answers would not wake this one')]
          : []),
      ];
      return clashes.map(([path, value, expected]) => {
        const wanted = `${expected} (beside \`fallback\`)`;
        return atKey(['models', index, ...path], showValue(value), wanted, 'remove it, or remove `fallback`');
      });
    }),
};

interface Pair extends ModelWithFallback {
  /** The model that answers for it. */
  readonly other: NamedModel;
}

function pairsOf(configuration: Parameters<Rule['check']>[0]): Pair[] {
  const models = namedModelsOf(configuration);
  return modelsWithFallback(configuration).flatMap((model) => {
    const other = models.find(({ name }) => name === model.fallback);
    return other === undefined || other.name === model.name ? [] : [{ ...model, other }];
  });
}

/** Istio counts what it answers as requests for the model that was asked: nothing would wake it. */
const fallbackAwake: Rule = {
  id: 'fallback-awake',
  check: (configuration) =>
    pairsOf(configuration).flatMap(({ index, fallback, other }): Finding[] => {
      if (!maySleep(other.item)) {
        return [];
      }
      const expected = 'a model that always has a pod: what it answers for another does not wake it';
      const fix = `raise models[${other.index}].replicas.min to 1, or name another`;
      return [atValue(['models', index, 'fallback'], `${quote(fallback)}, which may sleep`, expected, fix)];
    }),
};

const fallbackKind: Rule = {
  id: 'fallback-kind',
  check: (configuration) =>
    pairsOf(configuration).flatMap(({ index, fallback, other, ...model }): Finding[] => {
      const [asked, answering] = [embedsTexts({ ...model, index }), embedsTexts(other)];
      if (asked === undefined || answering === undefined || asked === answering) {
        return [];
      }
      const [got, expected] = asked ? ['generates', 'embeds'] : ['embeds', 'generates'];
      const path = ['models', index, 'fallback'];
      return [
        atValue(
          path,
          `${quote(fallback)}, which ${got} texts`,
          `a model that ${expected} texts, as this one does`,
          'name another, or remove it',
        ),
      ];
    }),
};

function of(key: string | string[], value: unknown, expected: string): [string[], unknown, string] {
  return [[key].flat(), value, expected];
}

const fallbackIstio = lowestIstio('fallback-istio', modelsWithFallback, 'its Envoy tries another model');

/** Models that answer for others. */
export const FALLBACK_RULES: readonly Rule[] = [
  fallbackModel,
  fallbackBeside,
  fallbackAwake,
  fallbackKind,
  fallbackIstio,
];
