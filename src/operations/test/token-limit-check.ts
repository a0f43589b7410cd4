import type { ModelSettings } from '../../config/model-settings';
import { costOf, limitHeadersOf, usageOf } from './answers';
import type { Answer } from '../connection';
import { overLimitProblems, seenOf } from './judgements';
import { longQuestion } from './questions';
import type { Subject } from './report';
import { checkSharedBudget } from './shared-budget-check';
import type { TestRun } from './test-run';
import { isRequestRefusal, type Visitor } from './visitor';
import { freshMinute, minuteOf } from './windows';

const NAME = 'the token limit';

/** A larger limit of a minute is not used up. */
const MOST_TOKENS = 20_000;

/** Requests that are spent on a limit at most. */
const MOST_REQUESTS = 40;

/** Seconds of a minute in which a limit should be used up. */
const SECONDS = 30;

/** Requests that use up a limit together, where it is no large one. */
const PARTS = 6;

/** How spending the tokens of a minute has ended. */
interface Spending {
  /** Tokens that were charged, and the requests that were. */
  readonly used: number;
  readonly requests: number;
  /** The last answer, which is no success unless all are. */
  readonly last: Answer;
  /** Limit headers of the last success. */
  readonly remaining?: number;
  /** Whether all of it was in one window. */
  readonly isOneWindow: boolean;
}

/** Asks until the tokens of a minute are used up, and once more; longer windows are left alone. */
export async function checkTokenLimit(run: TestRun, visitor: Visitor, model: ModelSettings): Promise<void> {
  const { tier } = visitor;
  const subject: Subject = { tier: tier.name, model: model.name };
  const reason = reasonAgainst(run, visitor, model);
  if (reason !== undefined) return run.report.skipped(NAME, subject, reason);
  for (let attempt = 1; ; attempt++) {
    await visitor.untilFreshRequests(model.name);
    if (!run.byPolicy) await freshMinute(run, SECONDS);
    const spending = await spend(run, visitor, model);
    const { last } = spending;
    if (tier.requests !== undefined && isRequestRefusal(last) && !run.byPolicy) {
      return run.report.skipped(NAME, subject, 'the request limit refuses first');
    }
    const isJudged = spending.isOneWindow || last.status === 429;
    if (isJudged) {
      judge(run, visitor, subject, spending);
      return last.status === 429 ? checkSharedBudget(run, visitor, model) : undefined;
    }
    if (attempt > 1) {
      const seconds = 'the model generates too slowly to use up a minute within it: the headers only were checked';
      return run.report.skipped(NAME, subject, seconds);
    }
  }
}

/** Why a limit is not used up, if there is a reason. */
function reasonAgainst(run: TestRun, { tier }: Visitor, model: ModelSettings): string | undefined {
  const { requests } = tier;
  const limit = run.tokensPerMinute(tier);
  const rest = run.byPolicy ? '' : ': the headers only were checked';
  if (limit === undefined) return `a limit of an hour or longer is not used up, a user would have to wait${rest}`;
  if (limit > MOST_TOKENS) return `${limit.toLocaleString('en-US')} tokens a minute are too many to use up${rest}`;
  const needed = Math.ceil(limit / run.tokensOfRequest(model)) + 1;
  if (needed > MOST_REQUESTS) return `it takes ${needed} requests to use it up${rest}`;
  if (requests !== undefined && needed > requests.limit) return `the request limit is used up before it${rest}`;
  if (run.byPolicy && requests !== undefined) return 'nobody is told whether tokens or requests have refused';
  return undefined;
}

async function spend(run: TestRun, visitor: Visitor, model: ModelSettings): Promise<Spending> {
  const { tier } = visitor;
  const { gateway } = run.settings;
  // Kuadrant's windows begin with a request that nobody knows of: within two limits it must refuse.
  const perMinute = run.tokensPerMinute(tier) ?? 0;
  const limit = perMinute * (run.byPolicy ? 2 : 1);
  const share = Math.ceil(perMinute / Math.min(PARTS, (tier.requests?.limit ?? Infinity) - 1));
  const started = run.connection.now();
  let [used, remaining]: [number, number | undefined] = [0, undefined];
  for (let number = 1; ; number++) {
    const answer = await visitor.ask(longQuestion(model, gateway, tokensFor(Math.min(share, limit - used), model)));
    const usage = usageOf(answer);
    const isSuccess = answer.status === 200;
    const wasUsedUp = used >= limit;
    if (isSuccess && usage !== undefined) used += costOf(usage, model.tokenWeights);
    if (tier.requests === undefined) visitor.tell(number, answer.status, ` (${used} of ${perMinute} tokens)`);
    if (isSuccess) remaining = limitHeadersOf(answer).remaining;
    const now = run.connection.now();
    const isOneWindow = run.byPolicy ? now - started < 60_000 : minuteOf(now) === minuteOf(started);
    if (!isSuccess || wasUsedUp || !isOneWindow || number >= MOST_REQUESTS * 2) {
      return { used, requests: number, last: answer, isOneWindow, ...(remaining === undefined ? {} : { remaining }) };
    }
  }
}

/** Tokens to ask for, so that a request costs about so much. */
function tokensFor(cost: number, { tokenWeights }: ModelSettings): number {
  return Math.max(1, Math.ceil(cost / tokenWeights.completion));
}

function judge(run: TestRun, { tier, credential }: Visitor, subject: Subject, spending: Spending): void {
  const { used, last, remaining, requests } = spending;
  const { report, byPolicy, settings } = run;
  const limit = run.tokensPerMinute(tier) ?? 0;
  if (!tier.enforced) {
    const problems = last.status === 200 ? [] : [`got ${seenOf(last)}, expected 200: enforce is false`];
    return void report.judge(NAME, subject, problems, `not enforced: ${used} of ${limit} tokens used, and still 200`);
  }
  if (last.status !== 429) {
    const object = byPolicy ? 'the TokenRateLimitPolicy' : 'token-rate-limit-filter';
    const problem = `${used} tokens of ${limit} are used, and the next request gets ${seenOf(last)}: is ${object} in force?`;
    return report.failed(NAME, subject, problem);
  }
  const problems = overLimitProblems(last, tier, byPolicy);
  const isEarly = settings.limits.overshoot === 'inflight' && !byPolicy && (remaining ?? 0) > 0 && run.isOnePod;
  if (isEarly)
    problems.push(`429 although ${remaining} tokens were left: does somebody else ask as ${credential.user}?`);
  const before = used < limit && requests > 0 ? ', the rest was used before' : '';
  report.judge(
    NAME,
    subject,
    problems,
    `429 after ${used} of ${limit} tokens${before}, retry-after ${last.headers['retry-after']} s`,
  );
}
