import { expiryInstant } from '../../identity/key-expiry';
import { secretNameOfKey } from '../../identity/api-key-secret-name';
import { count, quote } from '../problem';
import { isKnownToPolicy } from '../settings';
import { keysOf, pathOfKey } from './facts';
import { atKey, atValue, type Rule } from './rule';

const keyExpires: Rule = {
  id: 'key-expires',
  check: (configuration) =>
    keysOf(configuration).flatMap((at) => {
      const { expires } = at.key;
      if (expires === undefined || isReal(expires)) {
        return [];
      }
      const fix = 'the month has fewer days';
      return [atValue([...pathOfKey(at), 'expires'], quote(expires), 'a day of the calendar', fix)];
    }),
};

function isReal(expires: string): boolean {
  try {
    return expiryInstant(expires) !== '';
  } catch {
    return false;
  }
}

/** The most keys of which the policy knows something: these cost Authorino some 0.2 ms a request. */
export const MOST_KNOWN_KEYS = 400;

/**
 * The most characters of their Secrets' names: Authorino compiles no expression beyond 100,000 characters (cel-go), and
 * `kubectl apply` writes no object beyond 262,144 into its annotation.
 */
export const MOST_KNOWN_CHARACTERS = 24_000;

const knownKeys: Rule = {
  id: 'known-keys',
  check: (configuration) => {
    const known = keysOf(configuration).filter(({ key }) => isKnownToPolicy(key));
    const names = known.map(({ key, user }) => secretNameOfKey(user.name ?? '', key));
    const characters = names.reduce((sum, { length }) => sum + length, 0);
    if (known.length <= MOST_KNOWN_KEYS && characters <= MOST_KNOWN_CHARACTERS) {
      return [];
    }
    const [got, most] =
      known.length > MOST_KNOWN_KEYS
        ? [count(known.length, 'key'), MOST_KNOWN_KEYS]
        : [`${count(characters, 'character')} in names of Secrets`, count(MOST_KNOWN_CHARACTERS, 'character')];
    return [
      atKey(
        ['users'],
        `${got} with existingSecret, expires or disabled`,
        `at most ${most}: all of them stand in the AuthPolicy`,
        'take some out of `users` and let their Secrets say it, by the annotations secret.kuadrant.io/user-id, kuadrant.io/groups and cdk8s-maas/expires',
      ),
    ];
  },
};

/** What concerns a single key, and all of them together. */
export const KEY_RULES: readonly Rule[] = [keyExpires, knownKeys];
