import { referenceOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import type { Session } from '../session';
import { adoptionPatch, patchTypeOf, releasePatch, type Fields } from './shared-fields';

/** How often it is tried anew, when a controller has changed the object at the same moment. */
const ATTEMPTS = 5;

/** Sets the platform's fields of an object that others own, and only those. */
export async function setShared(session: Session, manifest: KubernetesObject): Promise<void> {
  const { namespace } = session.settings;
  await change(session, referenceOf(manifest), (live) => adoptionPatch(manifest, live, namespace));
}

/** Gives an object back to its owner; one that is not there needs nothing. */
export async function giveBack(session: Session, reference: ObjectReference): Promise<void> {
  const { namespace } = session.settings;
  if ((await session.kubectl.get(reference)) === undefined) return;
  await change(session, reference, (live) => releasePatch(live, namespace));
}

/** Not by `kubectl apply --server-side`: that takes over all that a client-side apply has set, and deletes it. */
async function change(
  { kubectl }: Session,
  reference: ObjectReference,
  patchOf: (live: KubernetesObject) => Fields,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const live = await kubectl.get(reference);
    if (live === undefined)
      throw new OperationError(`${reference.kind} ${reference.name} was deleted meanwhile; begin again`);
    const patch = patchOf(live);
    const { resourceVersion } = live.metadata;
    try {
      const metadata = { ...(patch.metadata as object), resourceVersion };
      await kubectl.patch(reference, { ...patch, metadata }, patchTypeOf(reference));
      return;
    } catch (error) {
      const conflict = error instanceof OperationError && /the object has been modified/.test(error.message);
      if (!conflict || attempt === ATTEMPTS) throw error;
    }
  }
}
