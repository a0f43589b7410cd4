import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCacheName } from '../../src/config/node-caches';
import { catalogEntry } from '../../src/models/catalog';
import { ask, list, patchStatus } from './harness/api';
import { startKServe, type KServe } from './harness/kserve';
import { LocalModels } from './harness/local-models';
import { root, type Manifest } from './harness/manifests';
import { find, OperatedCluster, small } from './harness/operated';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

/** The catalog's name of what serves `granite`. */
const granite = 'granite-8b-code-instruct-128k';

/** Its weights, and what keeps them. */
const source = catalogEntry('granite')!.source!;
const cache = nodeCacheName(source);

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

const cacheLabel = 'internal.serving.kserve.io/localmodel';

/** The page's example with something else in it. */
function changed(from: string, to: string): string {
  expect(configuration).toContain(from);
  return configuration.replace(from, to);
}

const names = async (path: string) => (await list(path)).map(({ metadata }) => metadata.name);

async function addNode(): Promise<void> {
  const metadata = { name: 'gpu-1', labels: { 'nvidia.com/gpu.product': 'NVIDIA-L4' } };
  const node = { apiVersion: 'v1', kind: 'Node', metadata };
  await ask('POST', '/api/v1/nodes', node);
  await patchStatus('/api/v1/nodes/gpu-1', { conditions: [{ type: 'Ready', status: 'True' }] });
}

/** A second group of nodes: KServe cannot let go of a cache one of whose groups is not there. */
async function addGroup(name: string): Promise<void> {
  const { apiVersion, kind, spec } = (await find(`${paths.groups}/l4-nodes`))!;
  const { status } = await ask('POST', paths.groups, { apiVersion, kind, metadata: { name }, spec });
  expect(status).toBe(201);
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
        const used = (await find(`${paths.caches}/${cache}`))?.status?.inferenceServices ?? [];
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
        [`kserve-localmodel-jobs/${cache}-l4-nodes`, `${cache}-l4-nodes-download`],
        [`llm/${cache}-l4-nodes`, `${cache}-l4-nodes-llm`],
      ]);
      const { spec } = (await find(paths.deployment))!.spec.template;
      const { labels, annotations } = (await find(`${paths.services}/${granite}`))!.metadata;
      expect(labels).toMatchObject({ [cacheLabel]: cache });
      expect(annotations).toMatchObject({ 'internal.serving.kserve.io/localmodel-pvc-name': `${cache}-l4-nodes` });
      expect(spec.containers[0].args).toContain('--model=/mnt/models');
      expect((await find(`${paths.nodes}/gpu-1`))!.spec.localModels).toEqual([
        { modelName: cache, sourceModelUri: source, nodeGroup: 'l4-nodes' },
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
      const { storageUri } = spec.predictor.model;
      expect(await labelsOf('l4-nodes', storageUri)).toHaveProperty([cacheLabel], cache);
      expect(await labelsOf('l4-nodes', `${storageUri}-spoiled`)).not.toHaveProperty([cacheLabel]);
      expect(await labelsOf('other-nodes', storageUri)).not.toHaveProperty([cacheLabel]);
    });

    test('there is one LocalModelCache of a source, which stays as long as it is used', async () => {
      const first = (await find(`${paths.caches}/${cache}`))!;
      const second = { ...first, metadata: { name: 'second' } };
      const { status, body } = await ask('POST', paths.caches, second);
      expect([status, body.message]).toEqual([403, expect.stringContaining(`${cache} has the same StorageURI`)]);
      const deletion = await ask('DELETE', `${paths.caches}/${cache}`);
      expect(deletion.body.message).toContain(`${cache} is being used by InferenceService ${granite}`);
    });

    /** What the model mounts, as KServe's webhook has found it. */
    const labelOf = async (service: string) =>
      (await find(`${paths.services}/${service}`))!.metadata.labels?.[cacheLabel];

    test('another source is another cache: the model takes it, and the old one goes', async () => {
      const next = `${source}:v2`;
      const { exitCode, stderr } = await cluster.apply(
        changed('- name: granite', `- name: granite\n    source: ${next}`),
      );
      expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`LocalModelCache ${cache}`)]);
      expect(await names(paths.caches)).toEqual([nodeCacheName(next)]);
      expect(await labelOf(granite)).toBe(nodeCacheName(next));
      await until('the pods and the nodes have the new weights', 60, async () => {
        const { template } = (await find(paths.deployment))!.spec;
        const { localModels } = (await find(`${paths.nodes}/gpu-1`))!.spec;
        return (
          template.metadata.labels[cacheLabel] === nodeCacheName(next) &&
          localModels.map(({ sourceModelUri }: Manifest) => sourceModelUri).join() === next
        );
      });
    });

    test('a canary brings its weights, and leaves them to its model', async () => {
      const next = `${source}:v2`;
      const canary = `canary: { weight: 10, source: '${next}', cache: { nodeGroup: l4-nodes, size: 20Gi } }`;
      const first = await cluster.apply(changed('- name: granite', `- name: granite\n    ${canary}`));
      expect([first.exitCode, await names(paths.caches)]).toEqual([0, [cache, nodeCacheName(next)].sort()]);
      expect([await labelOf(granite), await labelOf(`${granite}-canary`)]).toEqual([cache, nodeCacheName(next)]);
      const { uid } = (await find(`${paths.caches}/${nodeCacheName(next)}`))!.metadata;
      const promoted = await cluster.apply(changed('- name: granite', `- name: granite\n    source: ${next}`));
      expect([promoted.exitCode, promoted.exitCode === 0 ? '' : promoted.stderr]).toEqual([0, '']);
      expect([await names(paths.caches), await labelOf(granite)]).toEqual([[nodeCacheName(next)], nodeCacheName(next)]);
      expect((await find(`${paths.caches}/${nodeCacheName(next)}`))!.metadata.uid).toBe(uid);
    });

    test('another size, and a second model of the source in another group, change the cache in place', async () => {
      await addGroup('other-nodes');
      const { uid } = (await find(`${paths.caches}/${cache}`))!.metadata;
      const other = `  - { name: other, source: '${source}', accelerator: nvidia-l4, parameters: 8.05B, gpus: 2, cache: { nodeGroup: other-nodes, size: 30Gi } }\n`;
      const both = changed('20Gi', '30Gi').replace('objects:\n', `${other}objects:\n`);
      const { exitCode, stderr } = await cluster.apply(both);
      expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
      const { metadata, spec } = (await find(`${paths.caches}/${cache}`))!;
      expect([metadata.uid, spec.modelSize, spec.nodeGroups]).toEqual([uid, '30Gi', ['l4-nodes', 'other-nodes']]);
      expect([await labelOf(granite), await labelOf('other')]).toEqual([cache, cache]);
    });

    test('maas verify says where KServe has found no cache, and what it advises helps', async () => {
      const found = async () => {
        const { stdout } = await cluster.maas.run(['verify', '--json']);
        const { rows } = JSON.parse(stdout) as { rows: { check: string; verdict: string; found: string }[] };
        return rows.flatMap(({ check, verdict, found: words }) => (check === 'node caches' ? [verdict, words] : []));
      };
      await addGroup('other-nodes');
      await until('the pods have the weights', 60, async () => (await found())[0] === 'good');
      expect(await found()).toEqual(['good', `has the weights of LocalModelCache ${cache}`]);
      // As if the cache had come after its InferenceService.
      const patch = (path: string, body: object) => ask('PATCH', path, body, 'application/merge-patch+json');
      const groups = await patch(`${paths.caches}/${cache}`, { spec: { nodeGroups: ['other-nodes'] } });
      expect(groups.status).toBe(200);
      await until('KServe no longer finds it', 30, async () => {
        await patch(`${paths.services}/${granite}`, { metadata: { annotations: { written: 'anew' } } });
        return (await labelOf(granite)) === undefined;
      });
      expect(await found()).toEqual([
        'bad',
        'KServe has found no LocalModelCache of its source for l4-nodes: each of its pods would load the weights',
      ]);
      expect((await cluster.apply(configuration)).exitCode).toBe(0);
      expect(await labelOf(granite)).toBe(cache);
    });

    test('what the configuration no longer has goes: first the model, then its cache, then the nodes', async () => {
      const { exitCode, stderr } = await cluster.apply();
      expect([exitCode, stderr]).toEqual([0, expect.stringContaining('LocalModelNodeGroup l4-nodes')]);
      expect([await names(paths.caches), await names(paths.groups)]).toEqual([[], []]);
      expect(await find(`${paths.services}/${granite}`)).toBeUndefined();
    });

    test('kubectl delete -f dist/ leaves the cache, which can be deleted once its nodes are back', async () => {
      const { maas } = cluster;
      expect(await maas.run(['synth'])).toMatchObject({ exitCode: 0 });
      const { exitCode, stderr } = await maas.shell(
        'kubectl delete -f dist/60-models.k8s.yaml -f dist/85-objects.k8s.yaml --wait=false',
      );
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${cache} is being used by`)]);
      expect([await names(paths.caches), await names(paths.groups)]).toEqual([[cache], []]);
      const selected = 'localmodelcaches --selector app.kubernetes.io/part-of=maas';
      for (const command of [
        'apply -f dist/85-objects.k8s.yaml',
        `annotate ${selected} --overwrite node-groups=back`,
      ]) {
        expect(page).toContain(`kubectl ${command}`);
        expect(await maas.shell(`kubectl ${command}`)).toMatchObject({ exitCode: 0 });
      }
      await until('the cache is deleted', 60, async () => {
        await maas.shell(`kubectl delete ${selected} --wait=false`);
        return (await names(paths.caches)).length === 0;
      });
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
