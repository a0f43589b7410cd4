import { FORMATS } from '../../config/formats';
import type { PlatformSettings } from '../../config/settings';
import { apiKeyMetadata, EXPIRES_ANNOTATION, type ApiKeyOwner } from '../../identity/api-key-secret';
import { apiKeySecretName } from '../../identity/api-key-secret-name';
import { expiryInstant } from '../../identity/key-expiry';
import type { KubernetesObject } from '../kubernetes-object';
import { configuredKeys, KEY_CREATED_ANNOTATION, type Key } from './key';

/** What a key's Secret is made of. */
export interface KeySecretProps extends ApiKeyOwner {
  /** Name of the Secret. */
  readonly name: string;
  /** The key, in Base64. */
  readonly value: string;
  /** A day or an instant. @default - never */
  readonly expires?: string;
  /** When the key was made (RFC 3339). */
  readonly created?: string;
}

/**
 * The Secret of a key (core/v1). It has the labels of a key and no others: nothing that deletes by the labels of dist/ finds it.
 */
export function keySecret(props: KeySecretProps): KubernetesObject {
  const { labels, annotations } = apiKeyMetadata(props);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: props.name,
      namespace: props.namespace,
      labels,
      annotations: {
        ...annotations,
        ...(props.created !== undefined && { [KEY_CREATED_ANNOTATION]: props.created }),
        ...(props.expires !== undefined && { [EXPIRES_ANNOTATION]: props.expires }),
      },
    },
    type: 'Opaque',
    data: { api_key: props.value },
  };
}

/** A key as Secrets have it. */
export function encoded(key: string): string {
  return Buffer.from(key).toString('base64');
}

/** The first name that nothing has: the wanted one, or it with a number. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Longest beginning of a Secret's name that comes from a user's, in characters: of 253. */
const LONGEST_BEGINNING = 200;

/**
 * Where a new key of a user goes: the first Secret that maas.yaml names for the user and that is not there yet, else a
 * Secret that nothing has.
 *
 * @param keys every key of the platform
 * @param secretNames names of all Secrets in the namespace
 */
export function placeForKey(
  settings: PlatformSettings,
  user: string,
  keys: readonly Key[],
  secretNames: readonly string[],
  now: Date,
): string {
  const expected = keys.find(
    ({ user: owner, state, configured }) =>
      owner === user &&
      state === 'not in the cluster' &&
      configured?.existingSecret !== undefined &&
      configured.disabled !== true &&
      (configured.expires === undefined || Date.parse(expiryInstant(configured.expires)) > now.getTime()),
  );
  const beginning = FORMATS.objectName
    .repair(user)
    .slice(0, LONGEST_BEGINNING)
    .replace(/[-.]+$/, '');
  const taken = new Set([...secretNames, ...configuredKeys(settings).keys()]);
  return expected?.secret ?? freeName(apiKeySecretName(beginning === '' ? 'user' : beginning), taken);
}
