import { isJudged, problemsOf } from '../conditions';
import { describeObject } from '../../output/chart-objects';
import { identityOf, nameOf, referenceOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { waitUntil, type Session } from '../session';
import { failureReports } from './failure-report';

/** How long objects are waited for. */
export interface WaitOptions {
  /** `waiting for the platform` */
  readonly title: string;
  /** Seconds for all but models. */
  readonly seconds: number;
  /** Seconds for models, which load their weights. @default - as all others */
  readonly modelSeconds?: number;
  /** What the user does to go on later, a sentence. */
  readonly next: string;
  /** Milliseconds between two looks. @default 2000 */
  readonly pause?: number;
}

/** Whether anybody says of objects of this kind how they are. */
export function isWaitedFor(object: Pick<KubernetesObject, 'kind'>): boolean {
  return isJudged(object);
}

/**
 * What an object still lacks.
 * @returns sentences as `problemsOf` has them
 */
export function stillWaitingFor(live: KubernetesObject): string[] {
  const rollout = live.kind === 'Deployment' ? rolloutProblems(live) : [];
  const addresses: unknown[] = live.status?.addresses ?? [];
  const address = live.kind === 'Gateway' && addresses.length === 0 ? ['it has no address yet'] : [];
  return [...problemsOf(live), ...rollout, ...address];
}

/** A Deployment counts as Available while pods of its former self serve. */
function rolloutProblems({ spec, status = {} }: KubernetesObject): string[] {
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted) return [`${updatedReplicas} of ${wanted} pods are new`];
  if (replicas > updatedReplicas) return [`${replicas - updatedReplicas} old pods are still there`];
  return availableReplicas < updatedReplicas ? [`${availableReplicas} of ${updatedReplicas} pods are available`] : [];
}

/**
 * Waits until objects are there, good and current, and says meanwhile what it waits for.
 *
 * @throws OperationError after that time, with a report of what is not good
 * @throws Interrupted
 */
export async function waitForObjects(
  session: Pick<Session, 'kubectl' | 'terminal' | 'interruption'>,
  references: readonly ObjectReference[],
  { title, seconds, modelSeconds = seconds, next, pause = 2000 }: WaitOptions,
): Promise<void> {
  if (references.length === 0) return;
  const begin = Date.now();
  let bad: { object: KubernetesObject; problem: string }[] = [];
  await session.terminal.progress(title, async (say) => {
    const look = async () => {
      const { objects } = await session.kubectl.find(references);
      const live = new Map(objects.map((object) => [identityOf(referenceOf(object)), object]));
      bad = references.flatMap((reference) => {
        const object = live.get(identityOf(reference));
        if (object === undefined) return [{ object: missing(reference), problem: 'not there' }];
        return stillWaitingFor(object)
          .slice(0, 1)
          .map((problem) => ({ object, problem }));
      });
      const [first] = bad;
      if (first !== undefined) {
        say(
          `${references.length - bad.length} of ${references.length} good; ${nameOf(first.object)}: ${first.problem}`,
        );
      }
      const onlyModels = bad.every(({ object }) => object.kind === 'InferenceService');
      return bad.length === 0 || (!onlyModels && Date.now() - begin > Math.min(seconds, modelSeconds) * 1000);
    };
    await waitUntil(session, look, { seconds: Math.max(seconds, modelSeconds), pause });
    if (bad.length > 0)
      throw new OperationError(
        await givenUp(
          session,
          bad.map(({ object }) => object),
          next,
        ),
      );
  });
}

function missing(reference: ObjectReference): KubernetesObject {
  const { apiVersion, kind, name, namespace } = reference;
  return { apiVersion, kind, metadata: { name, namespace } };
}

async function givenUp(
  { kubectl }: Pick<Session, 'kubectl'>,
  bad: readonly KubernetesObject[],
  next: string,
): Promise<string> {
  const names = bad.slice(0, 5).map((object) => describeObject(referenceOf(object)));
  const what =
    bad.length > names.length ? `${names.join(', ')} and ${bad.length - names.length} more` : names.join(', ');
  return [`waited in vain for ${what}`, await failureReports(kubectl, bad), next].join('\n');
}
