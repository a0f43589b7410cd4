import { quote, showValue, type Finding } from '../problem';
import { apiKeysOf, isElsewhere, keysOf, LOCAL_DEMO, pathOfKey, tokensOf } from './facts';
import { keyInFile, wrongSources } from './key-source';
import { atKey, atValue, isComplete, isUnusable, placed, type Rule } from './rule';

const keySource: Rule = {
  id: 'key-source',
  check: (configuration) =>
    keysOf(configuration).flatMap((at) =>
      wrongSources(at.key, pathOfKey(at), 'make a key of each: several keys a user are fine'),
    ),
};

const demoKey: Rule = {
  id: 'demo-key',
  check: (configuration) =>
    isElsewhere(configuration) ? keysOf(configuration).flatMap((at) => keyInFile(at.key, pathOfKey(at))) : [],
};

const demoKeycloak: Rule = {
  id: 'demo-keycloak',
  check: (configuration) => {
    if (configuration.identity?.keycloak === undefined || !isElsewhere(configuration)) {
      return [];
    }
    const expected = `an issuer of your own, except on the local demo (${LOCAL_DEMO})`;
    return [atValue(['identity', 'keycloak'], '"demo"', expected, 'write `oidc: { issuerUrl: … }` in its place')];
  },
};

const demoMinio: Rule = {
  id: 'demo-minio',
  check: (configuration) => {
    const minio = configuration.storage?.minio;
    if (
      minio === undefined ||
      minio.existingSecret !== undefined ||
      !isComplete(minio) ||
      !isElsewhere(configuration)
    ) {
      return [];
    }
    const expected = `existingSecret, except on the local demo (${LOCAL_DEMO})`;
    return [atKey(['storage', 'minio'], 'well-known credentials', expected, 'add `existingSecret: minio-credentials`')];
  },
};

const keysAccepted: Rule = {
  id: 'keys-accepted',
  check: (configuration) => {
    if (apiKeysOf(configuration) !== false) {
      return [];
    }
    return placed(configuration.users).flatMap(({ item: user, index }): Finding[] => {
      if (user.keys === undefined || user.keys.length === 0) {
        return [];
      }
      const fix = 'remove the keys, or write `apiKeys: { enabled: true }` below `identity`';
      return [atKey(['users', index, 'keys'], showValue(user.keys), 'no keys while API keys are off', fix)];
    });
  },
};

const userEntrance: Rule = {
  id: 'user-entrance',
  check: (configuration) => {
    if (tokensOf(configuration) !== false) {
      return [];
    }
    return placed(configuration.users).flatMap(({ item: user, index }): Finding[] => {
      if (!isComplete(user) || (user.keys !== undefined && user.keys.length > 0)) {
        return [];
      }
      const got = user.name === undefined ? 'no key' : `no key of user ${quote(user.name)}`;
      const fix = 'add `keys`, or configure `identity.oidc`';
      return [atKey(['users', index], got, 'a key while OIDC is off: there is no other way in', fix)];
    });
  },
};

const noEntrance: Rule = {
  id: 'no-entrance',
  check: (configuration) => {
    if (apiKeysOf(configuration) !== false || tokensOf(configuration) !== false) {
      return [];
    }
    const fix = 'remove `enabled: false`, or configure `identity.oidc`';
    return [atValue(['identity', 'apiKeys', 'enabled'], 'false', 'true while OIDC is off: nobody could come in', fix)];
  },
};

const oneIssuer: Rule = {
  id: 'one-issuer',
  check: (configuration) => {
    const { identity } = configuration;
    const issuerUrl = identity?.oidc?.issuerUrl;
    if (issuerUrl === undefined || identity?.keycloak === undefined || isUnusable(configuration, 'identity')) {
      return [];
    }
    const expected = 'no issuer beside `keycloak: demo`, which is one';
    return [atKey(['identity', 'oidc', 'issuerUrl'], quote(issuerUrl), expected, 'remove one of the two')];
  },
};

const keyName: Rule = {
  id: 'key-name',
  check: (configuration) =>
    keysOf(configuration)
      .filter(({ key }) => key.name !== undefined && key.existingSecret !== undefined)
      .map((at) => {
        const path = [...pathOfKey(at), 'name'];
        const expected = 'no name beside existingSecret, which names the Secret itself';
        return atKey(path, quote(at.key.name ?? ''), expected, 'remove it');
      }),
};

const oidcIssuer: Rule = {
  id: 'oidc-issuer',
  check: (configuration) => {
    const { oidc, keycloak } = configuration.identity ?? {};
    const isOpen =
      isUnusable(configuration, 'identity', 'oidc', 'issuerUrl') || isUnusable(configuration, 'identity', 'keycloak');
    if (oidc === undefined || oidc.issuerUrl !== undefined || keycloak !== undefined || isOpen) {
      return [];
    }
    const fix = 'add `issuerUrl: https://…`, or `keycloak: demo` beside `oidc` on the local demo';
    return [atKey(['identity', 'oidc'], 'no issuerUrl', 'the issuer of the tokens', fix)];
  },
};

const oidcTier: Rule = {
  id: 'oidc-tier',
  check: (configuration) => {
    const { groups, defaultTier } = configuration.identity?.oidc ?? {};
    const isOpen = isUnusable(configuration, 'identity', 'oidc', 'defaultTier');
    if (groups?.length !== 0 || defaultTier !== undefined || isOpen) {
      return [];
    }
    const expected = 'a group or a default tier: nobody could come in';
    return [atValue(['identity', 'oidc', 'groups'], 'an empty list', expected, 'add a group, or `defaultTier`')];
  },
};

/** How users come in. */
export const IDENTITY_RULES: readonly Rule[] = [
  keySource,
  demoKey,
  demoKeycloak,
  demoMinio,
  keysAccepted,
  userEntrance,
  noEntrance,
  oneIssuer,
  oidcIssuer,
  oidcTier,
  keyName,
];
