import { ModelQuota } from '../../src/models/model-quota';
import { manifestsOf } from '../../src/platform/manifests';
import { identify, synthesize } from '../support/synth';

test('ModelQuota: only what is limited', () => {
  const { manifests, find } = synthesize((chart) => new ModelQuota(chart, 'quota', { namespace: 'research', pods: 3 }));
  expect(manifests.map(identify)).toEqual(['ResourceQuota research/model-quota']);
  expect(find('ResourceQuota')).toMatchObject({ apiVersion: 'v1' });
  expect(find('ResourceQuota').spec).toEqual({ hard: { pods: '3' } });
});

test('ModelQuota: everything', () => {
  const { find } = synthesize(
    (chart) =>
      new ModelQuota(chart, 'quota', {
        name: 'gpus',
        namespace: 'research',
        accelerators: { 'nvidia.com/gpu': 8, 'nvidia.com/mig-1g.10gb': 0 },
        cpu: '64',
        memory: '512Gi',
        pods: 20,
      }),
  );
  expect(find('ResourceQuota').spec).toEqual({
    hard: {
      'requests.nvidia.com/gpu': '8',
      'requests.nvidia.com/mig-1g.10gb': '0',
      'requests.cpu': '64',
      'requests.memory': '512Gi',
      pods: '20',
    },
  });
});

test('ModelQuota: nothing to limit', () => {
  expect(() =>
    synthesize((chart) => new ModelQuota(chart, 'quota', { namespace: 'research', accelerators: {} })),
  ).toThrow('quota: got nothing to limit, expected one of accelerators, cpu, memory, pods');
});

test('in maas.yaml accelerators have names, too', () => {
  const quota = { accelerators: { quarter: 4, 'nvidia-h100-mig-1g.10gb': 2, 'nvidia.com/gpu': 1 } };
  const accelerators = [{ name: 'quarter', like: 'nvidia-l4', timeSlicing: { replicas: 4, renameByDefault: true } }];
  const manifests = manifestsOf({ quota, accelerators }) as { kind: string; spec: { hard: object } }[];
  expect(manifests.find(({ kind }) => kind === 'ResourceQuota')?.spec.hard).toEqual({
    'requests.nvidia.com/gpu.shared': '4',
    'requests.nvidia.com/mig-1g.10gb': '2',
    'requests.nvidia.com/gpu': '1',
  });
});

test('ModelQuota: of the pods of a PriorityClass alone', () => {
  const { manifests, find } = synthesize(
    (chart) => new ModelQuota(chart, 'quota', { namespace: 'research', pods: 3, priorityClassName: 'batch' }),
  );
  expect(manifests.map(identify)).toEqual(['ResourceQuota research/model-quota-batch']);
  expect(find('ResourceQuota').spec).toEqual({
    hard: { pods: '3' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['batch'] }] },
  });
});

test('in maas.yaml each class may have one, beside that of all pods', () => {
  const quota = { accelerators: { 'nvidia-l4': 2 } };
  const priorityClasses = [
    { name: 'online', value: 9 },
    { name: 'batch', value: 1, quota },
  ];
  const manifests = manifestsOf({ name: 'staging', quota: { pods: 9 }, priorityClasses }) as unknown as {
    kind: string;
    metadata: { name: string };
    spec: object;
  }[];
  const found = manifests.filter(({ kind }) => kind === 'ResourceQuota');
  expect(found.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
    [
      'model-quota-staging-batch',
      {
        hard: { 'requests.nvidia.com/gpu': '2' },
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['staging-batch'] }],
        },
      },
    ],
    ['model-quota', { hard: { pods: '9' } }],
  ]);
});
