import type { Kubectl } from '../../../src/operations/kubectl';
import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import { failureReport, podProblems } from '../../../src/operations/install/failure-report';
import { stillWaitingFor } from '../../../src/operations/install/wait-for-objects';

const pod = (status: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'qwen3-0', namespace: 'llm' },
  status,
});

test.each([
  [
    'no node takes it',
    {
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
        },
      ],
    },
    ['Pod llm/qwen3-0: Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.'],
  ],
  [
    'its image is not there',
    {
      phase: 'Pending',
      containerStatuses: [
        {
          name: 'model',
          ready: false,
          state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } },
        },
      ],
    },
    ['Pod llm/qwen3-0: container model ImagePullBackOff: Back-off pulling image'],
  ],
  [
    'it ends again and again',
    {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'model',
          ready: false,
          restartCount: 4,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      ],
    },
    ['Pod llm/qwen3-0: container model CrashLoopBackOff, 4 restarts, ended before with exit code 137 (OOMKilled)'],
  ],
  [
    'it loads',
    { phase: 'Running', containerStatuses: [{ name: 'model', ready: false, state: { running: {} } }] },
    ['Pod llm/qwen3-0: container model runs and is not ready'],
  ],
  ['nobody has looked at it', { phase: 'Pending' }, ['Pod llm/qwen3-0: phase Pending']],
  ['it is well', { phase: 'Running', containerStatuses: [{ name: 'model', ready: true }] }, []],
])('says of a pod that %s', (_, status, words) => {
  expect(podProblems(pod(status))).toEqual(words);
});

test('goes from a model to its pod and tells the last warnings, shortly', async () => {
  const model = {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'qwen3', namespace: 'llm', uid: '1', generation: 1 },
    status: { conditions: [{ type: 'Ready', status: 'False', reason: 'R', message: 'M' }] },
  };
  const owned = (kind: string, uid: string, owner: string, more: object = {}): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: `qwen3-${uid}`, namespace: 'llm', uid, ownerReferences: [{ uid: owner }] },
    ...more,
  });
  const lists: Record<string, KubernetesObject[]> = {
    'Deployment.v1.apps': [owned('Deployment', '2', '1'), owned('Deployment', '9', '8')],
    'ReplicaSet.v1.apps': [owned('ReplicaSet', '3', '2')],
    Pod: [
      owned('Pod', '4', '3', { status: { phase: 'Pending' } }),
      owned('Pod', '10', '9', { status: { phase: 'Pending' } }),
    ],
    Event: ['4', '10', '4'].map((uid, index) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `e${index}` },
      type: 'Warning',
      involvedObject: { kind: 'Pod', name: `qwen3-${uid}`, uid },
      reason: 'FailedScheduling',
      message: 'no node\n'.repeat(100),
      count: index + 1,
      lastTimestamp: `2026-01-0${index + 1}`,
    })),
  };
  const kubectl = { get: async () => model, list: async (resource: string) => lists[resource] ?? [] };
  const report = await failureReport(kubectl as unknown as Kubectl, {
    apiVersion: model.apiVersion,
    kind: model.kind,
    name: 'qwen3',
    namespace: 'llm',
  });
  const lines = report.split('\n');
  expect(lines[0]).toBe('InferenceService llm/qwen3:');
  expect(lines).toContain('  Ready is False (R: M)');
  expect(lines).toContain('  Pod llm/qwen3-4: phase Pending');
  expect(report).not.toContain('qwen3-10');
  expect(
    lines.filter((line) => line.startsWith('  event of Pod qwen3-4: FailedScheduling: no node no node')),
  ).toHaveLength(2);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(230);
});

test('never fails itself', async () => {
  const kubectl = { get: async () => Promise.reject(new Error('x')), list: async () => Promise.reject(new Error('x')) };
  expect(
    await failureReport(kubectl as unknown as Kubectl, { apiVersion: 'v1', kind: 'Pod', name: 'a', namespace: 'b' }),
  ).toBe('Pod b/a: not there');
});

describe('what is waited for', () => {
  const deployment = (status: object): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', namespace: 'b', generation: 2 },
    spec: { replicas: 2 },
    status: { observedGeneration: 2, conditions: [{ type: 'Available', status: 'True' }], ...status },
  });
  test.each([
    [{ updatedReplicas: 1, replicas: 3, availableReplicas: 3 }, ['1 of 2 pods are new']],
    [{ updatedReplicas: 2, replicas: 3, availableReplicas: 3 }, ['1 old pods are still there']],
    [{ updatedReplicas: 2, replicas: 2, availableReplicas: 1 }, ['1 of 2 pods are available']],
    [{ updatedReplicas: 2, replicas: 2, availableReplicas: 2 }, []],
    [
      { observedGeneration: 1, updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
      ['status is of generation 1, the object of 2'],
    ],
  ])('a Deployment with %j', (status, words) => {
    expect(stillWaitingFor(deployment(status))).toEqual(words);
  });

  test('the address of a Gateway', () => {
    const gateway = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'g', generation: 1 },
      status: { conditions: ['Accepted', 'Programmed'].map((type) => ({ type, status: 'True' })) },
    };
    expect(stillWaitingFor(gateway)).toEqual(['it has no address yet']);
    expect(stillWaitingFor({ ...gateway, status: { ...gateway.status, addresses: [{ value: '192.0.2.1' }] } })).toEqual(
      [],
    );
  });
});
