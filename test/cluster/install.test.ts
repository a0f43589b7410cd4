import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { list, listIfServed } from './harness/api';
import { untilGood } from './harness/conditions';
import { componentCalls, recordedComponents } from './harness/installing';
import { manifestsOf, nameOf, readPlatformFolder, type Manifest } from './harness/manifests';
import { NewCluster, newClusterTools } from './harness/new-cluster';
import { writeReleases } from './harness/releases';
import { describeCluster } from './harness/suite';
import { until } from './harness/until';

jest.setTimeout(300_000); // a whole installation, on a slow machine

const manifest =
  'kubectl apply --server-side --force-conflicts --field-manager=cdk8s-maas-components --filename=https://github.com/';
const istio = 'https://istio-release.storage.googleapis.com/charts';

const kserveController = 'Deployment kserve/kserve-controller-manager';

async function deployments(): Promise<Manifest[]> {
  return (await list('/apis/apps/v1/deployments')).map((object) => ({ ...object, kind: 'Deployment' }));
}

async function generations(): Promise<Record<string, number | undefined>> {
  return Object.fromEntries((await deployments()).map((object) => [nameOf(object), object.metadata.generation]));
}

const authorino = 'Deployment kuadrant-system/authorino';
const gateways = '/apis/gateway.networking.k8s.io/v1/gateways';

/** Milliseconds since 1970. */
async function whenAuthorinoWasReady(): Promise<number> {
  const [found] = await list('/apis/operator.authorino.kuadrant.io/v1beta1/authorinos');
  const { status, lastTransitionTime } = found!.status.conditions.find(({ type }: Manifest) => type === 'Ready');
  expect(status).toBe('True');
  return Date.parse(lastTransitionTime as string);
}

interface KServe {
  readonly deploy: string;
  readonly image: string;
  readonly startedWith: string | undefined;
}

async function kserve(): Promise<KServe> {
  const [configuration] = (await list('/api/v1/namespaces/kserve/configmaps')).filter(
    ({ metadata }) => metadata.name === 'inferenceservice-config',
  );
  const { spec } = (await deployments()).find(({ metadata }) => metadata.name === 'kserve-controller-manager')!;
  return {
    deploy: configuration!.data.deploy,
    image: spec.template.spec.containers[0].image,
    startedWith: spec.template.metadata.annotations?.['cdk8s-maas/kserve-configuration'],
  };
}

/** One after the other on one cluster: a platform that is installed and upgraded. */
describeCluster(
  'install, on a cluster with nothing in it (helm and downloads: recorders; the controllers are real)',
  () => {
    let cluster: NewCluster;

    beforeAll(async () => {
      cluster = await NewCluster.start();
    });
    afterAll(() => cluster?.stop());
    beforeEach(() => cluster.recorders.forget());

    const platformIsGood = () => untilGood(manifestsOf(readPlatformFolder('dist')), () => cluster.problems);

    test("the seed's quick start brings everything, until all conditions are good", async () => {
      // As long as an image is pulled.
      cluster.stalled.add(authorino);
      const installation = cluster.run(['install', '--simulator', '--token-rate-limit', '--yes']);
      await until('the Gateway is applied', 200, async () => (await listIfServed(gateways)).length > 0);
      cluster.stalled.delete(authorino);
      const { exitCode, stdout, stderr } = await installation;
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
      // Kuadrant's operator would not look at it again.
      const [policy] = await list('/apis/kuadrant.io/v1/authpolicies');
      expect(Date.parse(policy!.metadata.creationTimestamp!)).toBeGreaterThanOrEqual(await whenAuthorinoWasReady());
      await platformIsGood();
      expect(componentCalls(cluster)).toEqual([
        `${manifest}kubernetes-sigs/gateway-api/releases/download/v1.5.1/standard-install.yaml`,
        `helm upgrade --install istio-base base --repo=${istio} --version=1.31.4 --namespace=istio-system ` +
          '--set=defaultRevision=default --description=installed by cdk8s-maas',
        `helm upgrade --install istiod istiod --repo=${istio} --version=1.31.4 --namespace=istio-system ` +
          '--description=installed by cdk8s-maas',
        `${manifest}cert-manager/cert-manager/releases/download/v1.18.2/cert-manager.yaml`,
        `${manifest}kserve/kserve/releases/download/v0.20.0/kserve.yaml`,
        // It holds an object of a kind that it has just brought.
        `${manifest}kserve/kserve/releases/download/v0.20.0/kserve.yaml`,
        'helm upgrade --install kuadrant-operator kuadrant-operator --repo=https://kuadrant.io/helm-charts --version=1.5.2 ' +
          '--namespace=kuadrant-system --description=installed by cdk8s-maas',
        `${manifest}prometheus-operator/prometheus-operator/releases/download/v0.93.0/bundle.yaml`,
      ]);
      expect(readFileSync(join(cluster.maas.folder, 'maas.yaml'), 'utf8')).toMatch(
        /^# Chosen by: maas install --simulator --token-rate-limit\nplatform: kubernetes\n/,
      );
      expect(stdout).toMatch(
        /^# in another terminal\nkubectl port-forward --namespace llm [\s\S]*\nmaas verify\nmaas test\n$/,
      );
      expect(stderr).not.toContain('freeuser1_key');
      expect(await recordedComponents(cluster)).toBe(
        'gateway-api 1.5.1\nistio 1.31.4\ncert-manager 1.18.2\nkserve 0.20.0\nkuadrant 1.5.2\nprometheus-operator 0.93.0\n',
      );
    });

    test('once more, it does nothing', async () => {
      const before = await generations();
      const { exitCode, stderr } = await cluster.run(['install', '--yes']);
      expect(exitCode).toBe(0);
      expect(componentCalls(cluster)).toEqual([]);
      expect(await generations()).toEqual(before);
      expect(stderr).toContain('✓ Istio: already there: 1.31.4 (');
    });

    test('--from-step leaves out what comes before it', async () => {
      const { exitCode, stderr } = await cluster.run(['install', '--yes', '--from-step', 'platform']);
      expect(exitCode).toBe(0);
      expect(stderr).not.toMatch(/✓ (Istio|KServe|Prometheus operator)/);
      expect(stderr).toMatch(/✓ 30-gateway/);
    });

    test('what an earlier install brought is upgraded to the versions of a changed maas.yaml', async () => {
      writeReleases(cluster.recorders.releases, { istio: '1.31.5', kserve: '0.20.1' });
      const file = join(cluster.maas.folder, 'maas.yaml');
      writeFileSync(file, `${readFileSync(file, 'utf8')}\nversions: { istio: 1.31.5, kserve: 0.20.1 }\n`);
      const [before, generation] = [await kserve(), (await generations())[kserveController]!];
      const { exitCode, stderr } = await cluster.run(['install', '--yes']);
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stderr).toContain('✓ Istio 1.31.5: upgrade from 1.31.4 (');
      expect(componentCalls(cluster).map((call) => /\d+\.\d+\.\d+/.exec(call)?.[0])).toEqual([
        '1.31.5',
        '1.31.5',
        '0.20.1',
      ]);
      expect(await recordedComponents(cluster)).toContain('\nistio 1.31.5\ncert-manager 1.18.2\nkserve 0.20.1\n');
      // KServe's own configuration came with it: ours is back, and its controller has started with it.
      expect(await kserve()).toEqual({ ...before, image: 'kserve/kserve-controller:v0.20.1' });
      expect((await generations())[kserveController]).toBeGreaterThan(generation + 1);
      await platformIsGood();
    });

    test('the way back to an older version is refused', async () => {
      const file = join(cluster.maas.folder, 'maas.yaml');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('istio: 1.31.5', 'istio: 1.31.4'));
      const { exitCode, stderr } = await cluster.run(['install', '--yes']);
      writeFileSync(file, text);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr:
          'Istio 1.31.5 is there and maas.yaml asks for the older 1.31.4, which its project does not support; ' +
          'write `versions: { istio: 1.31.5 }`\n',
      });
      expect(componentCalls(cluster)).toEqual([]);
    });
  },
  ...newClusterTools,
);
