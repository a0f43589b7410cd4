import { formatPath, quote, showValue, type Finding, type Path } from '../problem';
import { namedModelsOf, hostOf, type NamedModel } from './facts';
import { atValue, clashes, placed, type Claim, type Rule } from './rule';

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

function uniqueNames(
  list: 'tiers' | 'users' | 'models',
  items: readonly ({ readonly name?: string } | undefined)[] | undefined,
  fix: string,
): Finding[] {
  const claims = placed(items).flatMap(({ item, index }) =>
    item.name === undefined ? [] : [{ value: item.name, path: [list, index, 'name'] }],
  );
  return clashes(claims).map(({ claim, first }) =>
    atValue(claim.path, quote(claim.value), `a name of its own (${formatPath(first.path)} is the same)`, fix),
  );
}

const uniqueKey: Rule = {
  id: 'unique-key',
  check: ({ users }) => {
    const claims = placed(users).flatMap(({ item: user, index }) =>
      placed(user.keys).flatMap(({ item: key, index: position }) =>
        key.demo === undefined ? [] : [{ value: key.demo, path: ['users', index, 'keys', position, 'demo'] }],
      ),
    );
    return clashes(claims).map(({ claim, first }) =>
      atValue(
        claim.path,
        showValue(claim.value, claim.path),
        `a key of its own (${formatPath(first.path)} is the same, and would win or lose at random)`,
        'change one of the two',
      ),
    );
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

const uniqueKeySecret: Rule = {
  id: 'unique-key-secret',
  check: ({ users }) => {
    const claims = placed(users).flatMap(({ item: user, index }) =>
      placed(user.keys).flatMap(({ item: key, index: position }): SecretClaim[] => {
        const path: Path = ['users', index, 'keys', position];
        if (key.existingSecret !== undefined) {
          return [{ value: key.existingSecret, path: [...path, 'existingSecret'], written: true }];
        }
        // The names under which the other keys become Secrets.
        const suffix = position === 0 ? '' : `-${position + 1}`;
        return user.name === undefined ? [] : [{ value: `${user.name}-apikey${suffix}`, path, written: false }];
      }),
    );
    return clashes(claims).flatMap((clash) => describeSecretClash(clash.claim, clash.first));
  },
};

interface SecretClaim extends Claim {
  readonly written: boolean;
}

/** Two Secrets that we name ourselves clash only when their users do, which another rule reports. */
function describeSecretClash(claim: SecretClaim, first: SecretClaim): Finding[] {
  const [at, other] = claim.written ? [claim, first] : [first, claim];
  if (!at.written) {
    return [];
  }
  const expected = `a Secret of its own (${formatPath(other.path)} has the same)`;
  return [atValue(at.path, quote(at.value), expected, 'name another Secret')];
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
  uniqueKey,
  uniqueKeyPrefix,
  uniqueKeySecret,
  uniqueHost,
  uniqueInferenceService,
  uniqueServedName,
];
