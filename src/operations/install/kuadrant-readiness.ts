import { problemsOf } from '../conditions';
import { referenceOf, type KubernetesObject } from '../kubernetes-object';
import { waitUntil, type Session } from '../session';

/** Whether an object is a policy of Kuadrant. */
export function isPolicy({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return apiVersion.startsWith('kuadrant.io/') && kind.endsWith('Policy');
}

/**
 * Waits until the Kuadrant instance of the platform is ready, with its Authorino and Limitador; where others own it, not
 * at all.
 *
 * Kuadrant's operator 1.5.2 does not look at an AuthPolicy again when Authorino becomes ready: one that was there before
 * may say for ever that it waits for it. Not ready in time is no failure: a broken Limitador is mended by what comes after
 * it, and what stays broken is told when all objects are waited for.
 *
 * @param pause milliseconds between two looks
 * @throws Interrupted
 */
export async function untilKuadrantIsReady(
  session: Pick<Session, 'files' | 'kubectl' | 'interruption'>,
  seconds: number,
  say: (words: string) => void,
  pause = 1000,
): Promise<void> {
  const instances = session.files.flatMap(({ objects }) => objects).filter(({ kind }) => kind === 'Kuadrant');
  if (seconds === 0 || instances.length === 0) return;
  const look = async () => {
    const { objects } = await session.kubectl.find(instances.map(referenceOf));
    const problems = objects.length < instances.length ? ['not there'] : objects.flatMap(problemsOf);
    const [first] = problems;
    if (first !== undefined) say(`Kuadrant: ${first}`);
    return first === undefined;
  };
  await waitUntil(session, look, { seconds, pause });
}
