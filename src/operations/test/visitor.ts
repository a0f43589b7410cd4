import { count } from '../../config/problem';
import type { ModelSettings } from '../../config/model-settings';
import { sharesRoute } from '../../platform/limits';
import { limitHeadersOf, retryAfterOf } from './answers';
import type { Answer, Question } from '../connection';
import type { Credential } from './credentials';
import type { ModelQuestion } from './questions';
import { durationWords, type TierExpectation } from './expectations';
import type { TestRun } from './test-run';
import { waitFor } from './windows';

/** Seconds that a limit is waited for; who has used up an hour's is not tested. */
const MOST_WAIT_SECONDS = 300;

/** A limit of the user is used up for longer than a test waits. */
export class UsedUp extends Error {
  constructor(seconds: number) {
    super(`its limit is used up for ${count(seconds, 'more second')}`);
  }
}

/** What is known of a user's requests to one model, or to all of them where they are counted together. */
interface RequestCount {
  /** Requests that the request limit has let pass, since the first or since a window that was waited for. */
  passed: number;
  asked: number;
  /** When the first and the last were asked: milliseconds since 1970, 0 where there was none. */
  first: number;
  last: number;
  /** Whether they are all of their window. */
  isWhole: boolean;
}

const NONE: Readonly<RequestCount> = { passed: 0, asked: 0, first: 0, last: 0, isWhole: false };

/** A user of one tier, whose requests count. */
export class Visitor {
  /** Models that have answered. */
  answering: readonly ModelSettings[] = [];
  private readonly counts = new Map<string, RequestCount>();

  constructor(
    private readonly run: TestRun,
    readonly tier: TierExpectation,
    readonly credential: Credential,
    /** Models that are tested. */
    readonly models: readonly ModelSettings[],
  ) {}

  /** Asks once. Where requests are limited each is printed, as they are counted. */
  async ask({ model, ...question }: Question & Partial<ModelQuestion>): Promise<Answer> {
    const answer = await this.run.connection.ask({
      ...question,
      headers: { ...question.headers, authorization: this.credential.authorization },
    });
    if (this.tier.requests !== undefined && model !== undefined) {
      const counted = this.countOf(model);
      counted.asked++;
      counted.last = this.run.clock.now();
      counted.first ||= counted.last;
      // Whom the policy refuses the request limit is not asked about.
      if (!isRequestRefusal(answer) && answer.status !== 403) counted.passed++;
      this.tell(counted.asked, answer.status);
    }
    return answer;
  }

  /**
   * Asks; where a limit refuses, waits until that is over and asks again.
   * @throws UsedUp where that takes too long
   */
  async askPatiently(question: Question & Partial<ModelQuestion>): Promise<Answer> {
    const answer = await this.ask(question);
    if (answer.status !== 429) return answer;
    if (isRequestRefusal(answer) && this.tier.requests !== undefined && question.model !== undefined) {
      await this.untilFreshRequests(question.model);
    } else {
      const seconds = retryAfterOf(answer) ?? 60;
      if (seconds > MOST_WAIT_SECONDS) throw new UsedUp(seconds);
      await waitFor(this.run, seconds + 1, `${this.credential.user} has used up its tokens`);
    }
    return this.ask(question);
  }

  /** What is known of the requests to a model. */
  countOf(model: string): RequestCount {
    const route = this.routeOf(model);
    const known = this.counts.get(route) ?? { ...NONE };
    this.counts.set(route, known);
    return known;
  }

  /** What Limitador counts requests by. */
  private routeOf(model: string): string {
    return sharesRoute(this.run.settings) ? 'all models' : model;
  }

  /**
   * Waits until the window of the request limit is over, which it is a whole one after the last request to a model at the latest.
   * @throws UsedUp where that takes too long
   */
  async untilFreshRequests(model: string): Promise<void> {
    const { requests } = this.tier;
    const { last } = this.countOf(model);
    if (requests === undefined || last === 0) return;
    const seconds = Math.ceil((last - this.run.clock.now()) / 1000) + requests.seconds + 1;
    if (seconds > MOST_WAIT_SECONDS) throw new UsedUp(seconds);
    const why = `a fresh window of ${durationWords(requests.seconds)} for the requests of ${this.credential.user}`;
    await waitFor(this.run, seconds, why);
    this.counts.set(this.routeOf(model), { ...NONE, isWhole: true });
  }

  /** Prints a request as it is counted: `Free req #6  -> 429`. */
  tell(number: number, status: number, more = ''): void {
    const name = this.tier.name.charAt(0).toUpperCase() + this.tier.name.slice(1);
    this.run.report.line(`${name} req #${String(number).padEnd(2)} -> ${status}${more}`);
  }
}

/** Whether Kuadrant's request limit has refused: our token limit tells which it is, Kuadrant's own token limit does not. */
export function isRequestRefusal(answer: Answer): boolean {
  return answer.status === 429 && limitHeadersOf(answer).limit === undefined;
}
