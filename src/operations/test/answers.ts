import type { TokenWeights } from '../../limits/token-weights';
import { isMap } from '../../is-map';
import type { Answer } from '../connection';

/** The tokens of an answer, as the engine reports them. */
export interface Usage {
  readonly total: number;
  readonly prompt: number;
  readonly cached: number;
}

/** What the headers of an answer say of a token limit, where they do. */
export interface LimitHeaders {
  readonly limit?: number;
  readonly consumed?: number;
  readonly remaining?: number;
  readonly reset?: number;
}

/** The last usage of a JSON document or an event stream; nothing where there is none. */
export function usageOf(answer: Answer): Usage | undefined {
  const documents = isEventStream(answer) ? eventsOf(answer) : [parsed(answer.body)];
  const [usage] = documents
    .flatMap((document) => (isMap(document) && isMap(document.usage) ? [document.usage] : []))
    .slice(-1);
  const { total_tokens: total, prompt_tokens: prompt = 0, prompt_tokens_details: details } = usage ?? {};
  if (typeof total !== 'number' || typeof prompt !== 'number') return undefined;
  const cached = isMap(details) && typeof details.cached_tokens === 'number' ? details.cached_tokens : 0;
  return { total, prompt, cached: Math.min(cached, prompt) };
}

/** What an answer costs of a limit. */
export function costOf({ total, prompt, cached }: Usage, weights: Required<TokenWeights>): number {
  const cost = (prompt - cached) * weights.prompt + cached * weights.cached + (total - prompt) * weights.completion;
  // As the gateway rounds: 50 * 1.1 is a little more than 55.
  return Math.ceil(cost - 1e-6);
}

/** The limit headers of an answer; what is no whole number is left out. */
export function limitHeadersOf({ headers }: Pick<Answer, 'headers'>): LimitHeaders {
  const of = (name: string) => wholeNumber(headers[`x-ratelimit-${name}-tokens`]);
  return { limit: of('limit'), consumed: of('consumed'), remaining: of('remaining'), reset: of('reset') };
}

/** `retry-after` in seconds. */
export function retryAfterOf({ headers }: Pick<Answer, 'headers'>): number | undefined {
  return wholeNumber(headers['retry-after']);
}

/** Whether it is a stream of events. */
export function isEventStream({ headers }: Pick<Answer, 'headers'>): boolean {
  return /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
}

/** Whether a stream of events has come to its end. */
export function isComplete({ body }: Pick<Answer, 'body'>): boolean {
  return /^data: ?\[DONE\]\s*$/m.test(body);
}

/** The error of an answer in the shape of OpenAI's API; nothing where it has another. */
export function errorOf({ headers, body }: Answer): { message: string; code: string } | undefined {
  const document = parsed(body);
  const error = isMap(document) ? document.error : undefined;
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '') || !isMap(error)) return undefined;
  const { message, code } = error;
  return typeof message === 'string' && typeof code === 'string' ? { message, code } : undefined;
}

/** The names in a list of models; nothing where it is none. */
export function listedModelsOf({ body }: Answer): string[] | undefined {
  const document = parsed(body);
  if (!isMap(document) || !Array.isArray(document.data)) return undefined;
  return document.data.map((model: unknown) => (isMap(model) ? String(model.id) : ''));
}

/** The text of a JSON document, or nothing. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function eventsOf({ body }: Answer): unknown[] {
  return body.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? [parsed(line.slice('data:'.length))] : []));
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
}
