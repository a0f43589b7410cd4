import { MODELS_PATH } from '../../gateway/model-paths';
import { listNames } from '../../config/problem';
import { servedNamesOf } from '../../config/served-names';
import { listedModelsOf } from './answers';
import { refusalProblems, seenOf } from './judgements';
import type { TestRun } from './test-run';
import type { Visitor } from './visitor';

const NAME = 'the list of models';

/** Nobody without a key gets the list of models. */
export async function checkListWithoutKey({ settings, connection, report }: TestRun): Promise<void> {
  const answer = await connection.ask({ host: settings.gateway.platformHost, path: MODELS_PATH, method: 'GET' });
  report.judge(`${NAME} without a key`, {}, refusalProblems(answer, 401, 'invalid_api_key'), '401');
}

/** A tier is told of the models that it may use. */
export async function checkModelList({ settings, report }: TestRun, visitor: Visitor): Promise<void> {
  const { tier } = visitor;
  const answer = await visitor.askPatiently({ host: settings.gateway.platformHost, path: MODELS_PATH, method: 'GET' });
  const expected = tier.models.flatMap(servedNamesOf);
  const listed = listedModelsOf(answer);
  const problems =
    answer.status !== 200 || listed === undefined
      ? [`got ${seenOf(answer)}, expected a list of models`]
      : sorted(listed) === sorted(expected)
        ? []
        : [`got ${listNames(listed)}, expected ${listNames(expected)}`];
  report.judge(NAME, { tier: tier.name }, problems, expected.join(', '));
}

function sorted(names: readonly string[]): string {
  return [...names].sort().join('\n');
}
