import { apiKeySecretName } from '../../identity/api-key-secret-name';
import { formatPath, quote, showValue, type Finding, type Path } from '../problem';
import { hostOf, keysOf, namedModelsOf, pathOfKey, type NamedModel, type PlacedKey } from './facts';
import { atValue, clashes, isUnusable, placed, type Claim, type Rule } from './rule';

const uniqueTierName: Rule = {
  id: 'unique-tier-name',
  check: ({ tiers }) => uniqueNames('tiers', tiers, 'merge the two tiers, or rename one'),
};

const uniqueUserName: Rule = {
  id: 'unique-user-name',
  check: ({ users }) => uniqueNames('users', users, 'put all keys under one user, or rename one'),
};

const uniqueModelName: Rule = {
  id: 'unique-model-name',
  check: ({ models }) => uniqueNames('models', models, 'remove one, or give one another name and a source'),
};

const uniqueAcceleratorName: Rule = {
  id: 'unique-accelerator-name',
  check: ({ accelerators }) => uniqueNames('accelerators', accelerators, 'remove one, or rename it'),
};

const uniquePriorityClassName: Rule = {
  id: 'unique-priority-class-name',
  check: ({ priorityClasses }) => uniqueNames('priorityClasses', priorityClasses, 'remove one, or rename it'),
};

function uniqueNames(
  list: 'tiers' | 'users' | 'models' | 'accelerators' | 'priorityClasses',
  items: readonly ({ readonly name?: string } | undefined)[] | undefined,
  fix: string,
): Finding[] {
  const claims = placed(items).map(({ item: { name }, index }) => ({ value: name ?? '', index }));
  return clashes(claims.filter(({ value }) => value !== '')).map(({ claim, first }) => {
    const expected = `a name of its own (${formatPath([list, first.index, 'name'])} is the same)`;
    return atValue([list, claim.index, 'name'], quote(claim.value), expected, fix);
  });
}

const uniqueKey: Rule = {
  id: 'unique-key',
  check: (configuration) => {
    const claims = keysOf(configuration).map((at) => ({ value: at.key.demo ?? '', at }));
    return clashes(claims.filter(({ value }) => value !== '')).map(({ claim, first }) => {
      const path = [...pathOfKey(claim.at), 'demo'];
      const other = formatPath([...pathOfKey(first.at), 'demo']);
      const expected = `a key of its own (${other} is the same, and would win or lose at random)`;
      return atValue(path, showValue(claim.value, path), expected, 'change one of the two');
    });
  },
};

const uniqueKeyPrefix: Rule = {
  id: 'unique-key-prefix',
  check: ({ identity }) => {
    const claims = placed<string>(identity?.apiKeys?.prefixes).map(({ item, index }) => ({
      value: item.toLowerCase(),
      path: ['identity', 'apiKeys', 'prefixes', index],
      written: item,
    }));
    return clashes(claims).map(({ claim, first }) =>
      atValue(
        claim.path,
        quote(claim.written),
        `a prefix of its own (${formatPath(first.path)} is the same but for upper and lower case)`,
        'remove one of the two',
      ),
    );
  },
};

interface KeyClaim extends Claim {
  readonly at: PlacedKey;
}

const uniqueKeySecret: Rule = {
  id: 'unique-key-secret',
  check: (configuration) => {
    const claims = keysOf(configuration).map((at) => ({ value: secretOf(at), at }));
    return clashes(claims.filter(({ value }) => value !== '')).flatMap(({ claim, first }): Finding[] => {
      const [own, other] = claim.at.key.existingSecret === undefined ? [first, claim] : [claim, first];
      if (own.at.key.existingSecret === undefined) {
        return sameRenderedSecret(claim, first);
      }
      const path = [...pathOfKey(own.at), 'existingSecret'];
      const otherPath = [
        ...pathOfKey(other.at),
        ...(other.at.key.existingSecret === undefined ? [] : ['existingSecret']),
      ];
      const expected = `a Secret of its own (${formatPath(otherPath)} has the same)`;
      return [atValue(path, quote(own.value), expected, 'name another Secret')];
    });
  },
};

/** Two Secrets that we name ourselves. */
function sameRenderedSecret(claim: KeyClaim, first: KeyClaim): Finding[] {
  const [key, other] = [claim.at, first.at];
  if (key.index === other.index) {
    return [sameKeyName(key, other)];
  }
  if (key.user.name === other.user.name) {
    return []; // Another rule reports users of one name.
  }
  const pathOf = (at: PlacedKey): Path => [...pathOfKey(at), ...(at.key.name === undefined ? [] : ['name'])];
  const expected = `a Secret of its own (${formatPath(pathOf(other))} gives the same)`;
  const fix = key.key.name === undefined ? 'add `name`' : 'name it otherwise';
  return [atValue(pathOf(key), `the Secret ${quote(claim.value)}`, expected, fix)];
}

function sameKeyName(key: PlacedKey, other: PlacedKey): Finding {
  const { name } = key.key;
  return name === undefined
    ? atValue(
        pathOfKey(key),
        'no name',
        `a name of its own (${formatPath(pathOfKey(other))} has none either)`,
        'add `name`',
      )
    : atValue(
        [...pathOfKey(key), 'name'],
        quote(name),
        `a name of its own (${formatPath([...pathOfKey(other), 'name'])} is the same)`,
        'name it otherwise',
      );
}

/** The Secret of a key: the one that it names, or the one that is rendered for it; empty where that is not known. */
function secretOf({ key, user }: PlacedKey): string {
  if (key.existingSecret !== undefined || user.name === undefined || isUnusable(key, 'name')) {
    return key.existingSecret ?? '';
  }
  return apiKeySecretName(user.name, key.name);
}

const uniqueHost: Rule = {
  id: 'unique-host',
  check: (configuration) =>
    uniqueOfModel(configuration, 'host', (model) => hostOf(model, configuration), 'set another `host`'),
};

const uniqueInferenceService: Rule = {
  id: 'unique-inference-service',
  check: (configuration) =>
    uniqueOfModel(
      configuration,
      'name',
      ({ name, entry }) => entry?.inferenceService ?? name,
      'give the model another name',
    ),
};

const uniqueServedName: Rule = {
  id: 'unique-served-name',
  check: (configuration) =>
    uniqueOfModel(
      configuration,
      'servedName',
      ({ item, name, entry }) => item.servedName ?? entry?.servedName ?? name,
      'set another `servedName`',
    ),
};

const NOUNS = { host: 'host', name: 'InferenceService', servedName: 'served model name' } as const;

interface ModelClaim extends Claim {
  readonly path: Path;
  readonly model: NamedModel;
}

function uniqueOfModel(
  configuration: Parameters<Rule['check']>[0],
  key: 'host' | 'name' | 'servedName',
  valueOf: (model: NamedModel) => string | undefined,
  fix: string,
): Finding[] {
  const claims = namedModelsOf(configuration).flatMap((model): ModelClaim[] => {
    const value = valueOf(model);
    const written = model.item[key] === undefined ? 'name' : key;
    return value === undefined ? [] : [{ value, path: ['models', model.index, written], model }];
  });
  return clashes(claims).map(({ claim, first }) => {
    // Of an own model and one of the catalog the own one has to give way.
    const [at, other] =
      claim.model.entry !== undefined && first.model.entry === undefined ? [first, claim] : [claim, first];
    const got = at.model.item[key] === at.value ? quote(at.value) : `the ${NOUNS[key]} ${quote(at.value)}`;
    return atValue(
      at.path,
      got,
      `${key === 'name' ? 'an' : 'a'} ${NOUNS[key]} of its own (model ${other.model.name} has the same)`,
      fix,
    );
  });
}

/** What must exist once. */
export const UNIQUE_RULES: readonly Rule[] = [
  uniqueTierName,
  uniqueUserName,
  uniqueModelName,
  uniqueAcceleratorName,
  uniquePriorityClassName,
  uniqueKey,
  uniqueKeyPrefix,
  uniqueKeySecret,
  uniqueHost,
  uniqueInferenceService,
  uniqueServedName,
];
