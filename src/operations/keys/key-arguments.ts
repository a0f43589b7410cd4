import { listNames, quote } from '../../config/problem';
import type { PlatformSettings } from '../../config/settings';
import { didYouMean } from '../../config/suggest';
import type { ApiKeyOwner } from '../../identity/api-key-secret';
import { OperationError } from '../operation-error';
import type { Session } from '../session';
import { isUserName, type Key } from './key';

/**
 * Whose a new key is: a user of maas.yaml, or with a tier one whom only annotations know.
 *
 * @param what how the command calls the tier
 * @throws OperationError when there is no such user or tier, or maas.yaml says another tier
 */
export function ownerOf(
  { settings, config }: Pick<Session, 'settings' | 'config'>,
  user: string,
  tier?: string,
  what = '--tier',
): ApiKeyOwner {
  const { namespace, users, tiers } = settings;
  const known = users.find(({ name }) => name === user);
  if (known !== undefined) {
    if (tier !== undefined && tier !== known.tier) {
      throw new OperationError(
        `${what}: got ${quote(tier)}, but ${config} has user ${user} in tier ${known.tier}; ` +
          `change the tier there, or leave ${what} out`,
      );
    }
    return { namespace, user, tier: known.tier };
  }
  const tierNames = tiers.map(({ name }) => name);
  if (tier === undefined) {
    const userNames = users.map(({ name }) => name);
    throw new OperationError(
      `${config}: got user ${quote(user)}, expected one of ${listNames(userNames)}; ` +
        didYouMean(user, userNames, `a user whom ${config} does not name needs --tier, one of ${listNames(tierNames)}`),
    );
  }
  checkTier(settings, tier, what);
  if (!isUserName(user)) {
    throw new OperationError(`got user ${quote(user)}, expected 1 to 253 characters, none of them a control character`);
  }
  return { namespace, user, tier };
}

/** @throws OperationError when there is no such tier */
export function checkTier({ tiers }: PlatformSettings, tier: string, what: string): void {
  const names = tiers.map(({ name }) => name);
  if (!names.includes(tier)) {
    const fix = didYouMean(tier, names, '');
    throw new OperationError(
      `${what}: got ${quote(tier)}, expected one of ${listNames(names)}${fix === '' ? '' : `; ${fix}`}`,
    );
  }
}

/** @throws OperationError when API keys are switched off */
export function checkKeysAreOn({ settings, config }: Pick<Session, 'settings' | 'config'>): void {
  if (settings.apiKeys === undefined) {
    throw new OperationError(
      `${config} lets in tokens only: identity.oidc alone switches API keys off, and the key would be refused; ` +
        'set identity.apiKeys.enabled: true there and apply it, or get a token: maas token <user>',
    );
  }
}

/**
 * The key that a name means: that of a Secret, else the only one of a user.
 *
 * @throws OperationError when there is none, or several
 */
export function keyNamed(keys: readonly Key[], name: string): Key {
  const ofSecret = keys.find(({ secret }) => secret === name);
  if (ofSecret !== undefined) return ofSecret;
  const ofUser = keysOfUser(keys, name);
  const inForce = ofUser.filter(({ state }) => state === 'in force');
  const [only] = inForce.length === 1 ? inForce : ofUser;
  if (only === undefined || (inForce.length !== 1 && ofUser.length !== 1)) {
    throw new OperationError(
      `user ${name} has several keys: name the Secret, one of ${listNames(ofUser.map(({ secret }) => secret))}; see: maas keys list`,
    );
  }
  return only;
}

/** @throws OperationError when nobody has that name */
export function keysOfUser(keys: readonly Key[], user: string): Key[] {
  const found = keys.filter((key) => key.user === user);
  if (found.length === 0) {
    const names = [...new Set(keys.flatMap(({ user: owner, secret }) => [owner, secret]))];
    throw new OperationError(
      `got ${quote(user)}, expected a user with a key, or the Secret of one; ${didYouMean(user, names, 'see: maas keys list')}`,
    );
  }
  return found;
}
