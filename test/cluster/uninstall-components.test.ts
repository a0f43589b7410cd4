import { NamespaceController } from './harness/namespace-controller';
import { NewCluster } from './harness/new-cluster';
import { everything, find } from './harness/operated';
import { describeCluster, kubectl } from './harness/suite';

jest.setTimeout(600_000);

const create = (...items: object[]) =>
  kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
const crd = (name: string) => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;

/** No controller runs, so the platform does not become good: that is nothing to uninstall. */
describeCluster(
  'maas uninstall, with the components that install brought (recorders stand in for helm and downloads)',
  () => {
    let cluster: NewCluster;
    let namespaces: NamespaceController;
    beforeAll(async () => {
      cluster = await NewCluster.start({ operators: false });
      namespaces = NamespaceController.start();
      cluster.maas.write('maas.yaml', '{}\n');
    });
    afterAll(async () => {
      await namespaces.stop();
      await cluster.stop();
    });

    test('keeps those that others use, then takes all away: the cluster is as it was before', async () => {
      const before = await everything();
      const installed = await cluster.run(['install', '--yes', '--timeout', '5']);
      expect(installed.stderr).toContain('waited in vain for');
      await create(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } },
        {
          apiVersion: 'serving.kserve.io/v1beta1',
          kind: 'InferenceService',
          metadata: { name: 'of-a-tenant', namespace: 'tenant' },
          spec: { predictor: { model: { modelFormat: { name: 'huggingface' }, storageUri: 'pvc://a/b' } } },
        },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cacerts', namespace: 'istio-system' } },
      );

      const first = await cluster.run(['uninstall', '--yes']);

      expect({ exitCode: first.exitCode, stderr: first.stderr }).toMatchObject({ exitCode: 0 });
      expect(first.stdout).toMatch(/KServe [\d.]+: it is used by InferenceService tenant\/of-a-tenant/);
      expect(first.stdout).toMatch(/Istio [\d.]+: it is used by Secret istio-system\/cacerts/);
      expect(await find(crd('inferenceservices.serving.kserve.io'))).toBeDefined();
      expect(await find(crd('authpolicies.kuadrant.io'))).toBeUndefined();
      expect(await find('/api/v1/namespaces/llm')).toBeUndefined();
      expect(await find('/api/v1/namespaces/tenant')).toBeDefined();

      await kubectl(['delete', 'inferenceservice', 'of-a-tenant', '--namespace=tenant']);
      await kubectl(['delete', 'secret', 'cacerts', '--namespace=istio-system']);
      await kubectl(['delete', 'namespace', 'tenant']);
      const second = await cluster.run(['uninstall', '--yes']);

      expect({ exitCode: second.exitCode, stderr: second.stderr }).toMatchObject({ exitCode: 0 });
      expect(Object.keys(await everything())).toEqual(Object.keys(before));
      expect(cluster.recorders.calls().filter((call) => /^helm uninstall/.test(call)).length).toBeGreaterThan(1);
    });
  },
);
