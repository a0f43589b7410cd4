import { isJudged } from '../conditions';
import { identityOf, nameOf, referenceOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { checkInterruption, objectsOf, waitUntil, type PlatformFileObjects, type Session } from '../session';
import { tryAgain } from '../try-again';
import { warnOfFormerKeys } from './former-keys';
import { changeRecord } from './installation-record';
import { isPolicy, untilKuadrantIsReady } from './kuadrant-readiness';
import { isKServeConfiguration, restartKServe } from './kserve-restart';
import { isHeldByUs, namesOf } from './object-origin';
import { beginDeletions, deletionStages } from './ordered-deletion';
import { planPlatform, type PlatformPlan } from './platform-plan';
import { giveBack, setShared } from './shared-objects';
import { waitForObjects } from './wait-for-objects';

/** How the platform is applied. */
export interface ApplyOptions {
  /** Seconds that models may take to load. @default 3600 */
  readonly modelSeconds?: number;
  /** Seconds that all else may take to become good. @default 600 */
  readonly seconds?: number;
}

/** Objects of one call of kubectl: between two of them Ctrl-C ends it. */
const BATCH = 500;

/** Seconds in which a webhook that was just installed begins to answer. */
const WEBHOOK_SECONDS = 120;

/** Seconds in which Kuadrant starts Authorino and Limitador: their images may have to be pulled. */
const KUADRANT_SECONDS = 180;

/** Seconds in which what was deleted is gone. */
const GONE_SECONDS = 180;

/**
 * Brings the cluster to what the configuration says: applies the objects file by file, deletes what an earlier install has
 * applied and the configuration no longer has, waits until every object is good and current. Begun again it goes on.
 *
 * @throws OperationError when the cluster refuses something, a component is missing, or something does not become good
 * @throws Interrupted
 */
export async function applyPlatform(
  session: Session,
  { modelSeconds = 3600, seconds = 600 }: ApplyOptions = {},
): Promise<void> {
  await applyObjects(session, { kuadrantSeconds: Math.min(seconds, KUADRANT_SECONDS) });
  const waitedFor = objectsOf(session).filter(isJudged).map(referenceOf);
  const title = 'every object is good and current';
  await waitForObjects(session, waitedFor, { title, seconds, modelSeconds });
}

/**
 * As `applyPlatform`, without waiting for what becomes of the objects.
 *
 * @param options.kuadrantSeconds how long Kuadrant may take to become ready before its policies are applied all the same
 *   @default - not waited for
 */
export async function applyObjects(session: Session, { kuadrantSeconds = 0 } = {}): Promise<void> {
  const plan = await planPlatform(session);
  await untilGone(session, plan.leaving);
  await changeRecord(session, (record) => ({ ...plan.record, components: record.components }));
  const shared = new Set(plan.shared.map(identityOf));
  for (const file of session.files) {
    checkInterruption(session);
    await session.terminal.progress(file.name, async (say) => {
      if (file.objects.some(isPolicy)) await untilKuadrantIsReady(session, kuadrantSeconds, say);
      await applyFile(session, file, shared, say);
    });
    const configuration = file.objects.find(isKServeConfiguration);
    if (configuration !== undefined) await restartKServe(session, configuration);
  }
  checkInterruption(session);
  await prune(session, plan);
  await warnOfFormerKeys(session);
  await changeRecord(session, (record) => ({ ...plan.finalRecord, components: record.components }));
}

/** Says what is waited for. */
type Say = (words: string) => void;

async function applyFile(
  session: Session,
  { name, objects }: PlatformFileObjects,
  shared: ReadonlySet<string>,
  say: Say,
): Promise<void> {
  const isShared = (object: KubernetesObject) => shared.has(identityOf(object));
  for (const object of objects.filter(isShared)) await setShared(session, object);
  const ours = objects.filter((object) => !isShared(object));
  for (let start = 0; start < ours.length; start += BATCH) {
    checkInterruption(session);
    if (ours.length > BATCH) say(`${start} of ${ours.length} objects`);
    await applyBatch(session, name, ours.slice(start, start + BATCH), say);
  }
}

/** A webhook's controller may not answer yet: that is no verdict. */
async function applyBatch(
  session: Session,
  file: string,
  objects: readonly KubernetesObject[],
  say: Say,
): Promise<void> {
  const isPassing = (message: string) => {
    const isLate = message.includes('failed calling webhook');
    if (isLate) say('a webhook does not answer yet');
    return isLate;
  };
  const apply = () => session.kubectl.apply(objects);
  const failure = await tryAgain(session, apply, isPassing, { seconds: WEBHOOK_SECONDS });
  if (failure !== undefined) throw new OperationError(explainRefusal(file, failure.message));
}

/** What the server refuses, with what to do where we know it. */
export function explainRefusal(file: string, message: string): string {
  const immutable =
    /field is immutable|updates to .* are forbidden|cannot change roleRef|may not change once set/i.test(message);
  const advice = immutable
    ? [
        'what cannot be changed in place has to be made anew: delete that object with kubectl (mind its data), then install again',
      ]
    : [];
  return [`${file} was not applied in full; what came before it stays. ${message}`, ...advice].join('\n');
}

async function prune(session: Session, { pruned, released, kept }: PlatformPlan): Promise<void> {
  for (const { object, reason } of kept) {
    session.terminal.note(`${namesOf([object])} is no longer in the configuration and stays: ${reason}`);
  }
  for (const reference of released) await giveBack(session, reference);
  if (pruned.length === 0) return;
  const title = `deleting what the configuration no longer has: ${namesOf(pruned, 5)}`;
  await session.terminal.progress(title, async (say) => {
    for (const stage of deletionStages(pruned)) {
      await beginDeletions(session, stage, say);
      await gone(session, stage);
    }
  });
}

/** Objects that are on their way out would take with them what is applied to them. */
async function untilGone(session: Session, leaving: readonly KubernetesObject[]): Promise<void> {
  if (leaving.length === 0) return;
  const references = leaving.map(referenceOf);
  await session.terminal.progress(`waiting until ${namesOf(references, 3)} is deleted`, async () => {
    for (const object of leaving.filter(isHeldByUs)) {
      await session.kubectl.patch(referenceOf(object), { metadata: { finalizers: null } });
    }
    checkInterruption(session);
    await gone(session, references);
  });
}

/** Waits until objects are no longer there. */
export async function gone(session: Session, references: readonly ObjectReference[]): Promise<void> {
  let left: KubernetesObject[] = [];
  const look = async () => {
    left = (await session.kubectl.find(references)).objects;
    return left.length === 0;
  };
  if (await waitUntil(session, look, { seconds: GONE_SECONDS })) return;
  const finalizers = left.flatMap((object) =>
    (object.metadata.finalizers ?? []).map((each) => `${nameOf(object)}: ${each}`),
  );
  throw new OperationError(
    [
      `${namesOf(left.map(referenceOf), 5)} was deleted and is still there after ${GONE_SECONDS} seconds`,
      ...finalizers.slice(0, 5).map((line) => `  it waits for the controller of finalizer ${line}`),
      'see that its controller runs, then begin again: what is done is not done twice',
    ].join('\n'),
  );
}
