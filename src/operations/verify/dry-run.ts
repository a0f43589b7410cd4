import { identityOf, nameOf, type KubernetesObject } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { checkInterruption, type Session } from '../session';
import { describeRight, kindKey, type ClusterState, type KnownKinds, type MissingRight } from './cluster';
import { missingRightsIn } from './missing-rights';
import type { ClusterReading } from './read-cluster';

type Applied = Pick<ClusterState, 'applied' | 'notApplied'>;

/**
 * What the objects that are there would be after an apply, as the server says it: with defaults, webhooks and what others
 * have set. Nothing is changed.
 *
 * kubectl tells nothing of the others once one is refused: they are asked for without it, by halves.
 */
export async function dryRun(
  session: Session,
  { objects, kinds }: ClusterReading,
  desired: readonly KubernetesObject[],
): Promise<Applied> {
  const there = new Set(objects.map(identityOf));
  return applyAll(
    session,
    desired.filter((object) => there.has(identityOf(object))),
    kinds,
  );
}

async function applyAll(session: Session, objects: readonly KubernetesObject[], kinds: KnownKinds): Promise<Applied> {
  checkInterruption(session);
  if (objects.length === 0) return { applied: new Map(), notApplied: new Map() };
  const failure = await attempt(session, objects);
  if (typeof failure !== 'string') return failure;
  const rights = missingRightsIn(failure);
  const rightOf = (object: KubernetesObject) => rights.find((right) => isFor(right, object, kinds));
  const refused = objects.filter((object) => rightOf(object) !== undefined);
  if (refused.length > 0) {
    const others = await applyAll(
      session,
      objects.filter((object) => !refused.includes(object)),
      kinds,
    );
    const reasons = refused.map((object): [string, string] => {
      const right = rightOf(object);
      return [identityOf(object), right === undefined ? '' : `no right to ${describeRight(right)}`];
    });
    return { applied: others.applied, notApplied: new Map([...others.notApplied, ...reasons]) };
  }
  if (objects.length === 1) {
    return { applied: new Map(), notApplied: new Map(objects.map((object) => [identityOf(object), failure])) };
  }
  const middle = objects.length >> 1;
  return merged(
    await applyAll(session, objects.slice(0, middle), kinds),
    await applyAll(session, objects.slice(middle), kinds),
  );
}

/** @returns why it could not be done, of whichever object. */
async function attempt(session: Session, objects: readonly KubernetesObject[]): Promise<Applied | string> {
  try {
    const applied = await session.kubectl.apply(objects, { dryRun: true });
    return { applied: new Map(applied.map((object) => [identityOf(object), object])), notApplied: new Map() };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    session.terminal.detail(`${objects.map(nameOf).join(', ')}: ${error.message}`);
    return error.message;
  }
}

function merged(one: Applied, other: Applied): Applied {
  return {
    applied: new Map([...one.applied, ...other.applied]),
    notApplied: new Map([...one.notApplied, ...other.notApplied]),
  };
}

function isFor({ resource, group, namespace }: MissingRight, object: KubernetesObject, kinds: KnownKinds): boolean {
  const key = kindKey(object);
  const place = object.metadata.namespace;
  // A Namespace is asked for by its own name.
  const same = namespace === place || (object.kind === 'Namespace' && namespace === object.metadata.name);
  return kinds.get(key)?.resource === resource && key.startsWith(`${group} `) && (namespace === undefined || same);
}
