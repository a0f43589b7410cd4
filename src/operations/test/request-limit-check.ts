import type { ModelSettings } from '../../config/model-settings';
import { refusalProblems, seenOf } from './judgements';
import { longQuestion, type ModelQuestion } from './questions';
import type { Subject } from './report';
import type { TestRun } from './test-run';
import { isRequestRefusal, type Visitor } from './visitor';

const NAME = 'the request limit';

/** Refusals that are asked for once the limit is reached. */
const REFUSALS = 2;

/**
 * Asks until the request limit of a user refuses, and twice more. What was asked before counts; where somebody has asked before
 * that, the window is waited for and counted again.
 */
export async function checkRequestLimit(run: TestRun, visitor: Visitor, model: ModelSettings): Promise<void> {
  const { requests, name: tier } = visitor.tier;
  if (requests === undefined) return;
  const subject: Subject = { tier, model: model.name };
  for (let attempt = 1; ; attempt++) {
    const counted = visitor.countOf(model.name);
    const result = await askUntilRefused(visitor, longQuestion(model, run.settings.gateway, 1));
    if ('outcome' in result) return run.report.add({ ...subject, name: NAME, ...result });
    const seen = `${result.passed} of ${requests.limit} requests pass, then 429`;
    if (result.isRefused && result.passed === requests.limit) return run.report.passed(NAME, subject, seen);
    const isOver = run.clock.now() - counted.first > requests.seconds * 1000;
    if (attempt > 1 && isOver) {
      return run.report.skipped(NAME, subject, 'the model is too slow: a window is over before it is used up');
    }
    if (!isOver && !result.isRefused) {
      const problem = `${result.passed} requests have passed without a 429, expected ${requests.limit}`;
      return run.report.failed(NAME, subject, problem, 'is the RateLimitPolicy in force?');
    }
    if (attempt > 1 || (counted.isWhole && !isOver)) {
      const others =
        result.passed < requests.limit ? `does somebody else ask as ${visitor.credential.user}?` : undefined;
      return run.report.failed(NAME, subject, `got ${seen}`, others);
    }
    await visitor.untilFreshRequests(model.name);
  }
}

/** How many requests have passed in all, and whether the next was refused; or what came in between. */
type Counting =
  | { readonly passed: number; readonly isRefused: boolean }
  | { readonly outcome: 'failed' | 'skipped'; readonly message: string };

async function askUntilRefused(visitor: Visitor, question: ModelQuestion): Promise<Counting> {
  const limit = visitor.tier.requests?.limit ?? 0;
  const counted = visitor.countOf(question.model);
  // Of a window that turns in between, as many may pass again.
  while (counted.passed <= 2 * limit) {
    const answer = await visitor.ask(question);
    if (isRequestRefusal(answer)) {
      for (let more = 1; more < REFUSALS; more++) await visitor.ask(question);
      const [message] = refusalProblems(answer, 429, 'rate_limit_exceeded');
      return message === undefined ? { passed: counted.passed, isRefused: true } : { outcome: 'failed', message };
    }
    if (answer.status === 429) {
      return { outcome: 'skipped', message: `the tokens are used up first: ${seenOf(answer)}` };
    }
    if (answer.status !== 200) return { outcome: 'failed', message: `got ${seenOf(answer)}, expected 200 or 429` };
  }
  return { passed: counted.passed, isRefused: false };
}
