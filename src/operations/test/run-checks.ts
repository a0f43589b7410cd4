import { listNames } from '../../config/problem';
import type { ModelSettings } from '../../config/model-settings';
import { NoAnswer } from '../connection';
import { checkAuthentication } from './authentication-checks';
import { credentialOf, type TokenSource } from './credentials';
import { expectationOf, limitWords } from './expectations';
import { checkModel, checkOtherModel } from './model-checks';
import { checkListWithoutKey, checkModelList } from './model-list-checks';
import { isEmbeddingsModel } from '../../models/vllm-serving';
import { checkRequestLimit } from './request-limit-check';
import { checkTokenLimit } from './token-limit-check';
import type { TestRun } from './test-run';
import { UsedUp, Visitor } from './visitor';

/** What of a platform is tested. */
export interface Selection {
  /** Names of tiers. @default - all */
  readonly tier?: readonly string[];
  /** Names of models. @default - all */
  readonly model?: readonly string[];
  /** Whether tokens of the demo Keycloak are taken even where there are keys. */
  readonly token?: boolean;
}

/**
 * Asks for everything that a platform promises: first what costs little, of all tiers, then their budgets.
 *
 * @param tokens gives tokens of users
 * @returns how many tiers there was a credential for
 * @throws NoAnswer when not even the first question gets an answer
 */
export async function runChecks(run: TestRun, tokens: TokenSource, selection: Selection): Promise<number> {
  const models = run.settings.models.filter(({ name }) => selection.model?.includes(name) ?? true);
  await checkModels(run, models);
  const visitors = await visitorsOf(run, models, tokens, selection);
  for (const visitor of visitors) await settle(run, visitor, () => checkTier(run, visitor));
  for (const visitor of visitors) await settle(run, visitor, () => checkTokensOf(run, visitor));
  return visitors.length;
}

async function checkModels(run: TestRun, models: readonly ModelSettings[]): Promise<void> {
  run.report.title('without a key');
  await checkListWithoutKey(run);
  for (const model of models) await checkAuthentication(run, model);
}

async function visitorsOf(
  run: TestRun,
  models: readonly ModelSettings[],
  tokens: TokenSource,
  selection: Selection,
): Promise<Visitor[]> {
  const { session, settings, report } = run;
  const visitors: Visitor[] = [];
  for (const tier of settings.tiers.filter(({ name }) => selection.tier?.includes(name) ?? true)) {
    const credential = await credentialOf(session, tier.name, tokens, selection.token);
    if ('reason' in credential) {
      report.skipped(`tier ${tier.name}`, { tier: tier.name }, `not tested: ${credential.reason}`);
      continue;
    }
    const expectation = expectationOf(settings, tier);
    const tested = expectation.models.filter((model) => models.includes(model));
    visitors.push(new Visitor(run, expectation, credential, tested));
  }
  const users = [...new Set(visitors.map(({ credential }) => credential.user))];
  if (users.length > 0) {
    session.terminal.note(
      `this uses up tokens and requests of ${listNames(users)}, whose own requests may be refused meanwhile`,
    );
  }
  return visitors;
}

/** Checks what does not use up a budget, and the request limit, whose count these requests begin. */
async function checkTier(run: TestRun, visitor: Visitor): Promise<void> {
  const { tier, credential, models } = visitor;
  run.report.title(`${tier.name} (${limitWords(tier)}): ${credential.user}, with ${credential.source}`);
  const answering: ModelSettings[] = [];
  for (const model of models) if (await checkModel(run, visitor, model)) answering.push(model);
  for (const model of tier.otherModels) await checkOtherModel(run, visitor, model);
  await checkModelList(run, visitor);
  const [model] = cheapestFirst(answering);
  if (model !== undefined) await checkRequestLimit(run, visitor, model);
  visitor.answering = answering;
}

async function checkTokensOf(run: TestRun, visitor: Visitor): Promise<void> {
  const { tier, answering } = visitor;
  const [model] = cheapestFirst(answering);
  if (tier.limits.length === 0 || model === undefined) return;
  run.report.title(`${tier.name}: its tokens used up`);
  await checkTokenLimit(run, visitor, model);
}

/** What costs no GPU first, then what generates, what embeds, and what costs money. */
function cheapestFirst(models: readonly ModelSettings[]): ModelSettings[] {
  const rank = (model: ModelSettings) =>
    model.external !== undefined ? 3 : model.runtime === 'simulator' ? 0 : isEmbeddingsModel(model) ? 2 : 1;
  return [...models].sort((one, other) => rank(one) - rank(other));
}

/** A user whose budget is used up for long is left, as is one to whom the gateway does not answer. */
async function settle({ report }: TestRun, { tier }: Visitor, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (error instanceof UsedUp) report.skipped(`the rest of tier ${tier.name}`, { tier: tier.name }, error.message);
    else if (error instanceof NoAnswer) report.failed('an answer', { tier: tier.name }, `none: ${error.message}`);
    else throw error;
  }
}
