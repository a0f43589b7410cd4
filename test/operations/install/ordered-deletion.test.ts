import { beginDeletions, deletionStages } from '../../../src/operations/install/ordered-deletion';
import type { ObjectReference } from '../../../src/operations/kubernetes-object';
import { OperationError } from '../../../src/operations/operation-error';
import type { Session } from '../../../src/operations/session';

const kinds = (...names: string[]) => names.map((kind) => ({ kind }));

/** KServe's answer for an InferenceService that is gone, which `kubectl delete --ignore-not-found` does not print. */
const UNSEEN = 'unseen';

const REFUSAL =
  'admission webhook "localmodelcache.kserve-webhook-server.validator" denied the request: ' +
  'LocalModelCache own is being used by InferenceService own';

afterEach(() => jest.useRealTimers());

/** Deletes one cache. @returns how often kubectl was asked, and what was said meanwhile */
async function deleteCache(refusals: readonly string[]): Promise<{ asked: number; said: string[] }> {
  jest.useFakeTimers();
  let asked = 0;
  const said: string[] = [];
  const answer = () => refusals[Math.min(asked, refusals.length) - 1];
  const beginDeletion = (): Promise<void> => {
    asked += 1;
    const refusal = answer() ?? '';
    return ['', UNSEEN].includes(refusal) ? Promise.resolve() : Promise.reject(new OperationError(refusal));
  };
  const find = () => {
    const deletionTimestamp = answer() === '' ? '2026-01-01T00:00:00Z' : undefined;
    return Promise.resolve({ objects: [{ metadata: { name: 'own', deletionTimestamp } }], unreadable: [] });
  };
  const session = {
    kubectl: { beginDeletion, find },
    interruption: new AbortController().signal,
  } as unknown as Session;
  const cache: ObjectReference = { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'LocalModelCache', name: 'own' };
  const deletion = beginDeletions(session, [cache], (words) => said.push(words)).then(
    () => undefined,
    (error: unknown) => error,
  );
  await jest.advanceTimersByTimeAsync(120_000);
  const error = await deletion;
  if (error !== undefined) throw error;
  return { asked, said };
}

test('without local models everything is deleted at once', () => {
  const objects = kinds('InferenceService', 'Secret', 'LocalModelNodeGroup');
  expect(deletionStages(objects)).toEqual([objects]);
  expect(deletionStages([])).toEqual([]);
});

test('a LocalModelCache goes after what uses it, and before its nodes', () => {
  const objects = kinds('LocalModelNodeGroup', 'LocalModelCache', 'Secret', 'InferenceService');
  expect(deletionStages(objects)).toEqual([
    kinds('InferenceService'),
    kinds('LocalModelCache'),
    kinds('LocalModelNodeGroup', 'Secret'),
  ]);
  expect(deletionStages(kinds('LocalModelCache'))).toEqual([kinds('LocalModelCache')]);
});

test('what was used a moment ago is deleted as soon as KServe has noticed', async () => {
  expect(await deleteCache([REFUSAL, UNSEEN, ''])).toEqual({
    asked: 3,
    said: ['KServe takes a LocalModelCache for used', 'KServe takes a LocalModelCache for used'],
  });
});

test('what others use is not deleted, and it is said by whom', async () => {
  await expect(deleteCache([REFUSAL])).rejects.toThrow(
    `${REFUSAL}\ndelete the InferenceServices that use it, or give them another source, then begin again`,
  );
  await expect(deleteCache([UNSEEN])).rejects.toThrow('KServe keeps LocalModelCache own\ndelete the InferenceServices');
});

test('another refusal is final', async () => {
  await expect(deleteCache(['secrets is forbidden', ''])).rejects.toThrow('secrets is forbidden');
});
