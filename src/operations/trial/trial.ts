import { listNames, quote } from '../../config/problem';
import type { ModelSettings, PlatformSettings } from '../../config/settings';
import { didYouMean } from '../../config/suggest';
import { usesTokenPolicy } from '../../platform/limits';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import type { Session, SessionOptions } from '../session';
import { DemoKeycloak } from '../token/demo-keycloak';
import { checkAuthentication } from './authentication-checks';
import { Connection, NoAnswer } from '../connection';
import { credentialOf, type TokenSource } from './credentials';
import { expectationOf, limitWords, type TierExpectation } from './expectations';
import { openGateway, type AccessOptions, type GatewayAccess } from './gateway-access';
import { checkModel, checkOtherModel } from './model-checks';
import { checkListWithoutKey, checkModelList } from './model-list-checks';
import { isEmbeddingsModel, mostTokens, shortQuestion } from './questions';
import { Report } from './report';
import { checkRequestLimit } from './request-limit-check';
import { checkTokenLimit } from './token-limit-check';
import { UsedUp, Visitor } from './visitor';

/** What `cdk8s-maas test` is told. */
export interface TrialOptions extends SessionOptions, AccessOptions {
  /** Tiers that are tested. @default - all */
  readonly tier?: readonly string[];
  /** Models that are tested. @default - all */
  readonly model?: readonly string[];
  /** Whether tokens of the demo Keycloak are taken even where there are keys. */
  readonly token?: boolean;
  readonly json?: boolean;
}

/** What all checks of one run share. */
export class Trial {
  readonly settings: PlatformSettings;
  /** Whether Kuadrant counts tokens, which tells clients nothing. */
  readonly byPolicy: boolean;

  constructor(
    readonly session: Session,
    readonly connection: Connection,
    readonly report: Report,
    /** Whether what is left can be followed from answer to answer: one gateway pod counts all of them. */
    readonly isOnePod: boolean,
  ) {
    this.settings = session.settings;
    this.byPolicy = usesTokenPolicy(session.settings);
  }

  /** Whether the gateway counts the tokens of a tier itself, and tells so in headers. */
  countsInGateway({ limits }: TierExpectation): boolean {
    return limits.length > 0 && !this.byPolicy;
  }

  /** A tier to pretend, with other limits where there is one. */
  otherTier({ name, tokensPerMinute }: TierExpectation): string {
    const others = this.settings.tiers.filter((tier) => tier.name !== name);
    return (others.find(({ tokens }) => tokens?.minute !== tokensPerMinute) ?? others[0])?.name ?? 'somebody-else';
  }

  /** Tokens of a limit that one request to a model can use up. */
  tokensOfRequest(model: ModelSettings): number {
    return Math.max(1, Math.floor(mostTokens(model) * model.tokenWeights.completion));
  }
}

/** `cdk8s-maas test`. */
export async function testPlatform(options: TrialOptions): Promise<void> {
  await runOperation(
    options,
    async (session) => {
      checkNames('tier', options.tier, session.settings.tiers);
      checkNames('model', options.model, session.settings.models);
      const { json = false, quiet = false } = options;
      const report = new Report(session.terminal, { json, quiet });
      const keycloak = session.settings.keycloak ? new DemoKeycloak(session) : undefined;
      try {
        const access = await openGateway(session, options);
        try {
          await testThrough(session, access, report, keycloak && ((user) => keycloak.token(user)), options);
        } finally {
          await access.close();
        }
      } finally {
        await keycloak?.close();
      }
      return report.finish();
    },
    COULD_NOT_BE_ASKED,
  );
}

const COULD_NOT_BE_ASKED = 2;

function checkNames(
  kind: string,
  given: readonly string[] | undefined,
  known: readonly { readonly name: string }[],
): void {
  const names = known.map(({ name }) => name);
  for (const name of given ?? []) {
    if (!names.includes(name)) {
      const fix = didYouMean(name, names, '');
      throw new OperationError(
        `got --${kind} ${quote(name)}, expected one of ${listNames(names)}${fix === '' ? '' : `; ${fix}`}`,
      );
    }
  }
}

async function testThrough(
  session: Session,
  access: GatewayAccess,
  report: Report,
  tokens: TokenSource,
  options: TrialOptions,
): Promise<void> {
  const connection = new Connection(access.address, session.interruption);
  const trial = new Trial(session, connection, report, access.isOnePod);
  try {
    report.line(`Gateway : ${access.words}`);
    const models = session.settings.models.filter(({ name }) => options.model?.includes(name) ?? true);
    await reach(trial, models, access);
    await checkModels(trial, models);
    const visitors = await visitorsOf(trial, models, tokens, options);
    for (const visitor of visitors) await settle(trial, visitor, () => checkTier(trial, visitor));
    for (const visitor of visitors) await settle(trial, visitor, () => checkTokensOf(trial, visitor));
  } catch (error) {
    if (error instanceof NoAnswer) throw new OperationError(noAnswer(error, access));
    throw error;
  } finally {
    connection.close();
  }
}

/** Whether anything answers at all. */
async function reach({ connection }: Trial, [model]: readonly ModelSettings[], access: GatewayAccess): Promise<void> {
  if (model === undefined) throw new OperationError('there is no model to ask');
  await connection.ask({ ...shortQuestion(model), method: 'GET', body: undefined }).catch((error: Error) => {
    if (error instanceof NoAnswer) throw new OperationError(noAnswer(error, access));
    throw error;
  });
}

function noAnswer({ message }: Error, { words }: GatewayAccess): string {
  return `no answer from ${words}: ${message}\nis the Gateway there? see: cdk8s-maas verify; another way to it: --url <url>`;
}

async function checkModels(trial: Trial, models: readonly ModelSettings[]): Promise<void> {
  trial.report.title('without a key');
  await checkListWithoutKey(trial);
  for (const model of models) await checkAuthentication(trial, model);
}

async function visitorsOf(
  trial: Trial,
  models: readonly ModelSettings[],
  tokens: TokenSource,
  options: TrialOptions,
): Promise<Visitor[]> {
  const { session, settings, report } = trial;
  const visitors: Visitor[] = [];
  for (const tier of settings.tiers.filter(({ name }) => options.tier?.includes(name) ?? true)) {
    const credential = await credentialOf(session, tier.name, tokens, options.token);
    if ('reason' in credential) {
      report.skipped('the tier', { tier: tier.name }, `${tier.name} is not tested: ${credential.reason}`);
      continue;
    }
    const expectation = expectationOf(settings, tier);
    const tested = expectation.models.filter((model) => models.includes(model));
    visitors.push(new Visitor(trial, expectation, credential, tested));
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
async function checkTier(trial: Trial, visitor: Visitor): Promise<void> {
  const { tier, credential, models } = visitor;
  trial.report.title(`${tier.name} (${limitWords(tier)}): ${credential.user}, with ${credential.source}`);
  const answering: ModelSettings[] = [];
  for (const model of models) if (await checkModel(trial, visitor, model)) answering.push(model);
  for (const model of tier.otherModels) await checkOtherModel(trial, visitor, model);
  await checkModelList(trial, visitor);
  const [model] = cheapestFirst(answering);
  if (model !== undefined) await checkRequestLimit(trial, visitor, model);
  visitor.answering = answering;
}

async function checkTokensOf(trial: Trial, visitor: Visitor): Promise<void> {
  const { tier, answering } = visitor;
  const [model] = cheapestFirst(answering);
  if (tier.limits.length === 0 || model === undefined) return;
  trial.report.title(`${tier.name}: its tokens used up`);
  await checkTokenLimit(trial, visitor, model);
}

/** What costs no GPU first, and what generates before what embeds. */
function cheapestFirst(models: readonly ModelSettings[]): ModelSettings[] {
  const rank = (model: ModelSettings) => (model.runtime === 'simulator' ? 0 : isEmbeddingsModel(model) ? 2 : 1);
  return [...models].sort((one, other) => rank(one) - rank(other));
}

/** A user whose budget is used up for long is left, as is one to whom the gateway does not answer. */
async function settle({ report }: Trial, { tier }: Visitor, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (error instanceof UsedUp) report.skipped('the tier', { tier: tier.name }, error.message);
    else if (error instanceof NoAnswer) report.failed('an answer', { tier: tier.name }, `none: ${error.message}`);
    else throw error;
  }
}
