import { CONFORMANCE_NAME } from '../defaults';
import { listNames, quote, showValue, type Finding } from '../problem';
import { didYouMean } from '../suggest';
import { apiKeysOf, isElsewhere, keysOf, LOCAL_DEMO, modelNamesOf, SOURCES } from './facts';
import { atKey, atValue, isComplete, isUnusable, placed, type Rule } from './rule';

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
    if (models.length === 0) {
      return [atKey(['conformance'], 'no model', 'a model to ask', 'add one below `models`, or remove `conformance`')];
    }
    const { model } = conformance;
    if (model === undefined || models.includes(model)) {
      return [];
    }
    const expected = `one of the models ${listNames(models)}`;
    return [atValue(['conformance', 'model'], quote(model), expected, didYouMean(model, models, 'name another'))];
  },
};

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
    const written = SOURCES.filter((source) => Object.hasOwn(key, source));
    if (written.length > 1 || (written.length === 0 && isComplete(key))) {
      const got = written.length === 0 ? 'none' : written.join(' and ');
      const fix = written.length === 0 ? 'add one' : 'remove all but one';
      return [atValue(['conformance', 'key'], got, `exactly one of ${SOURCES.join(', ')}`, fix)];
    }
    if (key.demo === undefined || !elsewhere) {
      return [];
    }
    const path = ['conformance', 'key', 'demo'];
    const expected = `no key in a file, except on the local demo (${LOCAL_DEMO})`;
    return [atKey(path, showValue(key.demo, path), expected, 'use existingSecret or externalSecret')];
  },
};

const conformanceOwnKey: Rule = {
  id: 'conformance-own-key',
  check: (configuration) => {
    const { demo, existingSecret } = configuration.conformance?.key ?? {};
    const others = keysOf(configuration).map(({ key }) => key);
    return [
      ...(demo !== undefined && others.some((key) => key.demo === demo)
        ? [notItsOwn('demo', showValue(demo, ['conformance', 'key', 'demo']), 'a key')]
        : []),
      ...(existingSecret !== undefined && others.some((key) => key.existingSecret === existingSecret)
        ? [notItsOwn('existingSecret', quote(existingSecret), 'a Secret')]
        : []),
    ];
  },
};

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
