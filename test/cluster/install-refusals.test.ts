import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apply } from './harness/api';
import { istiodChart, kserveManifest, quickStart } from './harness/installing';
import { NewCluster } from './harness/new-cluster';
import { describeCluster } from './harness/suite';
import { until } from './harness/until';

/** Everything that is in the cluster beside what it comes with. */
async function contents(cluster: NewCluster): Promise<string> {
  const kinds = 'namespaces,customresourcedefinitions,deployments,configmaps,serviceaccounts,secrets';
  return (await cluster.server.kubectl(['get', kinds, '--all-namespaces', '--output=name'])).stdout;
}

/** One cluster, in which nothing is changed by any of them. */
describeCluster('install refuses, before it changes anything (helm, kind and downloads: recorders)', () => {
  let cluster: NewCluster;

  beforeAll(async () => {
    cluster = await NewCluster.start({ operators: false });
  });
  afterAll(() => cluster?.stop());
  afterEach(() => {
    expect(cluster.recorders.calls()).toEqual([]);
    expect(readdirSync(cluster.maas.folder)).not.toContain('maas.yaml');
  });

  test('a dry run prints every command and object, and changes nothing', async () => {
    const before = await contents(cluster);
    const { exitCode, stdout, stderr } = await cluster.run([
      'install',
      '--simulator',
      '--token-rate-limit',
      '--dry-run',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(
      'helm pull istiod --repo https://istio-release.storage.googleapis.com/charts --version 1.31.4',
    );
    expect(stdout).toContain(`\n${kserveManifest}\n`);
    expect(stdout).toContain(
      `\n${istiodChart.replace(/--description=.*/, "'--description=installed by cdk8s-maas'")}\n`,
    );
    expect(stdout).toContain('\n  Secret llm/freeuser1-apikey\n');
    expect(stdout).not.toContain('freeuser1_key');
    expect(await contents(cluster)).toBe(before);
  });

  test('what a mirror lacks is told, with the command that puts it there', async () => {
    mkdirSync(join(cluster.maas.folder, 'mirror'));
    const { exitCode, stderr } = await cluster.run([...quickStart, '--mirror', 'mirror']);
    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toHaveLength(8);
    expect(stderr.split('\n')[5]).toBe(
      'the mirror has no mirror/kuadrant.io/helm-charts/kuadrant-operator-1.5.2.tgz; where there is a network: ' +
        'mkdir -p mirror/kuadrant.io/helm-charts && helm pull kuadrant-operator --repo https://kuadrant.io/helm-charts --version 1.5.2 --destination mirror/kuadrant.io/helm-charts',
    );
  });

  test('--check-gpu refuses when no node has what a model needs', async () => {
    for (const name of ['worker-1', 'worker-2'])
      await apply(`/api/v1/nodes/${name}`, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    const { exitCode, stderr } = await cluster.run(['install', '--qwen3', '--check-gpu', '--yes']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'model qwen3 needs a node with 1 nvidia.com/gpu and the labels nvidia.com/gpu.present=true; no node has them\n' +
        'the nodes have:\n  worker-1: no GPU\n  worker-2: no GPU\n' +
        'add such a node, choose another accelerator in `models`, or take the model out\n',
    });
  });

  test('it asks before it changes anything, and says on which cluster', async () => {
    const withoutTerminal = await cluster.run(quickStart.slice(0, -1));
    expect(withoutTerminal.exitCode).toBe(1);
    expect(withoutTerminal.stderr).toMatch(
      /^on context kasd, https:\/\/127.0.0.1:\d+, with a maas.yaml that is written:\n/,
    );
    expect(withoutTerminal.stderr).toMatch(
      /\nthere is no terminal on which to ask whether this is to be done: add --yes\n$/,
    );
    const asked = `script --quiet --return --command 'maas install --simulator' /dev/null`;
    const refused = await cluster.shell(`echo n | ${asked}`);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/Install\? \[y\/N\] [\s\S]*nothing was changed/);
  });

  test('what is too old and not from here is refused before anything is changed', async () => {
    await cluster.server.kubectl(['create', 'namespace', 'istio-system']);
    const labels = { app: 'istiod' };
    const containers = [{ name: 'discovery', image: 'docker.io/istio/pilot:1.29.4' }];
    await apply('/apis/apps/v1/namespaces/istio-system/deployments/istiod', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'istiod', namespace: 'istio-system', labels },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    });
    const { exitCode, stderr } = await cluster.run(quickStart);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'Istio (Deployment istio-system/istiod, not installed from here) is too old: got 1.29.4, expected 1.30.0 or newer for ' +
        'token limits: its Envoy 1.38 is the first that counts for all its workers; upgrade Istio, or write ' +
        '`limits.engine: tokenRateLimitPolicy`\n',
    });
    await cluster.server.kubectl(['delete', 'deployment', 'istiod', '--namespace=istio-system']);
  });

  describe('flags', () => {
    test('without a maas.yaml and without flags it says what there is to do', async () => {
      const { exitCode, stderr } = await cluster.run(['install']);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr:
          'there is no maas.yaml; let flags choose one: maas install --simulator --token-rate-limit, begin with one: maas init, or name yours with --config\n',
      });
    });

    test('that do not agree with the maas.yaml name the key to set', async () => {
      cluster.maas.write('mine.yaml', 'models: [{ name: simulator }]\n');
      const { exitCode, stderr } = await cluster.run([
        'install',
        '--config',
        'mine.yaml',
        '--qwen3',
        '--skip-metrics',
        '--yes',
      ]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr:
          '--qwen3: mine.yaml has no model qwen3: add `- name: qwen3` to `models`, or leave --qwen3 out\n' +
          '--skip-metrics: mine.yaml has metrics: write `observability: { prometheus: false, serviceMonitors: false }`, or leave --skip-metrics out\n',
      });
    });

    test.each([
      [['--from-step', 'knative'], /'knative' is invalid/],
      [['--deploy-kind', '--ocp'], /--deploy-kind makes a cluster of plain Kubernetes/],
      [['--deploy-kind', '--context', 'production'], /installs on context kind-llm-maas/],
      [['--timeout', 'soon'], /expected a whole number of seconds/],
    ])('%j is no command line', async (flags, message) => {
      const { exitCode, stderr } = await cluster.run(['install', ...flags]);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(message);
    });

    test('on OpenShift they choose a platform for it, and name the operators that it lacks (OpenShift: its API group only)', async () => {
      await openShift(cluster);
      const { exitCode, stderr } = await cluster.run(['install', '--simulator', '--token-rate-limit', '--yes']);
      expect(exitCode).toBe(1);
      expect(stderr.split('\n')[1]).toBe(
        'Istio is missing; on OpenShift it comes from the operator "Red Hat OpenShift Service Mesh 3" (3.4 or newer) with an Istio object, then run this again',
      );
      const plain = await cluster.run(['install', '--simulator', '--no-ocp', '--dry-run']);
      expect(plain.stderr).toMatch(/^warning: the cluster is OpenShift, but maas.yaml is for plain Kubernetes/);
      expect(plain.stdout).toContain('HTTPRoute llm/simulator-domain-route');
      expect(plain.stdout).not.toContain('Route llm/simulator-route');
    });
  });
});

/** Makes the cluster look like OpenShift: one kind of its configuration, with the domain of its applications. */
async function openShift(cluster: NewCluster): Promise<void> {
  const name = 'ingresses.config.openshift.io';
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    spec: {
      group: 'config.openshift.io',
      scope: 'Cluster',
      names: { kind: 'Ingress', plural: 'ingresses' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  await cluster.server.kubectl(['create', '--filename=-'], { stdin: JSON.stringify(definition) });
  await cluster.server.kubectl(['wait', '--for=condition=Established', `crd/${name}`]);
  const ingress = {
    apiVersion: 'config.openshift.io/v1',
    kind: 'Ingress',
    metadata: { name: 'cluster' },
    spec: { domain: 'apps.example.com' },
  };
  await until('the kind is served', 30, async () => {
    const created = await cluster.server.kubectl(['create', '--filename=-'], {
      stdin: JSON.stringify(ingress),
      expectFailure: true,
    });
    return created.exitCode === 0;
  });
}
