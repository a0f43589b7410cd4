import type { ModelSettings } from '../../config/model-settings';
import { sharesRoute } from '../../platform/limits';
import { seenOf } from './judgements';
import { shortQuestion } from './questions';
import type { Subject } from './report';
import type { TestRun } from './test-run';
import type { Visitor } from './visitor';

const NAME = 'one budget for all models';

/**
 * Asks another model of a user whose tokens are used up: where models share a route it refuses, too.
 *
 * @param spentAt the model that has just refused
 */
export async function checkSharedBudget(run: TestRun, visitor: Visitor, spentAt: ModelSettings): Promise<void> {
  const { tier, answering } = visitor;
  const other = answering.find((model) => model !== spentAt);
  if (other === undefined || !sharesRoute(run.settings)) return;
  const subject: Subject = { tier: tier.name, model: other.name };
  const ask = (model: ModelSettings) => visitor.ask(shortQuestion(model, run.settings.gateway));
  const answer = await ask(other);
  if (answer.status === 429) return run.report.passed(NAME, subject, `429, as at ${spentAt.name}`);
  const again = await ask(spentAt);
  if (again.status !== 429) {
    return run.report.skipped(NAME, subject, 'the window has ended before the other model was asked');
  }
  const problem = `got ${seenOf(answer)}, expected 429: the tokens are used up at ${spentAt.name}`;
  run.report.failed(NAME, subject, problem, 'is models-path-route the only route of the models?');
}
