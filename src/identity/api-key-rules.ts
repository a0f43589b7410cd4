import { celEntry, celList, celMap, celString } from '../cel';
import { DEFAULT_PREFIXES } from '../config/defaults';
import { apiKeySelector, EXPIRES_ANNOTATION, TIER_ANNOTATION, USER_ANNOTATION } from './api-key-secret';
import { expiryInstant } from './key-expiry';

/** API keys as a way in. */
export interface ApiKeyAuthentication {
  /** Namespace of the platform: a key Secret in any other namespace does not count. */
  readonly namespace: string;

  /**
   * Accepted prefixes of the Authorization header.
   * @default - APIKEY and Bearer
   */
  readonly prefixes?: string[];

  /**
   * What the policy itself knows of keys, by the name of their Secret. Every AuthConfig that Kuadrant makes of the policy
   * holds it, so it suits hundreds of keys, not thousands: an annotation of the Secret scales.
   * @default - nothing: the annotations of the Secrets say it all
   */
  readonly keys?: KnownApiKey[];

  /**
   * A text that changes whenever annotations of key Secrets do. Authorino reads those of an unchanged key only once, and
   * all of them again when the policy changes.
   * @default - none: another tier counts once the Secret is made anew
   */
  readonly revision?: string;
}

/**
 * What the policy itself knows of a key. It counts from the next request on, while Authorino reads an annotation of a
 * Secret once, as long as the key in it stays the same.
 */
export interface KnownApiKey {
  /** Name of the key's Secret, in the platform's namespace. */
  readonly secretName: string;

  /**
   * Whose key it is, whatever the Secret's annotations say.
   * @default - whose its annotations say
   */
  readonly owner?: KnownApiKeyOwner;

  /**
   * Day at whose end in UTC the key stops working (`2027-01-31`), or the instant (`2027-01-31T12:00:00Z`).
   * @default - never
   */
  readonly expires?: string;

  /**
   * Whether the key is refused although its Secret exists.
   * @default false
   */
  readonly disabled?: boolean;
}

/** Whose key it is. */
export interface KnownApiKeyOwner {
  /** Name of the user. */
  readonly user: string;
  /** Name of the user's tier. */
  readonly tier: string;
}

/** `auth.identity.method` of who came in by a key; an override, so that no claim of a token can pretend it. */
const API_KEY = 'api-key';

const SECRET = 'auth.identity.metadata';
const ANNOTATIONS = `${SECRET}.annotations`;

/**
 * The moment of the request by the gateway's clock. Kuadrant's wasm sends no question without it, and Authorino hands it on
 * as a map of numbers. Without it, comparing is an error, and an error refuses. Rego would have Authorino's own clock, for
 * a second engine and two to three times the time of such a predicate.
 */
const NOW = 'timestamp(int(request.time.seconds))';

/**
 * One way in for each prefix: Authorino compares it letter by letter, and knows one a method.
 *
 * @throws when two prefixes differ in case only
 */
export function apiKeyMethods(apiKeys: ApiKeyAuthentication) {
  const { namespace, prefixes = [...DEFAULT_PREFIXES], keys = [], revision } = apiKeys;
  const names = prefixes.map((prefix) => `api-key-users-${prefix.toLowerCase()}`);
  const twice = prefixes.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice !== undefined) {
    throw new Error(`prefixes of API keys: got "${twice}" twice but for upper and lower case, expected each once`);
  }
  const overrides = {
    user: { expression: ownerOf(keys, 'user', USER_ANNOTATION) },
    tier: { expression: ownerOf(keys, 'tier', TIER_ANNOTATION) },
    method: { value: API_KEY },
    ...(revision !== undefined && { revision: { value: revision } }),
  };
  const methods = prefixes.map((prefix, index) => [
    names[index],
    {
      apiKey: { allNamespaces: true, selector: { matchLabels: apiKeySelector(namespace) } },
      credentials: { authorizationHeader: { prefix } },
      overrides,
    },
  ]);
  return Object.fromEntries(methods);
}

/** Predicates by the name of their rule; each is true for who came in by something else. */
export function apiKeyRules({ namespace, keys = [] }: ApiKeyAuthentication): Record<string, string[]> {
  const ifKey = (predicate: string) => `auth.identity.method != ${celString(API_KEY)} || ${predicate}`;
  const ends = endsOf(keys);
  return {
    'key-of-the-platform': [ifKey(`${SECRET}.namespace == ${celString(namespace)}`)],
    'key-in-force': [ifKey(annotatedExpiry()), ...(ends === undefined ? [] : [ifKey(ends)])],
  };
}

/** What the policy knows of the owner, else what the Secret says. No key of another namespace gets any further. */
function ownerOf(keys: KnownApiKey[], part: keyof KnownApiKeyOwner, annotation: string): string {
  const known = keys.flatMap(({ secretName, owner }): [string, string][] =>
    owner === undefined ? [] : [[secretName, owner[part]]],
  );
  const annotated = `has(${ANNOTATIONS}) && ${celEntry(ANNOTATIONS, annotation)}`;
  return known.length === 0 ? annotated : `${celMap(known)}[?${SECRET}.name].orValue(${annotated})`;
}

/** True for a key that no entry ends; the names stand by expiry, so that many keys of one day take little room. */
function endsOf(keys: KnownApiKey[]): string | undefined {
  const disabled = keys.filter((key) => key.disabled === true).map(({ secretName }) => secretName);
  const byInstant = new Map<string, string[]>();
  for (const { secretName, expires } of keys.filter((key) => key.disabled !== true)) {
    if (expires !== undefined) {
      const instant = expiryInstant(expires);
      byInstant.set(instant, [...(byInstant.get(instant) ?? []), secretName]);
    }
  }
  const isOneOf = (names: string[]) => `${SECRET}.name in ${celList(names)}`;
  const ends = [
    ...(disabled.length === 0 ? [] : [isOneOf(disabled)]),
    ...[...byInstant].map(([instant, names]) => `${isOneOf(names)} && ${NOW} >= timestamp(${celString(instant)})`),
  ];
  return ends.length === 0 ? undefined : `!(${ends.join(' || ')})`;
}

/**
 * True before the expiry that the Secret's annotation says. What is neither a day nor an instant is an error: refused. A
 * day is compared with its last second, as CEL has no instant after 9999.
 */
function annotatedExpiry(): string {
  const name = celString(EXPIRES_ANNOTATION);
  const value = `${ANNOTATIONS}[${name}]`;
  const end = `timestamp(${value}.matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$") ? ${value} + "T23:59:59.9Z" : ${value})`;
  return `!has(${ANNOTATIONS}) || !(${name} in ${ANNOTATIONS}) || ${NOW} < ${end}`;
}
