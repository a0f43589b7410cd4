import { maySleep, type ModelSettings } from '../../config/model-settings';
import type { Answer } from '../connection';
import { retryAfterOf } from './answers';
import { shortQuestion } from './questions';
import type { TestRun } from './test-run';
import type { Visitor } from './visitor';
import { waitFor } from './windows';

/** Seconds that a model may take to wake: a node comes up, and the weights are loaded. */
const MOST_SECONDS = 1_200;

/** Seconds between two requests where an answer names none. */
const PAUSE_SECONDS = 30;

/**
 * Asks a model shortly. One that sleeps is woken by that: it is asked again until it answers, or has had its time.
 * @throws UsedUp as `askPatiently`
 */
export async function askAwake(run: TestRun, visitor: Visitor, model: ModelSettings): Promise<Answer> {
  const question = shortQuestion(model, run.settings.gateway);
  let answer = await visitor.askPatiently(question);
  for (let waited = 0; answer.status === 503 && maySleep(model) && waited < MOST_SECONDS;) {
    const seconds = Math.max(1, retryAfterOf(answer) ?? PAUSE_SECONDS);
    await waitFor(run, seconds, `${model.name} sleeps, and this request wakes it`);
    waited += seconds;
    answer = await visitor.askPatiently(question);
  }
  return answer;
}
