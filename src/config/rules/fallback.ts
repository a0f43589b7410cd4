import { maySleep } from '../model-settings';
import { listNames, quote, showValue, type Finding } from '../problem';
import { didYouMean } from '../suggest';
import { lowestIstio } from './external';
import { modelNamesOf, namedModelsOf, type NamedModel } from './facts';
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

function of(key: string | string[], value: unknown, expected: string): [string[], unknown, string] {
  return [[key].flat(), value, expected];
}

const fallbackIstio = lowestIstio('fallback-istio', modelsWithFallback, 'its Envoy tries another model');

/** Models that answer for others. */
export const FALLBACK_RULES: readonly Rule[] = [fallbackModel, fallbackBeside, fallbackIstio];
