import type { Kubectl } from '../kubectl';
import { nameOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { problemsOf } from '../conditions';

/** Most lines of a part of a report. */
const MOST_LINES = 6;

/** Most letters of a line: messages of schedulers and controllers are long. */
const MOST_LETTERS = 220;

/**
 * Tells why an object does not become good, in some ten lines: its conditions, the pods below it, what has happened last.
 *
 * It asks the cluster and never fails: what cannot be asked is left out.
 */
export async function failureReport(kubectl: Kubectl, reference: ObjectReference): Promise<string> {
  const object = await attempt(() => kubectl.get(reference));
  const title = nameOf({ ...reference, metadata: reference });
  if (object === undefined) return `${title}: not there`;
  const below = reference.namespace === undefined ? [] : await belowOf(kubectl, object, reference.namespace);
  const related = [object, ...below];
  const events = await eventsOf(kubectl, related);
  const lines = [
    ...problemsOf(object),
    ...below
      .filter(({ kind }) => kind !== 'Pod')
      .flatMap((owned) => problemsOf(owned).map((problem) => `${nameOf(owned)}: ${problem}`)),
    ...below.filter(({ kind }) => kind === 'Pod').flatMap(podProblems),
    ...events,
  ];
  const text = lines.length > 0 ? lines : ['no condition, pod or event says why'];
  return [`${title}:`, ...text.map((line) => `  ${shorten(line)}`)].join('\n');
}

/** The Deployments and pods that were made for an object, by their owners; for a Gateway by the label of its pods. */
async function belowOf(kubectl: Kubectl, object: KubernetesObject, namespace: string): Promise<KubernetesObject[]> {
  const list = async (resource: string) => (await attempt(() => kubectl.list(resource, { namespace }))) ?? [];
  const candidates = [
    ...(await list('Deployment.v1.apps')),
    ...(await list('ReplicaSet.v1.apps')),
    ...(await list('Pod')),
  ];
  const uids = new Set([object.metadata.uid]);
  const below: KubernetesObject[] = [];
  // Owners stand before what they own.
  for (const candidate of candidates) {
    const owned = (candidate.metadata.ownerReferences ?? []).some(({ uid }) => uids.has(uid));
    const labelled =
      candidate.kind === 'Pod' &&
      ((object.kind === 'InferenceService' &&
        candidate.metadata.labels?.['serving.kserve.io/inferenceservice'] === object.metadata.name) ||
        (object.kind === 'Gateway' &&
          candidate.metadata.labels?.['gateway.networking.k8s.io/gateway-name'] === object.metadata.name));
    if (!owned && !labelled) continue;
    uids.add(candidate.metadata.uid);
    below.push(candidate);
  }
  return below.filter(({ kind }) => kind !== 'ReplicaSet');
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: Readonly<
    Record<string, { readonly reason?: string; readonly message?: string; readonly exitCode?: number }>
  >;
  readonly lastState?: ContainerStatus['state'];
}

/** What keeps a pod from being ready. */
export function podProblems(pod: KubernetesObject): string[] {
  const { conditions = [], containerStatuses = [], initContainerStatuses = [], phase } = pod.status ?? {};
  const unscheduled = (conditions as { type: string; status: string; reason?: string; message?: string }[])
    .filter(({ type, status }) => type === 'PodScheduled' && status === 'False')
    .map(({ reason, message }) => `${reason ?? 'not scheduled'}: ${message ?? ''}`);
  const containers = ([...initContainerStatuses, ...containerStatuses] as ContainerStatus[]).flatMap(containerProblems);
  const problems = [...unscheduled, ...containers];
  if (problems.length === 0 && phase !== 'Running' && phase !== 'Succeeded')
    problems.push(`phase ${phase ?? 'unknown'}`);
  return problems.map((problem) => `${nameOf(pod)}: ${problem}`);
}

function containerProblems({ name, ready, restartCount = 0, state, lastState }: ContainerStatus): string[] {
  if (ready === true || state?.terminated?.exitCode === 0) return [];
  const now = state?.waiting ?? state?.terminated;
  const before = lastState?.terminated;
  const words = [
    ...(now === undefined ? ['runs and is not ready'] : [[now.reason, now.message].filter(Boolean).join(': ')]),
    ...(restartCount > 0 ? [`${restartCount} restarts`] : []),
    ...(before === undefined
      ? []
      : [`ended before with exit code ${before.exitCode} (${before.reason ?? 'no reason'})`]),
  ];
  return [`container ${name} ${words.join(', ')}`];
}

/** The last events of objects, oldest first; warnings before all else. */
async function eventsOf(kubectl: Kubectl, objects: readonly KubernetesObject[]): Promise<string[]> {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const found = await Promise.all(namespaces.map((namespace) => attempt(() => kubectl.list('Event', { namespace }))));
  const events = found.flatMap((list) => list ?? []).filter(({ involvedObject }) => uids.has(involvedObject?.uid));
  const time = ({ lastTimestamp, eventTime, metadata }: KubernetesObject) =>
    String(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '');
  const warnings = events.filter(({ type }) => type === 'Warning');
  return (warnings.length > 0 ? warnings : events)
    .sort((one, other) => (time(one) < time(other) ? -1 : 1))
    .slice(-MOST_LINES)
    .map(({ involvedObject, reason, message, count = 1 }) => {
      const times = count > 1 ? ` (${count} times)` : '';
      return `event of ${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}${times}`;
    });
}

function shorten(line: string): string {
  const flat = line.replace(/\s+/g, ' ').trim();
  return flat.length > MOST_LETTERS ? `${flat.slice(0, MOST_LETTERS - 1)}…` : flat;
}

async function attempt<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

/** Reports of several objects, the first few. */
export async function failureReports(
  kubectl: Kubectl,
  references: readonly ObjectReference[],
  most = 3,
): Promise<string> {
  const reports: string[] = [];
  for (const reference of references.slice(0, most)) reports.push(await failureReport(kubectl, reference));
  const rest = references.length - reports.length;
  return [...reports, ...(rest > 0 ? [`and ${rest} more that are not good`] : [])].join('\n');
}
