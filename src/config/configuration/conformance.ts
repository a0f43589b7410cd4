import type { ExternalSecretConfiguration } from './users';

/** The test of the running platform. */
export interface ConformanceConfiguration {
  /**
   * Name of the model that is asked; it has to answer chat completions.
   * @default - the first model
   */
  readonly model?: string;

  /**
   * API key of the user `conformance`.
   * @default - on the local demo `conformance_key`, elsewhere required
   */
  readonly key?: ConformanceKeyConfiguration;
}

/** Where the key of the test comes from: exactly one of these. */
export interface ConformanceKeyConfiguration {
  /**
   * The key itself, for the local demo only.
   * @default - none
   */
  readonly demo?: string;

  /**
   * Secret in the platform's namespace with the labels of a key, and the key in `api_key`.
   * @default - none
   */
  readonly existingSecret?: string;

  /**
   * Entry of a secret store that External Secrets Operator reads.
   * @default - none
   */
  readonly externalSecret?: ExternalSecretConfiguration;
}
