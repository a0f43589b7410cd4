import type { ModelSettings } from '../../config/model-settings';
import { IDENTITY_HEADERS } from '../../gateway/identity-headers';
import { refusalProblems } from './judgements';
import { shortQuestion } from './questions';
import type { TestRun } from './test-run';

/** A key that nobody has. */
const WRONG_KEY = 'cdk8s-maas-test-no-such-key';

/** Who has no key, or a wrong one, is refused: three failures a model, of the many that slow an address down. */
export async function checkAuthentication(run: TestRun, model: ModelSettings): Promise<void> {
  const { settings, report, connection } = run;
  const prefix = settings.apiKeys?.prefixes[0] ?? 'Bearer';
  const [tier] = settings.tiers;
  const forged = Object.fromEntries(
    IDENTITY_HEADERS.map((header) => [header, header.endsWith('tier') ? (tier?.name ?? '') : 'somebody']),
  );
  const cases: readonly [name: string, headers: Record<string, string>][] = [
    ['no key', {}],
    ['a wrong key', { authorization: `${prefix} ${WRONG_KEY}` }],
    ['identity headers in place of a key', forged],
  ];
  for (const [name, headers] of cases) {
    const answer = await connection.ask({ ...shortQuestion(model, settings.gateway), headers });
    report.judge(name, { model: model.name }, refusalProblems(answer, 401, 'invalid_api_key'), '401');
  }
}
