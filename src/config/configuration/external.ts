/** A provider whose API is like OpenAI's, and one of its models. */
export interface ExternalConfiguration {
  /** Base URL of the API as OpenAI's clients take it, with https: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /**
   * Name of the model at the provider. Requests have it there, whatever they say here.
   * @default - `servedName`
   */
  readonly model?: string;
  /** Existing Secret in the Gateway's namespace whose key `api-key` is the platform's key at the provider. */
  readonly keySecret: string;
}
