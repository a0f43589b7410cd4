import { restrictedContainerSecurity, restrictedPodSecurity } from '../../src/cluster/pod-security';
import { list } from './harness/api';
import { nameOf } from './harness/manifests';
import { find, OperatedCluster, small } from './harness/operated';
import { create, untilProtected } from './harness/policies';
import { beginCounting } from './harness/stand-in';
import { describeCluster, kubectl } from './harness/suite';

const path = (name: string) => `/apis/scheduling.k8s.io/v1/priorityclasses/${name}`;
const configuration = (value = 1000, more = '') =>
  `${small}priorityClasses: [{ name: online, value: ${value} }${more}]\n` +
  'models: [{ name: simulator, priorityClass: online }]\n';

/** A pod as a ReplicaSet makes one; nothing runs it. */
function pod(namespace: string, name: string, priorityClassName: string, labels = {}) {
  const securityContext = { ...restrictedContainerSecurity(), ...restrictedPodSecurity() };
  const containers = [{ name: 'main', image: 'registry.example.com/main:1', securityContext }];
  const spec = { priorityClassName, automountServiceAccountToken: false, containers };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels }, spec };
}

async function createTenant(): Promise<void> {
  const metadata = { name: 'default', namespace: 'tenant' };
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } });
  await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
}

// Each begins with an installation and ends with an empty cluster.
jest.setTimeout(300_000);

describeCluster('PriorityClasses of a platform, which pods of others may name', () => {
  let cluster: OperatedCluster;
  beforeEach(async () => {
    cluster = await OperatedCluster.start();
  });
  afterEach(() => cluster.stop());

  const apply = async (text: string) => {
    const { exitCode, stderr } = await cluster.apply(text);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.anything() });
  };
  const uninstall = () => cluster.maas.run(['uninstall', '--yes']);

  test('kubectl delete -f dist/ keeps them, and pods go on being made of them', async () => {
    await apply(configuration());
    await createTenant();
    await create(pod('tenant', 'first', 'online'));
    expect((await find('/api/v1/namespaces/tenant/pods/first'))?.spec.priority).toBe(1000);
    await untilProtected('llm');

    expect((await cluster.maas.run(['synth'])).exitCode).toBe(0);
    const deletion = await cluster.maas.shell('kubectl delete -f dist/');

    expect(deletion.exitCode).toBe(1);
    expect(deletion.stderr).toMatch(/priorityclasses.* "online" is forbidden: .*kept, because others may use it/);
    expect(await find('/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices/vllm-simulator')).toBe(
      undefined,
    );
    await create(pod('tenant', 'second', 'online'));
  });

  test('uninstall takes one away once no pod of others has it, one that maas.yaml no longer has, too', async () => {
    await apply(configuration(1000, ', { name: batch, value: 10, preemptionPolicy: Never }'));
    await createTenant();
    await create(pod('tenant', 'theirs', 'online'));
    await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'llm' } });
    await apply(configuration());
    expect((await find(path('batch')))?.preemptionPolicy).toBe('Never');

    const first = await uninstall();

    expect(first.exitCode).toBe(0);
    expect(first.stdout).toContain('stays:\n  PriorityClass online: it is the priority of Pod tenant/theirs\n');
    expect(await find(path('online'))).toBeDefined();
    expect(await find(path('batch'))).toBeUndefined();

    await kubectl(['delete', 'pod', 'theirs', '--namespace=tenant', '--force', '--grace-period=0']);
    expect((await uninstall()).exitCode).toBe(0);
    expect(await find(path('online'))).toBeUndefined();
  });

  test('the quota of a class counts its pods in the namespace, and no others', async () => {
    await apply(configuration(1000, ', { name: batch, value: 10, quota: { pods: 1 } }'));
    await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'llm' } });
    await createTenant();
    for (const quota of await list('/api/v1/resourcequotas')) await beginCounting(quota);
    await create(pod('llm', 'first', 'batch'), pod('llm', 'other', 'online'), pod('tenant', 'elsewhere', 'batch'));
    await expect(create(pod('llm', 'second', 'batch'))).rejects.toThrow(
      'exceeded quota: model-quota-batch, requested: pods=1, used: pods=1, limited: pods=1',
    );
    await create(pod('llm', 'another', 'online'));
  });

  test('one that is there already stays with its owner', async () => {
    const theirs = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'online' } };
    await create({ ...theirs, value: 1000, description: 'of the cluster' });
    await apply(configuration());
    expect(nameOf((await find(path('online')))!)).toBe('PriorityClass online');
    expect((await uninstall()).exitCode).toBe(0);
    const { description, metadata } = (await find(path('online')))!;
    expect({ description, labels: metadata.labels }).toEqual({ description: 'of the cluster', labels: undefined });
  });

  test('another value is refused, with what to do', async () => {
    await apply(configuration());
    const { exitCode, stderr } = await cluster.apply(configuration(2000));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('value: Forbidden: may not be changed in an update.');
    expect(stderr).toContain(
      'a PriorityClass keeps its value and its preemptionPolicy: declare another one in `priorityClasses`, and name it',
    );
    expect((await find(path('online')))?.value).toBe(1000);
  });
});
