import { listNames, quote } from '../../config/problem';
import type { ModelSettings } from '../../config/model-settings';
import { costOf, errorOf, limitHeadersOf, retryAfterOf, usageOf, isComplete, isEventStream } from './answers';
import type { Answer } from '../connection';
import type { TierExpectation } from './expectations';

/** Header in which Authorino says why it refuses; it must not leave the gateway. */
const REASON_HEADER = 'x-ext-auth-reason';

/** Longest part of an answer that a message shows. */
const SHOWN_CHARACTERS = 160;

/** An answer that is not right in a message: its status, and what an error says. */
export function seenOf(answer: Answer): string {
  const error = errorOf(answer);
  if (answer.status < 400) return String(answer.status);
  const text = error?.message ?? answer.body.replace(/\s+/g, ' ').trim();
  return text === '' ? String(answer.status) : `${answer.status} (${text.slice(0, SHOWN_CHARACTERS)})`;
}

/** What is wrong with a refusal. @param code of the error */
export function refusalProblems(answer: Answer, status: number, code: string): string[] {
  if (answer.status !== status) return [`got ${seenOf(answer)}, expected ${status}`];
  const error = errorOf(answer);
  if (error === undefined) return [`${status}, but its body is no error as OpenAI's API has it: ${seenOf(answer)}`];
  return [
    ...(error.code === code ? [] : [`got the code ${quote(error.code)}, expected ${quote(code)}`]),
    ...(answer.headers[REASON_HEADER] === undefined
      ? []
      : [`${REASON_HEADER} leaves the gateway: identity-header-scrub-filter is not in force`]),
  ];
}

/** What is wrong with an answer of a model. */
export function answerProblems(answer: Answer): string[] {
  if (answer.status !== 200) return [`got ${seenOf(answer)}, expected 200`];
  return usageOf(answer) === undefined ? ['200, but its body reports no usage'] : [];
}

/** What is wrong with a stream of a model. */
export function streamProblems(answer: Answer): string[] {
  if (answer.status !== 200) return [`got ${seenOf(answer)}, expected 200`];
  if (!isEventStream(answer)) {
    return [`got content-type ${quote(answer.headers['content-type'] ?? '')}, expected text/event-stream`];
  }
  return [
    ...(isComplete(answer) ? [] : ['it breaks off before [DONE]']),
    ...(usageOf(answer) === undefined ? ['none of its events reports a usage'] : []),
  ];
}

/** What is wrong with the limit headers of an answer that a tier with token limits got. */
export function headerProblems(answer: Answer, tier: TierExpectation, model: ModelSettings): string[] {
  const { limit, consumed, remaining, reset } = limitHeadersOf(answer);
  if (limit === undefined) return ['x-ratelimit-limit-tokens is missing: is token-rate-limit-filter in force?'];
  const expected = tier.limits.find(({ tokens }) => tokens === limit);
  if (expected === undefined) {
    const known = listNames(tier.limits.map(({ tokens }) => String(tokens)));
    return [`got x-ratelimit-limit-tokens ${limit}, expected one of ${known}`];
  }
  const usage = usageOf(answer);
  const cost = usage && costOf(usage, model.tokenWeights);
  return [
    ...(reset !== undefined && reset >= 1 && reset <= expected.seconds
      ? []
      : [`got x-ratelimit-reset-tokens ${reset ?? 'missing'}, expected 1 to ${expected.seconds}`]),
    ...(remaining !== undefined && remaining <= limit - (consumed ?? 0)
      ? []
      : [`got x-ratelimit-remaining-tokens ${remaining ?? 'missing'}, expected at most ${limit - (consumed ?? 0)}`]),
    // Streams and long answers send their headers before the count is known.
    ...(consumed === undefined || consumed === cost
      ? []
      : [`got x-ratelimit-consumed-tokens ${consumed}, expected ${cost} (the usage of the answer)`]),
    ...(consumed === undefined && !isEventStream(answer) && answer.body.length < SHORT_ANSWER
      ? ['x-ratelimit-consumed-tokens is missing']
      : []),
  ];
}

/** Below this the gateway holds headers back until the cost is known. */
const SHORT_ANSWER = 30_000;

/** What is wrong with the refusal of a token limit. */
export function overLimitProblems(answer: Answer, tier: TierExpectation, byPolicy: boolean): string[] {
  const longest = Math.max(...tier.limits.map(({ seconds }) => seconds), tier.requests?.seconds ?? 0);
  const seconds = retryAfterOf(answer);
  const { limit, remaining } = limitHeadersOf(answer);
  return [
    ...refusalProblems(answer, 429, 'rate_limit_exceeded'),
    ...(seconds !== undefined && seconds >= 1 && seconds <= longest
      ? []
      : [`got retry-after ${seconds ?? 'missing'}, expected 1 to ${longest} seconds`]),
    ...(byPolicy || (limit !== undefined && remaining !== undefined) ? [] : ['the 429 has no x-ratelimit headers']),
  ];
}

/**
 * What is wrong with what is left after an answer, of what was left before.
 * @param before limit headers of an earlier answer, with nothing in between but `spent`
 * @param spent tokens that others of this user's requests have cost in between
 * @returns nothing where the two say nothing of one window
 */
export function remainingProblems(
  before: Answer,
  after: Answer,
  model: ModelSettings,
  spent = 0,
): string[] | undefined {
  const [first, second] = [limitHeadersOf(before), limitHeadersOf(after)];
  const usage = usageOf(after);
  const { remaining: had, reset: then, limit } = first;
  const { remaining: has, reset: now } = second;
  if (had === undefined || has === undefined || then === undefined || now === undefined || usage === undefined) {
    return undefined;
  }
  if (second.limit !== limit || now > then) return undefined;
  const expected = Math.max(0, had - spent - costOf(usage, model.tokenWeights));
  return has === expected ? [] : [`${had} tokens were left, then ${has}, expected ${expected}`];
}
