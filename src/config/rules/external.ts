import { quote, showValue, type Finding } from '../problem';
import { createsGateway, namedModelsOf, type DraftModel, type NamedModel } from './facts';
import { atKey, atValue, isUnusable, type Rule } from './rule';
import { isAtLeast } from './units';

/** What a model has that is served somewhere else. */
const KEYS_OF_EXTERNAL: readonly string[] = [
  'name',
  'host',
  'servedName',
  'weight',
  'tokenWeights',
  'external',
  'fallback',
];

/** First Istio whose Envoy has been seen to do what these models need. */
const LOWEST_ISTIO = '1.30.0';

interface ExternalModel extends NamedModel {
  readonly external: NonNullable<DraftModel['external']>;
}

function externalModelsOf(configuration: Parameters<Rule['check']>[0]): ExternalModel[] {
  return namedModelsOf(configuration).flatMap((model) => {
    const { external } = model.item;
    return external === undefined ? [] : [{ ...model, external }];
  });
}

const externalKeys: Rule = {
  id: 'external-keys',
  check: (configuration) =>
    externalModelsOf(configuration).flatMap(({ item, index }): Finding[] =>
      Object.entries(item)
        .filter(([key]) => !KEYS_OF_EXTERNAL.includes(key))
        .map(([key, value]) => {
          const path = ['models', index, key];
          const expected = 'nothing of pods beside `external`: a provider serves the model';
          return atKey(path, showValue(value, path), expected, 'remove it, or remove `external`');
        }),
    ),
};

const externalGateway: Rule = {
  id: 'external-gateway',
  check: (configuration) =>
    createsGateway(configuration)
      ? []
      : externalModelsOf(configuration).map(({ index }) => {
          const expected = 'a Gateway of the platform: the key of the provider is mounted into its pods';
          return atKey(['models', index, 'external'], 'an existing Gateway', expected, 'remove `create: false`');
        }),
};

/** What the form of a URL does not say: a port beyond 65535, a name that is none in Unicode. */
const externalUrl: Rule = {
  id: 'external-url',
  check: (configuration) =>
    externalModelsOf(configuration).flatMap(({ index, external: { baseUrl } }): Finding[] => {
      if (baseUrl === undefined || URL.canParse(baseUrl)) {
        return [];
      }
      const path = ['models', index, 'external', 'baseUrl'];
      const expected = 'a URL: a name of DNS, and no port beyond 65535';
      return [atValue(path, quote(baseUrl), expected, 'for example "https://api.openai.com/v1"')];
    }),
};

/** Which Istio models of a kind need. */
export function lowestIstio(
  id: string,
  modelsOf: (configuration: Parameters<Rule['check']>[0]) => readonly NamedModel[],
  reason: string,
): Rule {
  return {
    id,
    check: (configuration): Finding[] => {
      const istio = configuration.versions?.istio;
      const [first] = modelsOf(configuration);
      if (first === undefined || istio === undefined || isAtLeast(istio, LOWEST_ISTIO)) {
        return [];
      }
      const expected = `${LOWEST_ISTIO} or newer for model ${first.name}: ${reason}`;
      return [atValue(['versions', 'istio'], quote(istio), expected, 'upgrade Istio')];
    },
  };
}

const externalIstio = lowestIstio('external-istio', externalModelsOf, 'its Envoy gives the provider its key');

/** The Job reads the model past the gateway, too. */
const externalConformance: Rule = {
  id: 'external-conformance',
  check: (configuration): Finding[] => {
    const { conformance } = configuration;
    if (conformance === undefined || isUnusable(configuration, 'conformance', 'model')) {
      return [];
    }
    const name = conformance.model ?? namedModelsOf(configuration)[0]?.name;
    const model = externalModelsOf(configuration).find((each) => each.name === name);
    if (model === undefined) {
      return [];
    }
    const expected = 'a model of the cluster: the test asks it past the gateway, too';
    return conformance.model === undefined
      ? [atKey(['conformance'], `the first model, ${quote(model.name)}`, expected, 'name another as `model` below it')]
      : [atValue(['conformance', 'model'], quote(model.name), expected, 'name another')];
  },
};

/** Models of external providers. */
export const EXTERNAL_RULES: readonly Rule[] = [
  externalKeys,
  externalGateway,
  externalUrl,
  externalIstio,
  externalConformance,
];
