import { count } from '../../config/problem';
import type { ModelSettings } from '../../config/model-settings';
import { IDENTITY_HEADERS } from '../../gateway/identity-headers';
import { costOf, limitHeadersOf, usageOf } from './answers';
import type { Answer } from '../connection';
import { answerProblems, headerProblems, refusalProblems, remainingProblems, streamProblems } from './judgements';
import { isEmbeddingsModel } from '../../models/vllm-serving';
import { shortQuestion, streamQuestion } from './questions';
import type { Subject } from './report';
import type { TestRun } from './test-run';
import type { Visitor } from './visitor';
import { askAwake } from './wake';
import { freshMinute } from './windows';

/** Seconds of a minute that the requests to a model take, mostly. */
const SECONDS = 10;

/** How often answers are asked for that lie in one window. */
const ATTEMPTS = 3;

/** The answers of a model to one user, in this order. */
interface Answers {
  readonly first: Answer;
  /** With identity headers of somebody else. */
  readonly forged: Answer;
  readonly stream?: Answer;
  readonly last?: Answer;
}

/**
 * What a user with a key gets from a model.
 * @returns whether it answers
 */
export async function checkModel(run: TestRun, visitor: Visitor, model: ModelSettings): Promise<boolean> {
  const { report } = run;
  const subject: Subject = { tier: visitor.tier.name, model: model.name };
  if (run.countsInGateway(visitor.tier)) await freshMinute(run, SECONDS);
  const first = await askAwake(run, visitor, model);
  const usage = usageOf(first);

  if (!report.judge('a key', subject, keyProblems(visitor, first), `200, ${count(usage?.total ?? 0, 'token')}`))
    return false;
  let answers = await furtherAnswers(run, visitor, model, first);
  for (let attempt = 2; attempt <= ATTEMPTS && !isSettled(run, answers, model); attempt++) {
    if (run.countsInGateway(visitor.tier)) await freshMinute(run, SECONDS);
    answers = await furtherAnswers(
      run,
      visitor,
      model,
      await visitor.askPatiently(shortQuestion(model, run.settings.gateway)),
    );
  }
  checkHeaders(run, visitor, model, answers.first);
  checkForged(run, visitor, model, answers);
  checkStream(run, visitor, model, answers);
  return true;
}

/** A tier that may not use a model gets none of it. */
export async function checkOtherModel(run: TestRun, visitor: Visitor, model: ModelSettings): Promise<void> {
  const answer = await visitor.ask(shortQuestion(model, run.settings.gateway));
  const subject: Subject = { tier: visitor.tier.name, model: model.name };
  run.report.judge('a model of other tiers', subject, refusalProblems(answer, 403, 'access_denied'), '403');
}

function keyProblems({ credential: { source } }: Visitor, answer: Answer): string[] {
  const next: Readonly<Record<number, string>> = {
    401: `the gateway does not know ${source}: is its Secret there, with the labels of a key?`,
    403: 'is the AuthPolicy in force, and does the key belong to this tier?',
    503: 'does a pod of the model run, and does the Gateway have the annotation for token limits?',
  };
  const hint = next[answer.status];
  return answerProblems(answer).map((problem) => (hint === undefined ? problem : `${problem}; ${hint}`));
}

async function furtherAnswers(run: TestRun, visitor: Visitor, model: ModelSettings, first: Answer): Promise<Answers> {
  const headers = Object.fromEntries(
    IDENTITY_HEADERS.map((header) => [header, header.endsWith('tier') ? run.otherTier(visitor.tier) : 'somebody']),
  );
  const forged = await visitor.askPatiently({ ...shortQuestion(model, run.settings.gateway), headers });
  if (isEmbeddingsModel(model)) return { first, forged };
  const stream = await visitor.askPatiently(streamQuestion(model, run.settings.gateway));
  return { first, forged, stream, last: await visitor.askPatiently(shortQuestion(model, run.settings.gateway)) };
}

/** Whether the answers show what is left after each; where somebody else asks as this user, or a window turns, they do not. */
function isSettled(run: TestRun, answers: Answers, model: ModelSettings): boolean {
  const { first, forged } = answers;
  if (!run.isOnePod || limitHeadersOf(first).limit === undefined) return true;
  const [problems, streamed] = [remainingProblems(first, forged, model), streamRemainder(answers, model)];
  return problems?.length === 0 && (answers.stream === undefined || streamed?.length === 0);
}

function streamRemainder({ forged, stream, last }: Answers, model: ModelSettings): string[] | undefined {
  const usage = stream && usageOf(stream);
  return usage && last && remainingProblems(forged, last, model, costOf(usage, model.tokenWeights));
}

function checkHeaders(run: TestRun, { tier }: Visitor, model: ModelSettings, answer: Answer): void {
  if (!run.countsInGateway(tier)) return;
  const { limit, consumed, remaining } = limitHeadersOf(answer);
  const seen = `limit ${limit}, consumed ${consumed ?? 'not told'}, remaining ${remaining}`;
  const subject: Subject = { tier: tier.name, model: model.name };
  run.report.judge('limit headers', subject, headerProblems(answer, tier, model), seen);
}

const OTHERS = 'a window has turned each time, or somebody else asks as this user';

function checkForged(run: TestRun, { tier, credential }: Visitor, model: ModelSettings, answers: Answers): void {
  const { first, forged } = answers;
  const name = 'identity headers beside a key';
  const subject: Subject = { tier: tier.name, model: model.name };
  const problems = answerProblems(forged);
  if (run.countsInGateway(tier) && problems.length === 0) {
    problems.push(...headerProblems(forged, tier, model));
    const rest = run.isOnePod ? remainingProblems(first, forged, model) : [];
    problems.push(...(rest ?? []).map((problem) => `${problem}: does another user's budget pay?`));
  }
  run.report.judge(name, subject, problems, `200, counted for ${credential.user}`);
}

function checkStream(run: TestRun, { tier }: Visitor, model: ModelSettings, answers: Answers): void {
  const { stream } = answers;
  const subject: Subject = { tier: tier.name, model: model.name };
  if (stream === undefined) return;
  const usage = usageOf(stream);
  const seen = `200, ${count(usage?.total ?? 0, 'token')} in its last event`;
  const isGood = run.report.judge('a stream', subject, streamProblems(stream), seen);
  if (!isGood || !run.countsInGateway(tier) || !run.isOnePod) return;
  const rest = streamRemainder(answers, model);
  if (rest === undefined) run.report.skipped('a stream counts', subject, OTHERS);
  else run.report.judge('a stream counts', subject, rest, 'its tokens are gone from what is left');
}
