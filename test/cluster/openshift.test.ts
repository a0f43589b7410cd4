import { App } from 'cdk8s';
import { MaasPlatform } from '../../src';
import { startKServe, type KServe } from './harness/kserve';
import type { Manifest } from './harness/manifests';
import { expectModelcar } from './harness/modelcar';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { CONSTRAINTS, refusals } from './harness/security-context-constraints';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const SOURCES = {
  hub: 'hf://org/model',
  mounted: 'pvc://weights/model',
  bucket: 's3://models/model',
  storage: 'gs://models/model',
  page: 'https://example.com/model.tar.gz',
  image: 'oci://registry.example.com/models/model:1',
} as const;
type Source = keyof typeof SOURCES;
const names = Object.keys(SOURCES) as Source[];

function platformFor(kserve: string): Manifest[] {
  const app = new App();
  new MaasPlatform(app, 'maas', {
    platform: 'openshift',
    domain: 'apps.example.com',
    versions: { kserve },
    models: names.map((name) => ({
      ...{ name, source: SOURCES[name], accelerator: 'nvidia' },
      ...(name === 'hub' && { cache: { existingClaim: 'downloads' } }),
    })),
  });
  return app.charts.flatMap((chart) => chart.toJson() as Manifest[]);
}

/** What KServe gets to see, and who its pods are. */
function isApplied({ kind, apiVersion, metadata }: Manifest): boolean {
  return apiVersion.startsWith('serving.kserve.io/') || (kind === 'ServiceAccount' && metadata.namespace === 'llm');
}

/** As KServe's release has it; that of OpenShift AI names no user. */
function storageInitializer(uidModelcar?: number): string {
  return JSON.stringify({
    ...{ image: 'kserve/storage-initializer:v1', enableModelcar: true, cpuModelcar: '10m', memoryModelcar: '15Mi' },
    ...{ memoryRequest: '100Mi', memoryLimit: '1Gi', cpuRequest: '100m', cpuLimit: '1' },
    uidModelcar,
  });
}

async function configureImages(uidModelcar?: number): Promise<void> {
  const patch = JSON.stringify({ data: { storageInitializer: storageInitializer(uidModelcar) } });
  await kubectl(['patch', 'configmap', 'inferenceservice-config', '--namespace=kserve', '--type=merge', '-p', patch]);
}

/** A pod as the ReplicaSet controller would make it, after KServe's webhook has seen it. */
async function podOf(model: string): Promise<Manifest> {
  const { stdout } = await kubectl(['get', 'deployment', `${model}-predictor`, '--namespace=llm', '--output=json']);
  const { metadata, spec } = (JSON.parse(stdout) as Manifest).spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  const create = ['create', '--dry-run=server', '--output=json', '-f', '-'];
  return JSON.parse((await kubectl(create, { stdin: JSON.stringify(pod) })).stdout) as Manifest;
}

function strictestFor(pod: Manifest): string | undefined {
  return CONSTRAINTS.find((constraints) => refusals(constraints, pod).length === 0)?.name;
}

describe.each([
  { version: '0.20.0', tool: 'kserve-manager-0.20' },
  { version: '0.15.2', tool: 'kserve-manager-0.15' },
])("the pods of KServe $version, by the rules of OpenShift's constraints", ({ version, tool }) => {
  describeCluster(
    'for weights from everywhere',
    () => {
      const platform = platformFor(version);
      const applied = platform.filter(isApplied);
      const namespaces = platform.filter(({ kind }) => kind === 'Namespace');
      let kserve: KServe | undefined;

      beforeAll(async () => {
        const list = (items: readonly Manifest[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
        await createPrerequisiteNamespaces(kubectl, 'openshift');
        const configuration = platform.filter(({ metadata }) => metadata.namespace === 'kserve');
        await kubectl(['apply', '-f', '-'], { stdin: list([...namespaces, ...configuration]) });
        await configureImages(1010);
        kserve = await startKServe(tool);
        await kubectl(['apply', '-f', '-'], { stdin: list(applied) });
        await until('every model has a Deployment', 60, async () => {
          const { stdout } = await kubectl(['get', 'deployments', '--namespace=llm', '--output=name']);
          return stdout.trim().split('\n').length === names.length;
        });
      });

      afterAll(() => kserve?.stop());

      /** The ServiceAccounts that the platform binds to constraints. */
      const boundTo = (constraints: string) =>
        platform
          .filter(({ roleRef }) => roleRef?.name === `system:openshift:scc:${constraints}`)
          .flatMap(({ subjects }) => (subjects as { name: string }[]).map(({ name }) => name));

      test.each(names)(
        '%s: the constraints that suffice are those that its ServiceAccount is bound to',
        async (name) => {
          const pod = await podOf(name);
          const strictest = strictestFor(pod);
          expect(strictest).toBe(name === 'image' ? 'nonroot-v2' : 'restricted-v2');
          expect(boundTo(strictest!)).toContain(pod.spec.serviceAccountName);
        },
      );

      test('a claim that pods share: user and group that may write it are those of the constraints', async () => {
        const { spec } = await podOf('hub');
        const claims = spec.volumes.flatMap((volume: Manifest) => volume.persistentVolumeClaim ?? []);
        expect(claims).toEqual([{ claimName: 'downloads' }]);
        expect(spec.securityContext).toEqual({
          runAsNonRoot: true,
          fsGroupChangePolicy: 'OnRootMismatch',
          seccompProfile: { type: 'RuntimeDefault' },
        });
      });

      test('an image: KServe adds containers of user 1010, one of no user, and shares the processes', async () => {
        expectModelcar(await podOf('image'));
      });

      test('an image, as OpenShift AI configures KServe: nothing but restricted-v2', async () => {
        await configureImages();
        try {
          const pod = await podOf('image');
          expect(pod.spec.containers).toHaveLength(2);
          expect(strictestFor(pod)).toBe('restricted-v2');
        } finally {
          await configureImages(1010);
        }
      });
    },
    tool,
  );
});
