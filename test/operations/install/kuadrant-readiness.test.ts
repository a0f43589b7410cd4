import { isPolicy, untilKuadrantIsReady } from '../../../src/operations/install/kuadrant-readiness';
import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import { Interrupted } from '../../../src/operations/operation-error';
import type { Session } from '../../../src/operations/session';

const kuadrant: KubernetesObject = {
  apiVersion: 'kuadrant.io/v1beta1',
  kind: 'Kuadrant',
  metadata: { name: 'kuadrant', namespace: 'kuadrant-system' },
};

function withReady(status: string, message = ''): KubernetesObject {
  return { ...kuadrant, status: { conditions: [{ type: 'Ready', status, reason: status, message }] } };
}

/** Waits while the cluster has this, one answer a look and the last one for ever. @returns what is said, and how often it looked */
async function waited(
  answers: readonly (readonly KubernetesObject[])[],
  { rendered = [kuadrant], seconds = 60, interruption = new AbortController().signal } = {},
): Promise<{ said: string[]; looks: number }> {
  const said: string[] = [];
  let looks = 0;
  const find = async () => ({ objects: answers[Math.min(looks++, answers.length - 1)], unknownKinds: [] });
  const session = { files: [{ name: '20-kuadrant', objects: rendered }], kubectl: { find }, interruption };
  await untilKuadrantIsReady(session as unknown as Session, seconds, (words) => said.push(words), 1);
  return { said, looks };
}

test('it is waited for until the instance is there and ready', async () => {
  const notReady = withReady('False', 'authorino is not ready');
  expect(await waited([[], [notReady], [withReady('True')]])).toEqual({
    said: ['Kuadrant: not there', 'Kuadrant: Ready is False (False: authorino is not ready)'],
    looks: 3,
  });
});

test('one that does not become ready in time is no failure: the policies come all the same', async () => {
  const { said, looks } = await waited([[withReady('False')]], { seconds: 0.02 });
  expect(looks).toBeGreaterThan(1);
  expect(new Set(said)).toEqual(new Set(['Kuadrant: Ready is False (False)']));
});

test('one that others own, and none that shall be waited for, is not asked for', async () => {
  expect((await waited([[]], { rendered: [] })).looks).toBe(0);
  expect((await waited([[]], { seconds: 0 })).looks).toBe(0);
});

test('Ctrl-C ends it', async () => {
  await expect(waited([[]], { interruption: AbortSignal.abort() })).rejects.toThrow(Interrupted);
});

test.each([
  ['kuadrant.io/v1', 'AuthPolicy', true],
  ['kuadrant.io/v1', 'RateLimitPolicy', true],
  ['kuadrant.io/v1alpha1', 'TokenRateLimitPolicy', true],
  ['kuadrant.io/v1beta1', 'Kuadrant', false],
  ['networking.k8s.io/v1', 'NetworkPolicy', false],
])('%s %s is a policy of Kuadrant: %s', (apiVersion, kind, expected) => {
  expect(isPolicy({ apiVersion, kind })).toBe(expected);
});
