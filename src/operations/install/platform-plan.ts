import { identityOf, referenceOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { objectsOf, type Session } from '../session';
import { otherRecords, readRecord } from './installation-record';
import { missingComponents } from './missing-components';
import {
  isProtected,
  knownRecords,
  originOf,
  reasonToKeep,
  staysUntilUninstall,
  type KnownRecords,
  type Origin,
} from './object-origin';
import { EMPTY_RECORD, type InstallationRecord } from './record-format';

/** An object that the platform no longer has and that stays all the same. */
export interface KeptObject {
  readonly object: ObjectReference;
  /** `somebody else has made it anew` */
  readonly reason: string;
}

/** What an install does with the objects of the platform. */
export interface PlatformPlan {
  /** Not there yet. */
  readonly created: readonly ObjectReference[];
  /** There already, the platform's. */
  readonly updated: readonly ObjectReference[];
  /** There already, somebody else's: some fields are set. */
  readonly shared: readonly ObjectReference[];
  /** Deleted: an earlier install applied them, and the platform no longer has them. */
  readonly pruned: readonly ObjectReference[];
  /** Given back: the platform no longer has anything to say in them. */
  readonly released: readonly ObjectReference[];
  readonly kept: readonly KeptObject[];
  /** On their way out of the cluster: they have to be gone first. */
  readonly leaving: readonly KubernetesObject[];
  /** What is written down before anything is done. */
  readonly record: InstallationRecord;
  /** What is written down once it is done. */
  readonly finalRecord: InstallationRecord;
}

/**
 * Finds out what an install does with the objects of the platform; changes nothing.
 *
 * @param options.componentsMissing whether kinds may be missing, because the components come first @default false
 * @throws OperationError when a component is missing, or an object is somebody else's
 */
export async function planPlatform(session: Session, { componentsMissing = false } = {}): Promise<PlatformPlan> {
  const manifests = objectsOf(session);
  const record = (await readRecord(session)) ?? EMPTY_RECORD;
  const known = knownRecords(record, await otherRecords(session));
  const rendered = new Set(manifests.map((manifest) => identityOf(manifest)));
  const former = (list: readonly ObjectReference[]) => list.filter((reference) => !rendered.has(identityOf(reference)));
  const [formerlyCreated, formerlyShared] = [former(record.created), former(record.shared)];
  const references = [...manifests.map(referenceOf), ...formerlyCreated, ...formerlyShared];
  const { objects, unknownKinds } = await session.kubectl.find(references);
  const needed = unknownKinds.filter((kind) => manifests.some((manifest) => kindOf(manifest) === kind));
  if (needed.length > 0 && !componentsMissing) throw new OperationError(missingComponents(needed));
  const live = new Map(objects.map((object) => [identityOf(object), object]));

  const { created, updated, shared, leaving } = judgeRendered(manifests, live, known);
  const { staying, pruned, kept } = judgeFormer(formerlyCreated, live, known);
  const released = formerlyShared.filter((reference) => live.has(identityOf(reference)));
  const isShared = new Set(shared.map(identityOf));
  const own = manifests.map(referenceOf).filter((reference) => !isShared.has(identityOf(reference)));
  return {
    ...{ created, updated, shared, pruned: pruned.toReversed(), released, kept, leaving },
    record: { ...record, created: [...staying, ...own, ...pruned], shared: [...shared, ...released] },
    finalRecord: { ...record, created: [...staying, ...own], shared },
  };
}

type Live = ReadonlyMap<string, KubernetesObject>;

/** What the configuration has. */
function judgeRendered(
  manifests: readonly KubernetesObject[],
  live: Live,
  known: KnownRecords,
): Pick<PlatformPlan, 'created' | 'updated' | 'shared' | 'leaving'> {
  const judged = manifests.map((manifest) => {
    const reference = referenceOf(manifest);
    const found = live.get(identityOf(reference));
    return { reference, found, origin: originOf(manifest, found, known) };
  });
  const problems = judged.flatMap(({ origin }) => (typeof origin === 'string' ? [] : [origin.problem]));
  if (problems.length > 0) throw new OperationError(foreignObjects(problems));
  const of = (wanted: Origin, there: boolean) =>
    judged
      .filter(({ origin, found }) => origin === wanted && (found !== undefined) === there)
      .map(({ reference }) => reference);
  return {
    created: of('created', false),
    updated: of('created', true),
    shared: of('shared', true),
    leaving: judged.flatMap(({ found }) => (found?.metadata.deletionTimestamp === undefined ? [] : [found])),
  };
}

/** What an earlier install has created and the configuration no longer has. */
function judgeFormer(references: readonly ObjectReference[], live: Live, known: KnownRecords) {
  const [staying, pruned, kept]: [ObjectReference[], ObjectReference[], KeptObject[]] = [[], [], []];
  for (const object of references) {
    const found = live.get(identityOf(object));
    if (found === undefined) continue;
    const reason = reasonToKeep(found, known);
    if (reason !== undefined) kept.push({ object, reason });
    else if (staysUntilUninstall(found)) {
      staying.push(object);
      kept.push({ object, reason: whyItStays(found) });
    } else pruned.push(object);
  }
  return { staying, pruned, kept };
}

function kindOf({ kind, apiVersion }: KubernetesObject): string {
  return `${kind} (${apiVersion})`;
}

function whyItStays(live: KubernetesObject): string {
  return isProtected(live)
    ? 'others may use it; uninstall takes it away when nobody does'
    : 'with it would go what is in it; uninstall takes it away';
}

function foreignObjects(problems: readonly string[]): string {
  const most = 20;
  const more = problems.length > most ? [`and ${problems.length - most} more`] : [];
  return [
    'nothing was changed, because these objects are not ours to overwrite:',
    ...[...problems.slice(0, most), ...more].map((problem) => `  ${problem}`),
    "what is this platform's all the same gets its labels by hand:",
    '  kubectl label <kind> <name> --namespace <namespace> app.kubernetes.io/part-of=maas app.kubernetes.io/managed-by=cdk8s-maas',
  ].join('\n');
}
