import { everything, find, OperatedCluster, small } from './harness/operated';
import { describeCluster, kubectl } from './harness/suite';

const record = '/api/v1/namespaces/maas-system/configmaps/installation-llm';

describeCluster('maas uninstall', () => {
  let cluster: OperatedCluster;
  beforeEach(async () => {
    cluster = await OperatedCluster.start();
  });
  afterEach(() => cluster.stop());

  const uninstall = (...options: string[]) => cluster.maas.run(['uninstall', ...options]);

  test('leaves the cluster as it was before install, to the last field', async () => {
    const before = await everything();
    expect((await cluster.apply('{}\n')).exitCode).toBe(0);
    expect(Object.keys(await everything()).length).toBeGreaterThan(Object.keys(before).length + 40);

    const { exitCode, stdout, stderr } = await uninstall('--yes');

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('deleting') as string });
    expect(stdout).toContain('Namespace llm-observability, llm');
    expect(await everything()).toEqual(before);
  });
});
