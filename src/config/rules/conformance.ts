import { apiKeySecretName, secretNameOfKey } from '../../identity/api-key-secret-name';
import { isEmbeddingsModel } from '../../models/vllm-serving';
import type { KeyConfiguration } from '../configuration';
import { CONFORMANCE_NAME, defaultUsers } from '../defaults';
import type { Draft, DraftConfiguration } from '../draft';
import { listNames, quote, showValue, type Finding } from '../problem';
import { didYouMean } from '../suggest';
import {
  apiKeysOf,
  argumentsOf,
  domainOf,
  isElsewhere,
  keysOf,
  LOCAL_DEMO,
  modelNamesOf,
  namedModelsOf,
  pathOfKey,
  platformOf,
  tierNamesOf,
} from './facts';
import { wrongSources, keyInFile } from './key-source';
import { atKey, atValue, isUnusable, placed, type Rule } from './rule';

const conformanceName: Rule = {
  id: 'conformance-name',
  check: ({ conformance, tiers, users }) =>
    conformance === undefined ? [] : [...reserved('tiers', tiers), ...reserved('users', users)],
};

function reserved(list: 'tiers' | 'users', items: readonly ({ readonly name?: string } | undefined)[] | undefined) {
  const expected = 'another name: with `conformance` the platform has one of this name';
  return placed(items)
    .filter(({ item }) => item.name === CONFORMANCE_NAME)
    .map(({ index }) => atValue([list, index, 'name'], quote(CONFORMANCE_NAME), expected, 'rename it'));
}

const conformanceModel: Rule = {
  id: 'conformance-model',
  check: (configuration) => {
    const models = modelNamesOf(configuration);
    const { conformance } = configuration;
    if (conformance === undefined || models === undefined) {
      return [];
    }
    const [first] = models;
    if (first === undefined) {
      return [atKey(['conformance'], 'no model', 'a model to ask', 'add one below `models`, or remove `conformance`')];
    }
    const { model } = conformance;
    if (model !== undefined && !models.includes(model)) {
      const expected = `one of the models ${listNames(models)}`;
      return [atValue(['conformance', 'model'], quote(model), expected, didYouMean(model, models, 'name another'))];
    }
    return isUnusable(configuration, 'conformance', 'model') ? [] : silentModel(configuration, model ?? first);
  },
};

/** A model that the Job would wait for in vain. */
function silentModel(configuration: DraftConfiguration, name: string): Finding[] {
  const model = namedModelsOf(configuration).find((each) => each.name === name);
  if (model === undefined || !isEmbeddingsModel(argumentsOf(model))) {
    return [];
  }
  const expected = 'a model that answers chat completions, which none with `--runner=pooling` does';
  return configuration.conformance?.model === undefined
    ? [atKey(['conformance'], `the first model, ${quote(name)}`, expected, 'name another as `model` below it')]
    : [atValue(['conformance', 'model'], quote(name), expected, 'name another')];
}

const conformanceKey: Rule = {
  id: 'conformance-key',
  check: (configuration): Finding[] => {
    const { conformance } = configuration;
    if (conformance === undefined || isUnusable(configuration, 'conformance', 'key')) {
      return [];
    }
    const { key } = conformance;
    const elsewhere = isElsewhere(configuration);
    if (key === undefined) {
      const expected = `a key, except on the local demo (${LOCAL_DEMO})`;
      const fix = 'add `key: { existingSecret: conformance-apikey }`';
      return elsewhere ? [atKey(['conformance'], 'no key', expected, fix)] : [];
    }
    const path = ['conformance', 'key'];
    const wrong = wrongSources(key, path, 'remove all but one');
    return wrong.length > 0 || !elsewhere ? wrong : keyInFile(key, path);
  },
};

const conformanceOwnKey: Rule = {
  id: 'conformance-own-key',
  check: (configuration): Finding[] => {
    const { conformance } = configuration;
    if (conformance === undefined || isUnusable(configuration, 'conformance', 'key')) {
      return [];
    }
    const { demo, existingSecret } = conformance.key ?? {};
    const others = othersKeys(configuration);
    return [
      ...(demo !== undefined && others.some((key) => key.demo === demo)
        ? [notItsOwn('demo', showValue(demo, ['conformance', 'key', 'demo']), 'a key')]
        : []),
      ...(existingSecret !== undefined && others.some(({ secret }) => secret === existingSecret)
        ? [notItsOwn('existingSecret', quote(existingSecret), 'a Secret')]
        : []),
      ...(existingSecret === undefined ? takenSecrets(configuration) : []),
    ];
  },
};

interface OthersKey {
  readonly demo?: string;
  readonly secret: string;
}

/** The keys of all users, also of those that the local demo has without a word. */
function othersKeys(configuration: DraftConfiguration): OthersKey[] {
  const written = keysOf(configuration).map(({ user, key }) => othersKey(user.name, key));
  const [domain, platform] = [domainOf(configuration), platformOf(configuration)];
  if (Object.hasOwn(configuration, 'users') || domain === undefined || platform === undefined) {
    return written;
  }
  const tiers = (tierNamesOf(configuration) ?? []).map((name) => ({ name }));
  return defaultUsers({ domain, platform, tiers }).flatMap(({ name, keys = [] }) =>
    keys.map((key) => othersKey(name, key)),
  );
}

function othersKey(user: string | undefined, key: Draft<KeyConfiguration>): OthersKey {
  return { demo: key.demo, secret: secretNameOfKey(user ?? '', key) };
}

/** Secrets of others with the name that is rendered for the test. */
function takenSecrets(configuration: DraftConfiguration): Finding[] {
  const rendered = apiKeySecretName(CONFORMANCE_NAME);
  const expected = 'a Secret of its own: with `conformance` the platform has one of this name';
  return keysOf(configuration)
    .filter(({ key }) => key.existingSecret === rendered)
    .map((at) => atValue([...pathOfKey(at), 'existingSecret'], quote(rendered), expected, 'name another'));
}

function notItsOwn(source: string, got: string, noun: string): Finding {
  const expected = `${noun} of its own: a user has the same`;
  return atValue(['conformance', 'key', source], got, expected, 'name another');
}

const conformanceEntrance: Rule = {
  id: 'conformance-entrance',
  check: (configuration) => {
    if (configuration.conformance === undefined || apiKeysOf(configuration) !== false) {
      return [];
    }
    const fix = 'write `apiKeys: { enabled: true }` below `identity`, or remove `conformance`';
    return [atKey(['conformance'], 'API keys are off', 'API keys: the test comes with one', fix)];
  },
};

/** The test of the running platform. */
export const CONFORMANCE_RULES: readonly Rule[] = [
  conformanceName,
  conformanceModel,
  conformanceKey,
  conformanceOwnKey,
  conformanceEntrance,
];
