import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { found } from './harness/live-objects';
import { readPlatformFolder } from './harness/manifests';
import { describeCluster, kubectl } from './harness/suite';

const folder = readPlatformFolder('examples/eks-mixed-gpus/dist');
const split = 'qwen3-32b';

describeCluster(
  'examples/eks-mixed-gpus on the real istiod and KServe',
  () => {
    let plane: ControlPlane;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      expect(await plane.apply(folder)).toEqual([]);
      await plane.untilGood(folder);
    });
    afterAll(() => plane?.stop());

    test.each<[name: string, nodeSelector: object, accelerators: object]>([
      [split, { 'karpenter.k8s.aws/instance-gpu-name': 'l40s' }, { 'nvidia.com/gpu': '2' }],
      [
        'gpt-oss-20b',
        { 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3', 'nvidia.com/mig.strategy': 'mixed' },
        { 'nvidia.com/mig-3g.40gb': '1' },
      ],
      ...['qwen3-0-6b-instruct', 'nomic-embed-text-v1-5'].map((name): [string, object, object] => [
        name,
        { 'nvidia.com/gpu.product': 'NVIDIA-L4', 'nvidia.com/gpu.replicas': '4' },
        { 'nvidia.com/gpu.shared': '1' },
      ]),
    ])('%s: the Deployment asks for its accelerators on their nodes', async (name, nodeSelector, accelerators) => {
      const { spec } = (await found('deployment', `${name}-predictor`)).spec.template;
      const [{ resources }] = spec.containers;
      expect(spec.nodeSelector).toEqual(nodeSelector);
      expect(spec.tolerations).toContainEqual({ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' });
      for (const list of [resources.limits, resources.requests]) {
        const extended = Object.entries(list as Record<string, string>).filter(([key]) => key.includes('/'));
        expect(Object.fromEntries(extended)).toEqual(accelerators);
      }
    });

    test('one model is split over two GPUs, two take a part of the memory of one', async () => {
      const argumentsOf = async (name: string) =>
        (await found('deployment', `${name}-predictor`)).spec.template.spec.containers[0].args as string[];
      // Of an argument that the runtime has, too, the model's comes later, and counts.
      const last = async (name: string, argument: string) =>
        (await argumentsOf(name)).filter((each) => each.startsWith(`${argument}=`)).at(-1);
      expect(await last(split, '--tensor-parallel-size')).toBe('--tensor-parallel-size=2');
      expect(await last('gpt-oss-20b', '--tensor-parallel-size')).toBeUndefined();
      const utilization = (name: string) => last(name, '--gpu-memory-utilization');
      expect(await Promise.all(['qwen3-0-6b-instruct', 'nomic-embed-text-v1-5', split].map(utilization))).toEqual(
        ['0.2', '0.2', '0.8'].map((part) => `--gpu-memory-utilization=${part}`),
      );
    });

    test('a new pod of a model with few replicas comes before an old one goes', async () => {
      const { replicas, strategy } = (await found('deployment', `${split}-predictor`)).spec;
      expect({ replicas, strategy }).toEqual({
        replicas: 2,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      });
    });

    test('the API server counts what all models take, and refuses the pod that is too many', async () => {
      // The stand-in runs one pod of each Deployment.
      expect((await found('resourcequota', 'model-quota')).status.used).toEqual({
        'requests.nvidia.com/gpu': '2',
        'requests.nvidia.com/mig-3g.40gb': '1',
        'requests.nvidia.com/gpu.shared': '2',
      });
      const { metadata, spec } = (await found('deployment', `${split}-predictor`)).spec.template;
      const create = (name: string) =>
        kubectl(['create', '-f', '-'], {
          stdin: JSON.stringify({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { ...metadata, name, namespace: 'llm' },
            spec,
          }),
          expectFailure: name === 'too-many',
        });
      await create('second-replica');
      await create('rolling-update');
      const { exitCode, stderr } = await create('too-many');
      expect(exitCode).toBe(1);
      expect(stderr).toContain(
        'exceeded quota: model-quota, requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=6, limited: requests.nvidia.com/gpu=6',
      );
    });
  },
  ...controlPlaneTools,
);
