import { readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  componentCalls,
  istiodChart,
  kserveManifest,
  occupyPlatform,
  quickStart,
  recordedComponents,
} from './harness/installing';
import { NewCluster } from './harness/new-cluster';
import { describeCluster } from './harness/suite';

jest.setTimeout(240_000); // most of an installation, on a slow machine

/** No controller runs, a Deployment counts as rolled out at once; each ends before the platform is applied. */
describeCluster('install, step by step (helm, kind and downloads: recorders)', () => {
  let cluster: NewCluster;

  beforeEach(async () => {
    cluster = await NewCluster.start({ operators: false });
  });
  afterEach(() => cluster?.stop());

  test('a failed step says why and how to go on, and what came before it is not done again', async () => {
    const chart = join(cluster.recorders.releases, 'kuadrant.io/helm-charts/kuadrant-operator-1.5.2.tgz');
    renameSync(chart, `${chart}.away`);
    const failed = await cluster.run(quickStart);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain(
      'step kuadrant: helm upgrade: Error: chart "kuadrant-operator" version "1.5.2" not found in https://kuadrant.io/helm-charts repository\n\n' +
        'what is done stays; go on with: maas install --from-step kuadrant\n',
    );
    expect(failed.stderr).not.toMatch(/\n +at /);
    expect(await recordedComponents(cluster)).toBe(
      'gateway-api 1.5.1\nistio 1.31.4\ncert-manager 1.18.2\nkserve 0.20.0\nkuadrant 1.5.2 unfinished\n',
    );
    renameSync(`${chart}.away`, chart);
    cluster.recorders.forget();
    await occupyPlatform(cluster);
    const resumed = await cluster.run(['install', '--yes', '--from-step', 'kuadrant']);
    expect(
      componentCalls(cluster).map((call) => call.split(' --')[0] + (/[\w-]+\.yaml/.exec(call)?.[0] ?? '')),
    ).toEqual(['helm upgrade', 'kubectl applybundle.yaml']);
    expect(resumed.stderr).toContain('go on with: maas install --from-step platform\n');
    expect(await recordedComponents(cluster)).toMatch(/\nkuadrant 1.5.2\nprometheus-operator 0.93.0\n$/);
  });

  test('a Deployment that does not become available is told with what is the matter with it', async () => {
    cluster.stalled.add('Deployment cert-manager/cert-manager-webhook');
    const { exitCode, stderr } = await cluster.run([...quickStart, '--timeout', '6']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'step cert-manager: waited in vain for Deployment cert-manager/cert-manager-webhook\n' +
        'Deployment cert-manager/cert-manager-webhook:\n  Available is missing\n',
    );
    expect(stderr).toContain('go on with: maas install --from-step cert-manager\n');
  });

  test("somebody else's good component is left alone and is not in the record", async () => {
    const manifest = 'github.com/cert-manager/cert-manager/releases/download/v1.18.2/cert-manager.yaml';
    const file = join(cluster.recorders.releases, manifest);
    await cluster.server.kubectl(['apply', '--server-side', '--filename', file]);
    const operator = 'github.com/prometheus-operator/prometheus-operator/releases/download/v0.93.0/bundle.yaml';
    await cluster.server.kubectl(['apply', '--server-side', '--filename', join(cluster.recorders.releases, operator)]);
    // What serves its kinds need not be a Deployment of that name.
    await cluster.server.kubectl(['delete', 'deployment', 'prometheus-operator', '--namespace=default']);
    await occupyPlatform(cluster);
    const { stderr } = await cluster.run(quickStart);
    expect(stderr).toContain('✓ cert-manager: already there, not from here: 1.18.2, left alone (');
    expect(stderr).toContain('✓ Prometheus operator: already there, not from here: 0.93.0, left alone (');
    expect(componentCalls(cluster).filter((call) => /cert-manager|prometheus/.test(call))).toEqual([]);
    expect(await recordedComponents(cluster)).toBe('gateway-api 1.5.1\nistio 1.31.4\nkserve 0.20.0\nkuadrant 1.5.2\n');
  });

  test('an account that may not do one thing', async () => {
    const account = ['serviceaccount', 'installer', '--namespace=default'];
    await cluster.server.kubectl(['create', ...account]);
    const resources = ['namespaces', 'configmaps', 'deployments.apps', 'nodes'];
    const role = ['clusterrole', 'installer', '--verb=*', ...resources.map((resource) => `--resource=${resource}`)];
    await cluster.server.kubectl(['create', ...role]);
    const definitions = '--resource=customresourcedefinitions.apiextensions.k8s.io';
    await cluster.server.kubectl(['create', 'clusterrole', 'reader', '--verb=get,list', definitions]);
    for (const name of ['installer', 'reader']) {
      const binding = ['clusterrolebinding', name, `--clusterrole=${name}`, '--serviceaccount=default:installer'];
      await cluster.server.kubectl(['create', ...binding]);
    }
    const token = (await cluster.server.kubectl(['create', 'token', 'installer', '--namespace=default'])).stdout.trim();
    const kubeconfig = readFileSync(cluster.server.kubeconfig, 'utf8').replace(/token: "[^"]*"/, `token: "${token}"`);
    cluster.maas.write('installer.kubeconfig', kubeconfig);
    const { exitCode, stderr } = await cluster.run([...quickStart, '--kubeconfig', 'installer.kubeconfig']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /step gateway-api: kubectl apply --server-side: [\s\S]*cannot patch resource "customresourcedefinitions"/,
    );
    expect(stderr).toContain('what this account may do: kubectl --kubeconfig=installer.kubeconfig auth can-i --list');
    expect(stderr).toContain('go on with: maas install --from-step gateway-api --kubeconfig=installer.kubeconfig\n');
    expect(stderr).not.toContain(token);
  });

  test('--mirror: a folder with the same paths', async () => {
    const mirror = join(cluster.maas.folder, 'mirror');
    renameSync(cluster.recorders.releases, mirror);
    await occupyPlatform(cluster);
    const { stderr } = await cluster.run([...quickStart, '--mirror', 'mirror']);
    expect(stderr).toContain('go on with: maas install --from-step platform --mirror mirror\n');
    expect(componentCalls(cluster)).toContain(
      'helm upgrade --install istiod mirror/istio-release.storage.googleapis.com/charts/istiod-1.31.4.tgz ' +
        '--namespace=istio-system --description=installed by cdk8s-maas',
    );
    expect(componentCalls(cluster).filter((call) => call.includes('https://'))).toEqual([]);
  });

  test('--mirror: an address', async () => {
    symlinkSync('.', join(cluster.recorders.releases, 'mirror.example.com'));
    await occupyPlatform(cluster);
    await cluster.run([...quickStart, '--mirror', 'https://mirror.example.com/']);
    const places = componentCalls(cluster).flatMap((call) => /https:\S+/.exec(call)?.[0] ?? []);
    expect(places[0]).toBe(
      'https://mirror.example.com/github.com/kubernetes-sigs/gateway-api/releases/download/v1.5.1/standard-install.yaml',
    );
    expect(new Set(places.map((place) => place.split('/')[2]))).toEqual(new Set(['mirror.example.com']));
  });

  test('--deploy-kind makes the cluster, once, and installs on it (kind: a recorder)', async () => {
    const environment = cluster.withoutCluster;
    await occupyPlatform(cluster);
    const flags = ['install', '--deploy-kind', '--token-rate-limit', '--yes'];
    const first = await cluster.run(flags, { environment });
    expect(first.stderr).toContain('on a new kind cluster llm-maas, with a maas.yaml that is written:\n');
    expect(componentCalls(cluster)[0]).toBe('kind create cluster --name llm-maas');
    expect(componentCalls(cluster)[1]).toBe(
      kserveManifest.replace(/^kubectl/, 'kubectl --context=kind-llm-maas').replace(/https:.*/, '') +
        'https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.5.1/standard-install.yaml',
    );
    expect(componentCalls(cluster)).toContain(`${istiodChart} --kube-context=kind-llm-maas`);
    cluster.recorders.forget();
    const second = await cluster.run(flags, { environment });
    expect(second.stderr).toContain('on context kind-llm-maas, https://127.0.0.1:');
    expect(componentCalls(cluster)).toEqual([]);
  });
});
