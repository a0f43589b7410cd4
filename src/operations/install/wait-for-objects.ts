import { problemsOf } from '../conditions';
import { identityOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { waitUntil, type Session } from '../session';
import { failureReports } from './failure-report';
import { namesOf } from './object-origin';

/** How long objects are waited for. */
export interface WaitOptions {
  /** Seconds for all but models. */
  readonly seconds: number;
  /** Seconds for models, which load their weights. @default - as all others */
  readonly modelSeconds?: number;
  /** Milliseconds between two looks. @default 2000 */
  readonly pause?: number;
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
 * Waits until objects are there, good and current, with a progress line of its own.
 *
 * @param options.title `waiting for the platform`
 * @throws OperationError, Interrupted as `waitUntilGood`
 */
export async function waitForObjects(
  session: Pick<Session, 'kubectl' | 'terminal' | 'interruption'>,
  references: readonly ObjectReference[],
  { title, ...options }: WaitOptions & { readonly title: string },
): Promise<void> {
  if (references.length === 0) return;
  await session.terminal.progress(title, (say) => waitUntilGood(session, references, options, say));
}

/**
 * Waits until objects are there, good and current.
 *
 * @param say what is waited for
 * @throws OperationError after that time, with a report of what is not good
 * @throws Interrupted
 */
export async function waitUntilGood(
  session: Pick<Session, 'kubectl' | 'interruption'>,
  references: readonly ObjectReference[],
  { seconds, modelSeconds = seconds, pause = 2000 }: WaitOptions,
  say: (words: string) => void,
): Promise<void> {
  const begin = Date.now();
  let bad: NotGood[] = [];
  const look = async () => {
    bad = notGood(references, (await session.kubectl.find(references)).objects);
    const [first] = bad;
    if (first !== undefined) {
      const good = references.length - bad.length;
      say(`${good} of ${references.length} good; ${namesOf([first.reference])}: ${first.problem}`);
    }
    const onlyModels = bad.every(({ reference }) => MODEL_KINDS.includes(reference.kind));
    return bad.length === 0 || (!onlyModels && Date.now() - begin > seconds * 1000);
  };
  await waitUntil(session, look, { seconds: Math.max(seconds, modelSeconds), pause });
  if (bad.length === 0) return;
  const left = bad.map(({ reference }) => reference);
  throw new OperationError(`waited in vain for ${namesOf(left, 5)}\n${await failureReports(session.kubectl, left)}`);
}

/** What is good only once a model has loaded its weights: KEDA has nothing to go by before it reports its work. */
const MODEL_KINDS = ['InferenceService', 'ScaledObject'];

interface NotGood {
  readonly reference: ObjectReference;
  readonly problem: string;
}

function notGood(references: readonly ObjectReference[], objects: readonly KubernetesObject[]): NotGood[] {
  const live = new Map(objects.map((object) => [identityOf(object), object]));
  return references.flatMap((reference) => {
    const object = live.get(identityOf(reference));
    const [problem] = object === undefined ? ['not there'] : stillWaitingFor(object);
    return problem === undefined ? [] : [{ reference, problem }];
  });
}
