import type { KeyConfiguration, UserConfiguration } from '../config/configuration';
import { secretNameOfKey } from '../identity/api-key-secret-name';
import { expiryInstant } from '../identity/key-expiry';

/** An API key of a user: where it is, and never what it is. */
export interface KeyExplanation {
  /** Name of the Secret in the platform's namespace. */
  readonly secret: string;
  /** Who makes that Secret. */
  readonly from: string;
  /** First instant at which the key no longer works. */
  readonly endsAt?: string;
  /** Whether it is refused now. */
  readonly disabled: boolean;
}

/** The keys of a user, in the order of maas.yaml. */
export function explainKeys({ name, keys = [] }: UserConfiguration): KeyExplanation[] {
  return keys.map((key) => ({
    secret: secretNameOfKey(name, key),
    from: originOf(key),
    endsAt: key.expires === undefined ? undefined : expiryInstant(key.expires),
    disabled: key.disabled ?? false,
  }));
}

function originOf({ existingSecret, externalSecret }: KeyConfiguration): string {
  if (existingSecret !== undefined) {
    return 'a Secret that somebody else makes';
  }
  return externalSecret === undefined
    ? 'a demo key in dist/'
    : `External Secrets, ${externalSecret.storeKind ?? 'ClusterSecretStore'} ${externalSecret.store}`;
}

/** A key in words: `works`, `works until 2027-02-01T00:00:00Z`, `disabled`. */
export function keyState({ endsAt, disabled }: KeyExplanation): string {
  if (disabled) {
    return 'disabled';
  }
  return endsAt === undefined ? 'works, without an end' : `works until ${endsAt}`;
}
