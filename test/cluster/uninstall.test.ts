import type { CommandResult } from './harness/kubectl';
import { everything, find, OperatedCluster, small } from './harness/operated';
import { describeCluster, kubectl } from './harness/suite';

const paths = {
  record: '/api/v1/namespaces/maas-system/configmaps/installation-llm',
  records: '/api/v1/namespaces/maas-system',
  namespace: '/api/v1/namespaces/llm',
  configuration: '/api/v1/namespaces/kserve/configmaps/inferenceservice-config',
  kuadrant: '/apis/kuadrant.io/v1beta1/namespaces/kuadrant-system/kuadrants/kuadrant',
  gateway: (namespace: string) =>
    `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways/inference-gateway`,
  configMap: (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/configmaps/${name}`,
};

const succeeded = ({ exitCode, stderr }: CommandResult) => {
  if (exitCode !== 0) throw new Error(stderr);
};
const create = (...items: object[]) =>
  kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
const configMap = (namespace: string, name: string, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data: { a: 'b' },
});
const namespace = (name: string, labels = {}) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

// Each begins with an installation and ends with an empty cluster.
jest.setTimeout(300_000);

describeCluster('maas uninstall', () => {
  let cluster: OperatedCluster;
  beforeEach(async () => {
    cluster = await OperatedCluster.start();
  });
  afterEach(() => cluster.stop());

  const uninstall = (...options: string[]) => cluster.maas.run(['uninstall', ...options]);

  test('leaves the cluster as it was before install, to the last field; not before it is told to', async () => {
    await create(namespace('llm', { 'pod-security.kubernetes.io/enforce': 'baseline', team: 'a' }));
    await create(configMap('llm', 'of-a-colleague'));
    const before = await everything();
    succeeded(await cluster.apply('{}\n'));
    const installed = await everything();
    expect(Object.keys(installed).length).toBeGreaterThan(Object.keys(before).length + 40);

    const planned = await uninstall('--dry-run');
    expect(planned.exitCode).toBe(0);
    expect(planned.stdout).toContain('Secret llm/enterpriseuser1-apikey, premiumuser2-apikey, premiumuser1-apikey');
    expect(planned.stdout).toContain('gets back what stood there before:\n  Namespace llm\n');
    const unasked = await uninstall();
    expect(unasked).toMatchObject({ exitCode: 1, stdout: planned.stdout });
    expect(unasked.stderr).toContain('add --yes');
    expect(await everything()).toEqual(installed);

    succeeded(await uninstall('--yes'));

    expect(await everything()).toEqual(before);
    const again = await uninstall('--yes');
    expect(again).toMatchObject({ exitCode: 0, stdout: '' });
    expect(again.stderr).toContain('there is nothing to take away');
  });

  test('keeps a namespace in which there is something of others, until they have gone', async () => {
    succeeded(await cluster.apply());
    // Without labels, with labels that look like ours, and as a key that nobody has put into the configuration.
    const labels = { 'app.kubernetes.io/part-of': 'maas', 'app.kubernetes.io/managed-by': 'cdk8s-maas' };
    await create(configMap('llm', 'of-a-colleague'), configMap('llm', 'dressed-up', labels));

    const { exitCode, stdout } = await uninstall('--yes');

    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'stays:\n  Namespace llm: in it is ConfigMap llm/dressed-up, ConfigMap llm/of-a-colleague',
    );
    expect(await find(paths.configMap('llm', 'of-a-colleague'))).toBeDefined();
    expect(await find(paths.configMap('llm', 'dressed-up'))).toBeDefined();
    expect(await find(paths.gateway('llm'))).toBeUndefined();
    expect((await find(paths.record))!.data.created).toBe('v1 Namespace - llm\n');

    await kubectl(['delete', 'configmap', 'of-a-colleague', 'dressed-up', '--namespace=llm']);
    succeeded(await uninstall('--yes'));
    expect(await find(paths.namespace)).toBeUndefined();
    expect(await find(paths.records)).toBeUndefined();
  });

  test('keeps a namespace when it cannot see all that is in it', async () => {
    succeeded(await cluster.apply());
    const forbid =
      'case "$*" in *jsonpath*--namespace=llm*|*--namespace=llm*jsonpath*) echo "secrets is forbidden" >&2; exit 1;; esac';
    cluster.maas.program('kubectl', `${forbid}\nexec "$REAL_KUBECTL" "$@"`);
    const { exitCode, stdout } = await uninstall('--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Namespace llm: cannot see everything: secrets is forbidden');
    expect(await find(paths.namespace)).toBeDefined();
  });

  test('deletes nothing of others, whatever somebody has written into the record', async () => {
    await create(namespace('tenant'), configMap('tenant', 'precious'), configMap('kserve', 'precious'));
    succeeded(await cluster.apply());
    const untouched = async () => [
      await find(paths.configMap('tenant', 'precious')),
      await find(paths.configMap('kserve', 'precious')),
      await find('/api/v1/namespaces/tenant'),
      await find('/api/v1/namespaces/kserve'),
      await find('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.gateway.networking.k8s.io'),
    ];
    const before = await untouched();
    const edit = async (data: object) =>
      kubectl([
        'patch',
        'configmap',
        'installation-llm',
        '--namespace=maas-system',
        '--type=merge',
        '-p',
        JSON.stringify({ data }),
      ]);
    const { created } = (await find(paths.record))!.data;

    // What no install writes stops it before anything is done.
    await edit({ created: `${created}v1 ConfigMap tenant --all\n` });
    const refused = await uninstall('--yes');
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain(
      'ConfigMap maas-system/installation-llm was edited: got "--all", which no install writes',
    );
    expect(await find(paths.gateway('llm'))).toBeDefined();

    // What an install could have written counts only when the objects say so, too.
    const others = [
      'v1 ConfigMap tenant precious',
      'v1 ConfigMap kserve precious inferenceservice-config',
      'v1 Namespace - tenant kserve',
      'apiextensions.k8s.io/v1 CustomResourceDefinition - gateways.gateway.networking.k8s.io',
    ];
    await edit({
      created: `${created}${others.join('\n')}\n`,
      shared: '',
      components: 'kserve 0.20.0\nistio 1.31.4\n',
    });
    const { exitCode, stdout } = await uninstall('--yes');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('  ConfigMap tenant/precious: somebody else has made it anew');
    expect(stdout).toContain('  KServe 0.20.0: the one in the cluster was not brought by install');
    expect(await untouched()).toEqual(before);
    expect(await find(paths.configuration)).toBeDefined();
    expect(await find(paths.gateway('llm'))).toBeUndefined();
  });

  test('writes nothing into what it shares but what stands on the object itself', async () => {
    await create(namespace('llm', { team: 'a' }));
    succeeded(await cluster.apply());
    // Who can write the record has the namespace of a tenant in it; nothing there says that a platform has touched it.
    await create(namespace('tenant', { 'pod-security.kubernetes.io/enforce': 'restricted' }));
    const shared = (await find(paths.record))!.data.shared as string;
    const patch = JSON.stringify({ data: { shared: shared.replace(' llm', ' llm tenant') } });
    await kubectl(['patch', 'configmap', 'installation-llm', '--namespace=maas-system', '--type=merge', '-p', patch]);
    succeeded(await uninstall('--yes'));
    const { labels } = (await find('/api/v1/namespaces/tenant'))!.metadata;
    expect(labels).toHaveProperty(['pod-security.kubernetes.io/enforce'], 'restricted');
  });

  test('takes one of two platforms away and leaves the other whole', async () => {
    const second = `${small}name: team-b\nnamespace: team-b\ndomain: team-b.local\nkserve: { configure: false }\nkuadrant: { create: false }\n`;
    succeeded(await cluster.apply());
    succeeded(await cluster.apply(second));
    const ofSecond = async () =>
      Object.entries(await everything()).filter(([key]) => /team-b|kuadrants\/kuadrant/.test(key));
    const before = await ofSecond();
    expect(before.length).toBeGreaterThan(20);
    // Somebody writes an object of the other platform into the record of this one.
    const { created } = (await find(paths.record))!.data;
    const patch = JSON.stringify({
      data: { created: `${created}gateway.networking.k8s.io/v1 Gateway team-b team-b-inference-gateway\n` },
    });
    await kubectl(['patch', 'configmap', 'installation-llm', '--namespace=maas-system', '--type=merge', '-p', patch]);

    cluster.maas.write('maas.yaml', small);
    const { exitCode, stdout } = await uninstall('--yes');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Kuadrant kuadrant-system/kuadrant: the platform of namespace team-b may need it');
    expect(await find(paths.gateway('llm'))).toBeUndefined();
    expect(await ofSecond()).toEqual(before);
    expect(await find(paths.records)).toBeDefined();
  });

  test('keeps the Kuadrant instance while it enforces policies of others', async () => {
    succeeded(await cluster.apply());
    await create(namespace('tenant'), {
      apiVersion: 'kuadrant.io/v1',
      kind: 'AuthPolicy',
      metadata: { name: 'of-a-tenant', namespace: 'tenant' },
      spec: {
        targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'x' },
        rules: { authentication: { anybody: { anonymous: {} } } },
      },
    });
    const { stdout } = await uninstall('--yes');
    expect(stdout).toContain('Kuadrant kuadrant-system/kuadrant: it enforces AuthPolicy tenant/of-a-tenant');
    expect(await find(paths.kuadrant)).toBeDefined();
    expect((await find(paths.record))!.data.created).toBe('kuadrant.io/v1beta1 Kuadrant kuadrant-system kuadrant\n');
  });

  test('is gone on with after Ctrl-C and after a sudden end', async () => {
    const before = await everything();
    succeeded(await cluster.apply());
    for (const [signal, exitCode, call] of [
      ['INT', 130, 'delete'],
      ['KILL', 137, 'patch'],
    ] as const) {
      cluster.maas.program('kubectl', `case "$1" in ${call}) kill -${signal} $PPID;; esac\nexec "$REAL_KUBECTL" "$@"`);
      const interrupted = await cluster.maas.shell('maas uninstall --yes >/dev/null; echo "ended with $?"');
      expect(interrupted.stdout).toBe(`ended with ${exitCode}\n`);
      if (signal === 'INT') expect(interrupted.stderr).toContain('to go on: maas uninstall --config maas.yaml');
      expect(await find(paths.record)).toBeDefined();
    }
    cluster.maas.program('kubectl', 'exec "$REAL_KUBECTL" "$@"');
    succeeded(await uninstall('--yes'));
    expect(await everything()).toEqual(before);
  });

  test('leaves a platform that was applied by hand, and says how it goes', async () => {
    cluster.maas.write('maas.yaml', small);
    succeeded(await cluster.maas.run(['synth']));
    succeeded(await cluster.maas.shell('kubectl apply -f dist/'));
    const { exitCode, stderr } = await uninstall('--yes');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is no ConfigMap maas-system/installation-llm');
    expect(stderr).toContain('kubectl delete -f dist/');
    expect(await find(paths.gateway('llm'))).toBeDefined();
  });
});
