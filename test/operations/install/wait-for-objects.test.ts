import { waitUntilGood } from '../../../src/operations/install/wait-for-objects';
import type { KubernetesObject, ObjectReference } from '../../../src/operations/kubernetes-object';
import type { Session } from '../../../src/operations/session';

const NAMES = { InferenceService: 'serving.kserve.io/v1beta1', ScaledObject: 'keda.sh/v1alpha1', Gateway: 'v1' };

function reference(kind: keyof typeof NAMES): ObjectReference {
  return { apiVersion: NAMES[kind], kind, name: 'it', namespace: 'llm' };
}

/** How often the objects are looked at before the wait is given up, with no time for others than models. */
async function looksAt(kinds: (keyof typeof NAMES)[], goodAtLook: number): Promise<number | 'given up'> {
  let looks = 0;
  const find = () => {
    looks++;
    const types = ['Accepted', 'Programmed', 'IngressReady', 'PredictorReady', 'Ready'];
    const status = looks >= goodAtLook ? 'True' : 'False';
    const conditions = types.map((type) => ({ type, status }));
    const objects = kinds.map((kind): KubernetesObject => {
      const { name, namespace, apiVersion } = reference(kind);
      const addresses = [{ value: '192.0.2.1' }];
      return { apiVersion, kind, metadata: { name, namespace }, status: { conditions, addresses } };
    });
    return Promise.resolve({ objects, unreadable: [] });
  };
  const refuse = () => Promise.reject(new Error('no report here'));
  const kubectl = { find, get: refuse, list: refuse };
  const session = { kubectl, interruption: new AbortController().signal } as unknown as Session;
  const wait = waitUntilGood(
    session,
    kinds.map(reference),
    { seconds: 0, modelSeconds: 60, pause: 1 },
    () => undefined,
  );
  return wait.then(
    () => looks,
    () => 'given up',
  );
}

test('models, and what scales them by their work, have the time of models', async () => {
  expect(await looksAt(['InferenceService', 'ScaledObject'], 20)).toBe(20);
});

test('others have not', async () => {
  expect(await looksAt(['InferenceService', 'Gateway'], 20_000)).toBe('given up');
});
