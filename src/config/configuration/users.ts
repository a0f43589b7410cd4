import type { SecretStoreKind } from '../../identity/api-key-external-secret';

/** A user with a tier and API keys. */
export interface UserConfiguration {
  /** Name of the user, as limits and metrics know them. */
  readonly name: string;
  /** Name of the user's tier. */
  readonly tier: string;
  /**
   * API keys; several at once allow rotation without an outage.
   * @default - none: the user comes in by OIDC
   */
  readonly keys?: KeyConfiguration[];
}

/** Where one API key comes from. Exactly one of `demo`, `existingSecret` and `externalSecret` is set. */
export interface KeyConfiguration {
  /**
   * Name of the key, for the second and every further key of a user that gets a Secret: `<user>-apikey-<name>`.
   * @default - none: the Secret is `<user>-apikey`
   */
  readonly name?: string;
  /**
   * The key itself, written into a Secret in dist/. For the local demo only; refused elsewhere.
   * @default - none
   */
  readonly demo?: string;
  /**
   * Name of a Secret that somebody else puts into the platform's namespace, with the key under `api_key`. Labels make it a
   * key: `app: llm-gateway`, `cdk8s-maas/platform: <namespace>`, `kuadrant.io/auth-secret: "true"` and
   * `authorino.kuadrant.io/managed-by: authorino`. Whose key it is stands here: its annotations cannot say otherwise, and
   * another tier counts at once. A Secret with these labels that is named nowhere counts by its annotations
   * `secret.kuadrant.io/user-id`, `kuadrant.io/groups` (the tier) and `cdk8s-maas/expires`.
   * @default - none
   */
  readonly existingSecret?: string;
  /**
   * Entry of a secret store that the External Secrets Operator reads.
   * @default - none
   */
  readonly externalSecret?: ExternalSecretConfiguration;
  /**
   * Day at whose end in UTC the key stops working (`2027-01-31`), or the instant (`2027-01-31T12:00:00Z`). A change counts
   * at once; no Secret has to be made anew.
   * @default - never
   */
  readonly expires?: string;
  /**
   * Whether the key is refused although its Secret exists; taking this away lets it in again.
   * @default false
   */
  readonly disabled?: boolean;
}

/** An entry of a secret store (external-secrets.io/v1). */
export interface ExternalSecretConfiguration {
  /** Name of the SecretStore or ClusterSecretStore. */
  readonly store: string;
  /**
   * Kind of the store.
   * @default ClusterSecretStore
   */
  readonly storeKind?: SecretStoreKind;
  /** Key of the entry in the store. */
  readonly key: string;
  /**
   * Property inside the entry.
   * @default - the whole entry
   */
  readonly property?: string;
}
