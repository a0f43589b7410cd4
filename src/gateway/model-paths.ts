/**
 * The paths of OpenAI's and Anthropic's APIs that generate or embed: what a model's route offers to POST, and what token
 * limits count. A model server has more (`/invocations`, `/sleep`, `/metrics`), which nobody would count.
 */
export const METERED_PATHS: readonly string[] = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/messages',
];

/** Those whose answers tell `usage.total_tokens`, which is all that Limitador reads. */
export const TOTAL_TOKENS_PATHS: readonly string[] = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings'];

/** The list of models, which costs nothing. */
export const MODELS_PATH = '/v1/models';

/** What all of these are below. */
export const API_PATH = '/v1';
