import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { MaasPlatform, type ModelConfiguration } from '../../src';
import { nodeCacheName } from '../../src/config/node-caches';
import { parseConfiguration } from '../../src/config/read';
import { ask, list } from './harness/api';
import { startKServe, type KServe } from './harness/kserve';
import { KSERVE_MANAGERS } from './harness/kserve-managers';
import { listOf, type Manifest, root } from './harness/manifests';
import { expectModelcar } from './harness/modelcar';
import { createPrerequisiteNamespaces, shippedKServeConfiguration } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

type Models = Readonly<Record<string, Partial<ModelConfiguration>>>;

const gpus = { nodeGroup: 'gpus', size: '20Gi' };

/** Nobody adds a container to their pods. */
const RESTRICTED: Models = {
  hub: { source: 'hf://acme/model:v1' },
  shared: { source: 'hf://acme/model', cache: { existingClaim: 'weights-cache' }, huggingFaceTokenSecret: 'token' },
  offline: { source: 'hf://acme/model', cache: { existingClaim: 'weights-cache', offline: true } },
  tuned: {
    source: 'hf://acme/model',
    adapters: [
      { name: 'sql', source: 'hf://acme/sql' },
      { name: 'law', source: 'hf://acme/law' },
    ],
    cache: { existingClaim: 'weights-cache' },
  },
  ahead: { source: 'hf://acme/ahead:v2', cache: gpus },
  'ahead-elsewhere': { source: 'hf://acme/ahead:v2', cache: { ...gpus, nodeGroup: 'more-gpus' } },
  'ahead-bucket': { source: 's3://models/ahead', cache: { ...gpus, nodeGroup: 'more-gpus' } },
  mounted: { source: 'pvc://weights/own/model' },
  eight: { source: 'hf://acme/large', accelerator: 'nvidia-h100', gpus: 8, cache: { existingClaim: 'weights-cache' } },
};

/** KServe's own containers have no securityContext. */
const BASELINE: Models = {
  bucket: { source: 's3://models/model' },
  page: { source: 'https://example.com/model.tar.gz' },
  image: { source: 'oci://registry.example.com/models/model:1' },
};

const DOWNLOADED = ['bucket', 'page'];

function platformFor(namespace: string, models: Models, kserve: string): Manifest[] {
  const app = new App();
  new MaasPlatform(app, 'maas', {
    name: namespace,
    namespace,
    versions: { kserve },
    storage: { minio: {} },
    models: Object.entries(models).map(([name, model]) => ({ name, accelerator: 'nvidia', ...model })),
  });
  return app.charts.flatMap((chart) => chart.toJson() as Manifest[]);
}

/** What KServe gets to see, and whose credentials its download container has. */
function isApplied(apiVersion: string, kind: string, namespace = ''): boolean {
  const isAccount = ['ServiceAccount', 'Secret'].includes(kind) && ['restricted', 'baseline'].includes(namespace);
  return apiVersion.startsWith('serving.kserve.io/') || isAccount;
}

describe.each(KSERVE_MANAGERS)("KServe's manager $version: weights from everywhere", (manager) => {
  describeCluster(
    'each in a namespace as strict as we render it',
    () => {
      const platforms = { restricted: RESTRICTED, baseline: BASELINE };
      const rendered = Object.entries(platforms).flatMap(([name, models]) =>
        platformFor(name, models, manager.version),
      );
      const applied = rendered.filter(({ apiVersion, kind, metadata }) =>
        isApplied(apiVersion, kind, metadata.namespace),
      );
      let kserve: KServe | undefined;

      beforeAll(async () => {
        await createPrerequisiteNamespaces(kubectl, 'kubernetes');
        const namespaces = rendered.filter(({ kind, metadata }) => kind === 'Namespace' && metadata.name in platforms);
        await kubectl(['apply', '-f', '-'], { stdin: listOf(namespaces) });
        await kubectl(['apply', '-f', '-'], { stdin: listOf([configurationOf(rendered)]) });
        kserve = await startKServe(manager.tool);
        const { stderr } = await kubectl(['apply', '--validate=strict', '-f', '-'], { stdin: listOf(applied) });
        expect(stderr).toBe('');
        await until('every model has a Deployment', 60, async () => {
          const names = (await list('/apis/apps/v1/deployments')).map(({ metadata }) => metadata.name);
          return Object.keys({ ...RESTRICTED, ...BASELINE }).every((name) => names.includes(`${name}-predictor`));
        });
      });

      afterAll(() => kserve?.stop());

      const service = (name: string) =>
        rendered.find(({ kind, metadata }) => kind === 'InferenceService' && metadata.name === name)!;

      /** A pod as the ReplicaSet controller would make it, after KServe's webhook and Pod Security have seen it. */
      async function admitted(name: string): Promise<Manifest> {
        const { namespace } = service(name).metadata;
        const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}-predictor`;
        const { template } = (await ask('GET', path)).body.spec;
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name }, spec: template.spec };
        const { status, body, warnings } = await ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
        expect([status, body.message, warnings]).toEqual([201, undefined, []]);
        return body as Manifest;
      }

      test('the namespaces enforce what the test says', () => {
        for (const level of Object.keys(platforms)) {
          const namespace = rendered.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === level);
          expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': level });
        }
      });

      test.each(Object.keys(RESTRICTED))('%s: one container, with what we say', async (name) => {
        const { spec } = await admitted(name);
        expect(spec.containers).toHaveLength(1);
        expect(spec.initContainers ?? []).toEqual([]);
        const { args } = service(name).spec.predictor.model;
        expect(spec.containers[0].args.slice(-args.length)).toEqual(args);
        expect(spec.securityContext).toMatchObject(service(name).spec.predictor.securityContext);
      });

      test.each([
        ['shared', false],
        ['tuned', false],
        ['eight', false],
        ['offline', true],
      ])('%s: the claim is there beside the volumes of the runtime, and vLLM told so', async (name, readOnly) => {
        const { spec } = await admitted(name);
        const own = spec.volumes.map((volume: { name: string }) => volume.name);
        expect(own).toEqual(expect.arrayContaining(['shm', 'tmp', 'huggingface-cache']));
        expect(spec.volumes).toContainEqual({
          name: 'huggingface-cache',
          persistentVolumeClaim: { claimName: 'weights-cache', ...(readOnly && { readOnly }) },
        });
        const [{ volumeMounts, env }] = spec.containers;
        const paths = volumeMounts.map((mount: { mountPath: string }) => mount.mountPath).sort();
        expect(paths).toEqual(['/dev/shm', '/mnt/huggingface', '/tmp']);
        const variables = Object.fromEntries(
          env.map((each: { name: string; value?: string }) => [each.name, each.value]),
        );
        expect(variables).toMatchObject({ HF_HOME: '/tmp/huggingface', HF_HUB_CACHE: '/mnt/huggingface' });
        expect(variables.HF_HUB_OFFLINE).toBe(readOnly ? '1' : undefined);
        expect(spec.securityContext).toMatchObject({ fsGroup: 1000, fsGroupChangePolicy: 'OnRootMismatch' });
      });

      test('eight: more shared memory than the runtime has, in its place', async () => {
        const { spec } = await admitted('eight');
        const shared = spec.volumes.filter(({ name }: { name: string }) => name === 'shm');
        expect(shared).toEqual([{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '4Gi' } }]);
        expect(spec.containers[0].volumeMounts).toContainEqual({ name: 'shm', mountPath: '/dev/shm' });
        expect(spec.containers[0].resources.limits['nvidia.com/gpu']).toBe('8');
      });

      test('adapters reach vLLM as one flag with a value each', async () => {
        const { args } = (await admitted('tuned')).spec.containers[0];
        const start = args.indexOf('--lora-modules');
        expect(args.slice(start - 1, start + 4)).toEqual([
          '--enable-lora',
          '--lora-modules',
          'sql=acme/sql',
          'law=acme/law',
          '--max-loras=2',
        ]);
      });

      test.each([
        ['ahead', 'gpus'],
        // The nodes of the second group, of one LocalModelCache for both.
        ['ahead-elsewhere', 'more-gpus'],
        ['ahead-bucket', 'more-gpus'],
      ])('%s: KServe finds the LocalModelCache, and mounts it in the place of a download', async (name, nodeGroup) => {
        const source = RESTRICTED[name]!.source!;
        const cache = nodeCacheName(source, 'restricted');
        const { metadata, spec } = await admitted(name);
        const path = `/apis/serving.kserve.io/v1beta1/namespaces/restricted/inferenceservices/${name}`;
        const found = (await ask('GET', path)).body as Manifest;
        for (const object of [found.metadata, metadata]) {
          expect(object.labels).toMatchObject({ 'internal.serving.kserve.io/localmodel': cache });
          expect(object.annotations).toMatchObject({
            'internal.serving.kserve.io/localmodel-sourceuri': source,
            'internal.serving.kserve.io/localmodel-pvc-name': `${cache}-${nodeGroup}`,
          });
        }
        const claims = spec.volumes.filter((volume: object) => 'persistentVolumeClaim' in volume);
        expect(claims).toEqual([
          expect.objectContaining({ persistentVolumeClaim: { claimName: `${cache}-${nodeGroup}` } }),
        ]);
        expect(spec.containers[0].volumeMounts).toContainEqual({
          name: claims[0].name,
          mountPath: '/mnt/models',
          subPath: expect.stringMatching(
            manager.version === '0.15.2' ? `^models/${cache}/?$` : /^models\/[0-9a-f]{16}\/?$/,
          ),
          readOnly: true,
        });
        expect(spec.containers[0].args).toContain('--model=/mnt/models');
      });

      test('what the page of caching adds to a cluster is accepted without a warning', async () => {
        const page = readFileSync(join(root, 'docs/caching.md'), 'utf8');
        const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);
        const objects = blocks.flatMap((block) => parseConfiguration(block, 'maas.yaml').objects ?? []);
        const kinds = ['LocalModelNodeGroup', 'PersistentVolumeClaim', 'PersistentVolumeClaim'];
        expect(objects.map(({ kind }) => kind).sort()).toEqual(kinds);
        const moved = objects.map(({ metadata, ...object }) => ({
          ...object,
          metadata: { ...metadata, ...('namespace' in metadata && { namespace: 'restricted' }) },
        })) as Manifest[];
        const dryRun = ['create', '--validate=strict', '--dry-run=server', '-f', '-'];
        const { stderr } = await kubectl(dryRun, { stdin: listOf(moved) });
        expect(stderr).toBe('');
      });

      test('a claim with weights is mounted, read-only', async () => {
        const { spec } = await admitted('mounted');
        const { name } = spec.volumes.find((volume: object) => 'persistentVolumeClaim' in volume);
        expect(spec.containers[0].volumeMounts).toContainEqual({
          ...{ name, mountPath: '/mnt/models', subPath: 'own/model', readOnly: true },
        });
      });

      test.each(DOWNLOADED)('%s: a container that downloads, without a securityContext', async (name) => {
        const { spec } = await admitted(name);
        expect(spec.initContainers).toHaveLength(1);
        const [{ name: container, args, securityContext }] = spec.initContainers;
        expect([container, args]).toEqual(['storage-initializer', [BASELINE[name]!.source, '/mnt/models']]);
        expect(securityContext).toBeUndefined();
        expect(spec.containers).toHaveLength(1);
      });

      test('bucket: the download has the credentials of MinIO', async () => {
        const [{ env }] = (await admitted('bucket')).spec.initContainers;
        const secret = env.flatMap(
          (each: { valueFrom?: { secretKeyRef: { name: string } } }) => each.valueFrom?.secretKeyRef.name ?? [],
        );
        expect(secret).toEqual(['minio-credentials', 'minio-credentials']);
      });

      test('image: two containers of the image, one user, whose processes see each other', async () => {
        expectModelcar(await admitted('image'));
      });

      test.each(Object.keys(BASELINE))('%s: "restricted" would refuse it', async (name) => {
        const { metadata, spec } = await admitted(name);
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name },
          spec: { ...spec, serviceAccountName: undefined },
        };
        delete (metadata as { uid?: string }).uid;
        const { status, body } = await ask('POST', '/api/v1/namespaces/restricted/pods?dryRun=All', pod);
        expect([status, body.message]).toEqual([
          403,
          expect.stringContaining('violates PodSecurity "restricted:latest"'),
        ]);
      });
    },
    manager.tool,
  );
});

/** KServe's, as its release has it, with what we set. */
function configurationOf(manifests: readonly Manifest[]): Manifest {
  const ours = manifests.find(({ metadata, data }) => metadata.name === 'inferenceservice-config' && data?.localModel)!;
  const s3 = { s3AccessKeyIDName: 'AWS_ACCESS_KEY_ID', s3SecretAccessKeyName: 'AWS_SECRET_ACCESS_KEY' };
  return { ...ours, data: { ...shippedKServeConfiguration, credentials: JSON.stringify({ s3 }), ...ours.data } };
}
