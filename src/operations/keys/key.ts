import type { KeyConfiguration } from '../../config/configuration';
import type { PlatformSettings } from '../../config/settings';
import {
  apiKeyMetadata,
  apiKeySelector,
  EXPIRES_ANNOTATION,
  TIER_ANNOTATION,
  USER_ANNOTATION,
} from '../../identity/api-key-secret';
import { secretNameOfKey } from '../../identity/api-key-secret-name';
import { expiryInstant } from '../../identity/key-expiry';
import type { KubernetesObject } from '../kubernetes-object';
import { annotatedEnd, earlier } from './key-end';

/** Annotation of a key's Secret with the instant at which the key in it was made: a rotation keeps the Secret. */
export const KEY_CREATED_ANNOTATION = 'cdk8s-maas/key-created';

/** What becomes of a request with a key; `in force`: it is let in. */
export type KeyState =
  | 'in force'
  | 'keys are off'
  | 'not in the cluster'
  | 'label missing'
  | 'no value'
  | 'disabled'
  | 'expired'
  | 'expiry not readable'
  | 'user unknown'
  | 'tier unknown';

/** An API key, by its Secret. */
export interface Key {
  /** Name of the Secret, in the platform's namespace. */
  readonly secret: string;
  /** Whose key it is for the gateway; may be empty. */
  readonly user: string;
  readonly tier: string;
  readonly state: KeyState;
  /** When the key was made (RFC 3339). @default - there is no Secret */
  readonly created?: string;
  /** First instant at which the key no longer works (RFC 3339, UTC). @default - never */
  readonly endsAt?: string;
  /** How it has ended: the policy refuses an end that nobody can read as well. @default - it has not */
  readonly ended?: 'expired' | 'expiry not readable';
  /** Labels that the Secret lacks. */
  readonly missingLabels: readonly string[];
  /** What maas.yaml says of the key. @default - nothing: its annotations say it all */
  readonly configured?: KeyConfiguration;
  /** The Secret, with the key in it. @default - there is none */
  readonly object?: KubernetesObject;
}

/** A key that maas.yaml names. */
export interface ConfiguredKey {
  readonly user: string;
  readonly tier: string;
  readonly key: KeyConfiguration;
}

/** Keys of maas.yaml by the name of their Secret. */
export function configuredKeys({ users }: Pick<PlatformSettings, 'users'>): Map<string, ConfiguredKey> {
  return new Map(
    users.flatMap(({ name: user, tier, keys = [] }) =>
      keys.map((key): [string, ConfiguredKey] => [secretNameOfKey(user, key), { user, tier, key }]),
    ),
  );
}

/** Whether the Secret of a key is in dist/, itself or as an ExternalSecret. */
export function isRendered({ configured }: Pick<Key, 'configured'>): boolean {
  return configured !== undefined && configured.existingSecret === undefined;
}

/**
 * Every API key: those of maas.yaml, in its order, then those that it does not name, by user.
 *
 * @param secrets all Secrets of the platform's namespace
 */
export function listKeys(settings: PlatformSettings, secrets: readonly KubernetesObject[], now: Date): Key[] {
  const configured = configuredKeys(settings);
  const byName = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  const others = secrets.filter(
    (secret) => !configured.has(secret.metadata.name) && looksLikeKey(secret, settings.namespace),
  );
  return [
    ...[...configured].map(([name, key]) => describeKey(settings, name, byName.get(name), key, now)),
    ...others
      .map((secret) => describeKey(settings, secret.metadata.name, secret, undefined, now))
      .sort((one, other) => one.user.localeCompare(other.user) || one.secret.localeCompare(other.secret)),
  ];
}

/** What Authorino takes for a key, and what only lacks a label. */
function looksLikeKey({ metadata: { labels = {}, annotations = {} } }: KubernetesObject, namespace: string): boolean {
  const selected = Object.entries(apiKeySelector(namespace)).every(([label, value]) => labels[label] === value);
  return selected || USER_ANNOTATION in annotations;
}

function describeKey(
  settings: PlatformSettings,
  secret: string,
  object: KubernetesObject | undefined,
  configured: ConfiguredKey | undefined,
  now: Date,
): Key {
  const { labels = {}, annotations = {}, creationTimestamp } = object?.metadata ?? {};
  // Of a rendered key the policy knows no owner: the Secret says it, as long as there is one.
  const knownToPolicy = configured !== undefined && (configured.key.existingSecret !== undefined || !object);
  const owner = knownToPolicy
    ? { user: configured.user, tier: configured.tier }
    : { user: annotations[USER_ANNOTATION] ?? '', tier: annotations[TIER_ANNOTATION] ?? '' };
  const expires = configured?.key.expires;
  const annotated = annotations[EXPIRES_ANNOTATION];
  const endsAt = earlier(
    expires === undefined ? undefined : expiryInstant(expires),
    annotated === undefined ? undefined : annotatedEnd(annotated),
  );
  const isReadable = annotated === undefined || annotatedEnd(annotated) !== undefined;
  const isPast = endsAt !== undefined && Date.parse(endsAt) <= now.getTime();
  const key: Omit<Key, 'state'> = {
    secret,
    ...owner,
    created: annotations[KEY_CREATED_ANNOTATION] ?? creationTimestamp,
    endsAt,
    ended: !isReadable ? 'expiry not readable' : isPast ? 'expired' : undefined,
    missingLabels:
      object === undefined
        ? []
        : Object.entries(apiKeyMetadata({ namespace: settings.namespace, ...owner }).labels)
            .filter(([label, value]) => labels[label] !== value)
            .map(([label, value]) => `${label}=${value}`),
    configured: configured?.key,
    object,
  };
  return { ...key, state: stateOf(settings, key) };
}

function stateOf(settings: PlatformSettings, key: Omit<Key, 'state'>): KeyState {
  if (key.object === undefined) return 'not in the cluster';
  if (settings.apiKeys === undefined) return 'keys are off';
  if (key.missingLabels.length > 0) return 'label missing';
  if ((key.object.data?.api_key ?? '') === '') return 'no value';
  if (key.configured?.disabled === true) return 'disabled';
  if (key.ended !== undefined) return key.ended;
  if (!isUserName(key.user)) return 'user unknown';
  return settings.tiers.some(({ name }) => name === key.tier) ? 'in force' : 'tier unknown';
}

/** Whether the AuthPolicy lets in a user of that name: it goes into headers. */
export function isUserName(user: string): boolean {
  return /^\P{Cc}{1,253}$/u.test(user);
}

/** What an annotation says, for a terminal, which would obey what looks like its commands. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}

/** The other keys with the same value: Authorino knows one of them only, and nobody knows which. */
export function sharers(keys: readonly Key[], { secret, object }: Key): Key[] {
  const value: unknown = object?.data?.api_key ?? '';
  return keys.filter((key) => key.secret !== secret && value !== '' && key.object?.data?.api_key === value);
}
