import type { ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { checkInterruption, waitUntil, type Session } from '../session';
import { namesOf } from './object-origin';

/** Objects of one call of kubectl. */
const BATCH = 500;

/** Seconds in which KServe's controller of local models notices that an InferenceService is gone. */
const NOTICE_SECONDS = 60;

/** KServe's webhook that keeps a LocalModelCache as long as an InferenceService uses it. */
const IN_USE = /localmodelcache\.kserve-webhook-server\.validator.*( is being used by | not found)/s;

/**
 * Sorts what is to be deleted into stages, each of which has to be gone before the next begins.
 *
 * KServe refuses to delete a LocalModelCache before the InferenceServices that use it are gone, and its controller cannot let
 * go of one whose LocalModelNodeGroup is gone: all at once, that would stay for ever.
 */
export function deletionStages<Item extends { readonly kind: string }>(objects: readonly Item[]): Item[][] {
  const isCache = ({ kind }: Item) => kind === 'LocalModelCache';
  const isService = ({ kind }: Item) => kind === 'InferenceService';
  const stages = objects.some(isCache)
    ? [
        objects.filter(isService),
        objects.filter(isCache),
        objects.filter((object) => !isCache(object) && !isService(object)),
      ]
    : [[...objects]];
  return stages.filter(({ length }) => length > 0);
}

/**
 * Begins to delete objects, in several calls.
 * @param say says what is waited for
 * @throws OperationError when the cluster refuses it
 * @throws Interrupted
 */
export async function beginDeletions(
  session: Session,
  references: readonly ObjectReference[],
  say: (words: string) => void,
): Promise<void> {
  for (let start = 0; start < references.length; start += BATCH) {
    checkInterruption(session);
    if (references.length > BATCH) say(`${start} of ${references.length}`);
    await beginUnused(session, references.slice(start, start + BATCH), say);
  }
}

/** What was used a moment ago may still be taken for used. */
async function beginUnused(
  session: Session,
  references: readonly ObjectReference[],
  say: (words: string) => void,
): Promise<void> {
  const caches = references.filter(({ kind }) => kind === 'LocalModelCache');
  let refusal = '';
  const begin = async () => {
    refusal = await refusalOf(session, references);
    const isBegun = refusal === '' && (await areLeaving(session, caches));
    if (!isBegun) say('KServe takes a LocalModelCache for used');
    return isBegun;
  };
  if (await waitUntil(session, begin, { seconds: NOTICE_SECONDS })) return;
  const advice = 'delete the InferenceServices that use it, or give them another source, then begin again';
  throw new OperationError([refusal || `KServe keeps ${namesOf(caches)}`, advice].join('\n'));
}

/** @returns why KServe takes one for used; empty when it does not say so */
async function refusalOf({ kubectl }: Session, references: readonly ObjectReference[]): Promise<string> {
  try {
    await kubectl.beginDeletion(references);
    return '';
  } catch (error) {
    if (error instanceof OperationError && IN_USE.test(error.message)) return error.message;
    throw error;
  }
}

/** The refusal may say that the InferenceService is not found, which kubectl takes for the LocalModelCache. */
async function areLeaving({ kubectl }: Session, caches: readonly ObjectReference[]): Promise<boolean> {
  if (caches.length === 0) return true;
  const { objects } = await kubectl.find(caches);
  return objects.every(({ metadata }) => metadata.deletionTimestamp !== undefined);
}
