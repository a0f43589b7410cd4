import { addressOf } from '../../config/model-address';
import type { ModelSettings } from '../../config/model-settings';
import type { PlatformSettings } from '../../config/settings';
import { isEmbeddingsModel } from '../../models/vllm-serving';
import type { Question } from '../connection';

/** A request to a model. */
export interface ModelQuestion extends Question {
  /** Name of the model. */
  readonly model: string;
}

type Gateway = PlatformSettings['gateway'];

/** Tokens that are asked for where any answer will do. */
const FEW_TOKENS = 8;

/** Most tokens of one answer: some seconds of a small GPU. */
const MOST_TOKENS = 900;

/** Context of a model that says none. */
const DEFAULT_CONTEXT = 1024;

/** Tokens of the context that are left for the prompt. */
const PROMPT_TOKENS = 124;

/** The most tokens that one request to a model may use. */
export function mostTokens({ maxModelLength = DEFAULT_CONTEXT }: Pick<ModelSettings, 'maxModelLength'>): number {
  return Math.max(1, Math.min(MOST_TOKENS, maxModelLength - PROMPT_TOKENS));
}

/** A request that costs little. */
export function shortQuestion(model: ModelSettings, gateway: Gateway): ModelQuestion {
  return isEmbeddingsModel(model)
    ? embeddings(model, gateway, 'Count.')
    : chat(model, gateway, { max_tokens: FEW_TOKENS });
}

/** The same as a stream that reports its usage. */
export function streamQuestion(model: ModelSettings, gateway: Gateway): ModelQuestion {
  return chat(model, gateway, { max_tokens: FEW_TOKENS, stream: true, stream_options: { include_usage: true } });
}

/** A request that costs about as many tokens, as far as the model can. */
export function longQuestion(model: ModelSettings, gateway: Gateway, tokens: number): ModelQuestion {
  const number = Math.max(1, Math.min(tokens, mostTokens(model)));
  return isEmbeddingsModel(model)
    ? embeddings(model, gateway, Array.from({ length: number }, () => 'word').join(' '))
    : // vLLM and the simulator would otherwise end where the text does.
      chat(model, gateway, { max_tokens: number, ignore_eos: true });
}

function chat(model: ModelSettings, gateway: Gateway, more: object): ModelQuestion {
  const messages = [{ role: 'user', content: 'Count.' }];
  return { ...to(model, gateway, '/v1/chat/completions'), body: { model: model.servedName, messages, ...more } };
}

function embeddings(model: ModelSettings, gateway: Gateway, input: string): ModelQuestion {
  return { ...to(model, gateway, '/v1/embeddings'), body: { model: model.servedName, input } };
}

function to(model: ModelSettings, gateway: Gateway, path: string): ModelQuestion {
  const { host, prefix } = addressOf(model, gateway);
  return { model: model.name, host, path: `${prefix}${path}` };
}
