import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, list, patchStatus } from './harness/api';
import { startKServe, type KServe } from './harness/kserve';
import { LocalModels } from './harness/local-models';
import { root, type Manifest } from './harness/manifests';
import { find, OperatedCluster, small } from './harness/operated';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

/** The catalog's name of what serves `granite`, and so of its cache. */
const granite = 'granite-8b-code-instruct-128k';

const tools = ['kserve-manager-0.20', 'kserve-localmodel-0.20'];
const paths = {
  caches: '/apis/serving.kserve.io/v1alpha1/localmodelcaches',
  groups: '/apis/serving.kserve.io/v1alpha1/localmodelnodegroups',
  nodes: '/apis/serving.kserve.io/v1alpha1/localmodelnodes',
  services: '/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices',
  deployment: `/apis/apps/v1/namespaces/llm/deployments/${granite}-predictor`,
};

/** What the page of caching shows. */
const page = readFileSync(join(root, 'docs/caching.md'), 'utf8');
const [example] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block.includes('LocalModelNodeGroup') ? [block] : [],
);
const configuration = `${small}${example}`;

const names = async (path: string) => (await list(path)).map(({ metadata }) => metadata.name);

async function addNode(): Promise<void> {
  const metadata = { name: 'gpu-1', labels: { 'nvidia.com/gpu.product': 'NVIDIA-L4' } };
  const node = { apiVersion: 'v1', kind: 'Node', metadata };
  await ask('POST', '/api/v1/nodes', node);
  await patchStatus('/api/v1/nodes/gpu-1', { conditions: [{ type: 'Ready', status: 'True' }] });
}

jest.setTimeout(300_000);

describeCluster(
  "KServe's controller of local models",
  () => {
    let cluster: OperatedCluster;
    let kserve: KServe | undefined;
    let localModels: LocalModels | undefined;

    beforeEach(async () => {
      cluster = await OperatedCluster.start();
      await kubectl(['create', 'namespace', 'kserve-localmodel-jobs']);
      await addNode();
      expect(await cluster.apply()).toMatchObject({ exitCode: 0 });
      kserve = await startKServe('kserve-manager-0.20');
      localModels = await LocalModels.start();
      const { exitCode, stderr } = await cluster.apply(configuration);
      if (exitCode !== 0) throw new Error(stderr);
      await until('the LocalModelCache knows its InferenceService', 60, async () => {
        const used = (await find(`${paths.caches}/${granite}`))?.status?.inferenceServices ?? [];
        return used.length === 1 && (await find(paths.deployment)) !== undefined;
      });
    });

    afterEach(async () => {
      await kubectl(['delete', 'inferenceservices', '--all', '--namespace=llm', '--ignore-not-found']);
      await localModels?.stop();
      await kubectl(['delete', 'localmodelnodegroups,localmodelnodes,nodes', '--all']);
      await cluster.stop();
      await kserve?.stop();
    });

    test('makes the claim that the pods mount, and has the nodes of the group load the weights', async () => {
      await until('the claims are there', 30, async () => (await list('/api/v1/persistentvolumeclaims')).length === 2);
      const claims = (await list('/api/v1/persistentvolumeclaims')).map(({ metadata, spec }) => [
        `${metadata.namespace}/${metadata.name}`,
        spec.volumeName,
      ]);
      expect(claims.sort()).toEqual([
        [`kserve-localmodel-jobs/${granite}-l4-nodes`, `${granite}-l4-nodes-download`],
        [`llm/${granite}-l4-nodes`, `${granite}-l4-nodes-llm`],
      ]);
      const { spec } = (await find(paths.deployment))!.spec.template;
      const { labels, annotations } = (await find(`${paths.services}/${granite}`))!.metadata;
      expect(labels).toMatchObject({ 'internal.serving.kserve.io/localmodel': granite });
      expect(annotations).toMatchObject({ 'internal.serving.kserve.io/localmodel-pvc-name': `${granite}-l4-nodes` });
      expect(spec.containers[0].args).toContain('--model=/mnt/models');
      const { sourceModelUri } = (await find(`${paths.caches}/${granite}`))!.spec;
      expect((await find(`${paths.nodes}/gpu-1`))!.spec.localModels).toEqual([
        { modelName: granite, sourceModelUri, nodeGroup: 'l4-nodes' },
      ]);
    });

    test('of other weights, and of other nodes, it keeps nothing', async () => {
      const { apiVersion, kind, metadata, spec } = (await find(`${paths.services}/${granite}`))!;
      const labelsOf = async (group: string, storageUri: string): Promise<object> => {
        const { predictor } = spec;
        const service = {
          ...{ apiVersion, kind },
          metadata: { name: 'other', annotations: { ...metadata.annotations, 'serving.kserve.io/nodegroup': group } },
          spec: { ...spec, predictor: { ...predictor, model: { ...predictor.model, storageUri } } },
        };
        const { status, body } = await ask('POST', `${paths.services}?dryRun=All`, service);
        expect([status, body.message]).toEqual([201, undefined]);
        return (body as Manifest).metadata.labels ?? {};
      };
      const label = 'internal.serving.kserve.io/localmodel';
      const { storageUri } = spec.predictor.model;
      expect(await labelsOf('l4-nodes', storageUri)).toHaveProperty([label], granite);
      expect(await labelsOf('l4-nodes', `${storageUri}-spoiled`)).not.toHaveProperty([label]);
      expect(await labelsOf('other-nodes', storageUri)).not.toHaveProperty([label]);
    });

    test('there is one LocalModelCache of a source, which stays as long as it is used', async () => {
      const cache = (await find(`${paths.caches}/${granite}`))!;
      const second = { ...cache, metadata: { name: 'second' } };
      const { status, body } = await ask('POST', paths.caches, second);
      expect([status, body.message]).toEqual([403, expect.stringContaining(`${granite} has the same StorageURI`)]);
      const deletion = await ask('DELETE', `${paths.caches}/${granite}`);
      expect(deletion.body.message).toContain(`${granite} is being used by InferenceService ${granite}`);
    });

    test('what the configuration no longer has goes: first the model, then its cache, then the nodes', async () => {
      const { exitCode, stderr } = await cluster.apply();
      expect([exitCode, stderr]).toEqual([0, expect.stringContaining('LocalModelNodeGroup l4-nodes')]);
      expect([await names(paths.caches), await names(paths.groups)]).toEqual([[], []]);
      expect(await find(`${paths.services}/${granite}`)).toBeUndefined();
    });

    test('maas uninstall takes all of it away', async () => {
      const { exitCode, stdout, stderr } = await cluster.maas.run(['uninstall', '--yes'], { timeoutSeconds: 250 });
      expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
      // No garbage collector runs here: of the model before it something is left, but no claim counts as somebody else's.
      expect(stdout).not.toContain('PersistentVolumeClaim');
      expect([await names(paths.caches), await names(paths.groups)]).toEqual([[], []]);
      expect(await find(`${paths.services}/${granite}`)).toBeUndefined();
    });
  },
  ...tools,
);
