import { ask } from './harness/api';
import type { CommandResult } from './harness/kubectl';
import { shippedKServeConfiguration } from './harness/prerequisites';
import { find, OperatedCluster, small } from './harness/operated';
import { untilProtected } from './harness/policies';
import { StandIn } from './harness/stand-in';
import { describeCluster, kubectl } from './harness/suite';

const paths = {
  record: '/api/v1/namespaces/maas-system/configmaps/installation-llm',
  configuration: '/api/v1/namespaces/kserve/configmaps/inferenceservice-config',
  controller: '/apis/apps/v1/namespaces/kserve/deployments/kserve-controller-manager',
  policy: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/llm-deletion-protection',
  secret: (name: string) => `/api/v1/namespaces/llm/secrets/${name}`,
  route: '/apis/gateway.networking.k8s.io/v1/namespaces/llm/httproutes/simulator-domain-route',
};

/** Two users of one tier, each with a key of the demo. */
const users = (...names: string[]) =>
  `${small}users:\n${names.map((name) => `  - { name: ${name}, tier: free, keys: [{ demo: ${name}_key }] }\n`).join('')}`;

const succeeded = ({ exitCode, stderr }: CommandResult) => {
  if (exitCode !== 0) throw new Error(stderr);
};
const create = (...items: object[]) =>
  kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });

// Each begins with an installation and ends with an empty cluster.
jest.setTimeout(300_000);

describeCluster("the platform's own objects", () => {
  let cluster: OperatedCluster;
  beforeEach(async () => {
    cluster = await OperatedCluster.start();
  });
  afterEach(() => cluster.stop());

  test('are applied, changed, and deleted once the configuration no longer has them', async () => {
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm' } });
    await create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'of-a-colleague', namespace: 'llm' } });
    succeeded(await cluster.apply(users('alice', 'bob')));
    const { data } = (await find(paths.record))!;
    expect(data.created).toContain('v1 Secret llm alice-apikey bob-apikey\n');
    expect(data.shared).toBe('v1 Namespace - llm\nv1 ConfigMap kserve inferenceservice-config\n');
    const route = await find(paths.route);

    // Nothing has changed: nothing is changed.
    succeeded(await cluster.apply(users('alice', 'bob')));
    expect((await find(paths.route))!.metadata).toEqual(route!.metadata);

    const { stderr } = await cluster.apply(`${users('alice')}kserve: { configure: false }\n`);

    expect(stderr).toContain('deleting what the configuration no longer has: Secret llm/bob-apikey');
    expect(await find(paths.secret('bob-apikey'))).toBeUndefined();
    expect(await find(paths.secret('alice-apikey'))).toBeDefined();
    expect(await find(paths.secret('of-a-colleague'))).toBeDefined();
    expect((await find(paths.configuration))!.data).toEqual(shippedKServeConfiguration);
    expect((await find(paths.record))!.data.created).toContain('v1 Secret llm alice-apikey\n');
    expect((await find(paths.record))!.data.shared).toBe('v1 Namespace - llm\n');
  });

  test('take over a platform that kubectl apply has applied: what is removed goes, what is of others stays', async () => {
    await kubectl(['delete', 'configmap', 'inferenceservice-config', '--namespace=kserve']);
    const metadata = { name: 'inferenceservice-config', namespace: 'kserve' };
    const shipped = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: shippedKServeConfiguration };
    // As KServe's documentation once said: kubectl then believes that all of it is its own.
    await kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(shipped) });
    const annotations = 'metadata: { annotations: { example.com/ours: goes } }';
    const patches = `patches: [{ target: { kind: Secret, name: alice-apikey }, merge: { ${annotations} } }]\n`;
    // By hand it would delete the other keys: README.
    const unconfigured = 'kserve: { configure: false }\n';
    cluster.maas.write('maas.yaml', users('alice', 'bob') + patches + unconfigured);
    succeeded(await cluster.maas.run(['synth']));
    succeeded(await cluster.maas.shell('kubectl apply -f dist/'));
    const annotationsOf = async () => (await find(paths.secret('alice-apikey')))!.metadata.annotations;
    expect(await annotationsOf()).toHaveProperty(['example.com/ours'], 'goes');
    await kubectl(['annotate', 'secret', 'alice-apikey', '--namespace=llm', 'example.com/of-others=stays']);

    const taken = await cluster.apply(users('alice'));
    succeeded(taken);
    // No record has the key of a user who has gone since then.
    expect(taken.stderr).toContain('to revoke them: kubectl delete secret --namespace llm bob-apikey\n');
    expect(taken.stderr).not.toContain('bob_key');

    expect(await annotationsOf()).toHaveProperty(['example.com/of-others'], 'stays');
    expect(await annotationsOf()).not.toHaveProperty(['example.com/ours']);
    const { data } = (await find(paths.configuration))!;
    expect(Object.keys(data).sort()).toEqual(Object.keys(shippedKServeConfiguration).sort());
    expect(data.logger).toBe(shippedKServeConfiguration.logger);
    // Nobody knows any more whether the namespaces were there before.
    expect((await find(paths.record))!.data.shared).toContain('v1 Namespace - llm\n');
    expect((await find(paths.record))!.data.created).toContain('v1 Secret llm alice-apikey\n');
  });

  test('come back whole after kubectl delete -f dist/, whose policies stay in force half deleted', async () => {
    succeeded(await cluster.apply());
    succeeded(await cluster.maas.run(['synth']));
    await untilProtected('llm');
    expect((await cluster.maas.shell('kubectl delete -f dist/ --wait=false')).exitCode).toBe(1);
    expect((await find(paths.policy))!.metadata).toHaveProperty('deletionTimestamp');

    succeeded(await cluster.apply());

    expect((await find(paths.policy))!.metadata).not.toHaveProperty('deletionTimestamp');
    expect(await find(paths.route)).toBeDefined();
  });

  test('are not applied over those of somebody else', async () => {
    await create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm' } },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'alice-apikey', namespace: 'llm' },
        stringData: { a: 'b' },
      },
    );

    const { exitCode, stderr } = await cluster.apply(users('alice'));

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'nothing was changed, because these objects are not ours to overwrite:\n' +
        "  Secret llm/alice-apikey is there and is not this platform's: rename one of them, or delete it\n" +
        "what is this platform's all the same gets its labels by hand:\n" +
        '  kubectl label <kind> <name> --namespace <namespace> app.kubernetes.io/part-of=maas app.kubernetes.io/managed-by=cdk8s-maas\n',
    });
    expect(await find(paths.record)).toBeUndefined();
    expect((await find('/api/v1/namespaces/llm'))!.metadata.annotations).toBeUndefined();
  });

  test('need components, of which the missing one is named', async () => {
    const stranger =
      'objects: [{ apiVersion: external-secrets.io/v9, kind: Vault, metadata: { name: x, namespace: llm } }]\n';
    const { exitCode, stderr } = await cluster.apply(small + stranger);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Vault (external-secrets.io/v9): External Secrets is missing');
    expect(await find('/api/v1/namespaces/llm')).toBeUndefined();
  });

  test('say what the server refuses and what to do about it', async () => {
    const prometheus = 'observability: { prometheus: true, namespace: llm }\n';
    const labels = { 'app.kubernetes.io/part-of': 'maas', 'app.kubernetes.io/managed-by': 'cdk8s-maas' };
    await create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'models-aas-observability', namespace: 'llm', labels },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'of-earlier-days' },
      },
    );
    const { exitCode, stderr } = await cluster.apply(prometheus);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('80-observability was not applied in full');
    expect(stderr).toContain('cannot change roleRef');
    expect(stderr).toContain('delete that object with kubectl (mind its data), then install again');
  });

  test('are on record before they are there, and are gone on with after Ctrl-C and after a sudden end', async () => {
    for (const [signal, exitCode] of [
      ['INT', 130],
      ['KILL', 137],
    ] as const) {
      // The third call that applies something ends who called it; what has begun is finished.
      const interrupt = `case "$*" in *--server-side*) echo >> applied; [ "$(wc -l < applied)" = 3 ] && kill -${signal} $PPID;; esac`;
      cluster.maas.program('kubectl', `${interrupt}\nexec "$REAL_KUBECTL" "$@"`);
      cluster.maas.write('applied', '');
      cluster.maas.write('maas.yaml', small);
      const interrupted = await cluster.maas.shell('apply-platform; echo "ended with $?"');
      expect(interrupted.stdout).toBe(`ended with ${exitCode}\n`);
      expect(await find(paths.route)).toBeUndefined();
      expect((await find(paths.record))!.data.created).toContain('HTTPRoute llm simulator-domain-route');
      cluster.maas.program('kubectl', 'exec "$REAL_KUBECTL" "$@"');
    }
    succeeded(await cluster.apply());
    expect(await find(paths.route)).toBeDefined();
  });

  test('are applied by one install at a time', async () => {
    succeeded(await cluster.apply());
    const other = `$REAL_KUBECTL annotate configmap installation-llm --namespace=maas-system --overwrite by=another >/dev/null`;
    cluster.maas.program('kubectl', `case "$*" in replace*) ${other};; esac\nexec "$REAL_KUBECTL" "$@"`);
    const { exitCode, stderr } = await cluster.apply(users('alice'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('another install or uninstall of this platform is under way');
    expect(await find(paths.secret('alice-apikey'))).toBeUndefined();
  });

  test("restart KServe's controller when its configuration has changed, and only then", async () => {
    const labels = { app: 'kserve' };
    await create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'kserve-controller-manager', namespace: 'kserve' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'manager', image: 'kserve' }] } },
      },
    });
    const standIn = StandIn.start();
    const generation = async () => (await find(paths.controller))!.metadata.generation;
    try {
      succeeded(await cluster.apply());
      expect(await generation()).toBe(2);
      succeeded(await cluster.apply());
      expect(await generation()).toBe(2);

      // Ended after the configuration, before the restart: made up for by the next run.
      cluster.maas.program(
        'kubectl',
        `case "$1 $2" in 'patch Deployment'*) kill -KILL $PPID; exit 1;; esac\nexec "$REAL_KUBECTL" "$@"`,
      );
      await cluster.apply(`${small}domain: models.example.com\n`).catch(() => undefined);
      expect((await find(paths.configuration))!.data.ingress).toContain('models.example.com');
      expect(await generation()).toBe(2);
      cluster.maas.program('kubectl', 'exec "$REAL_KUBECTL" "$@"');
      succeeded(await cluster.apply(`${small}domain: models.example.com\n`));
      expect(await generation()).toBe(3);
    } finally {
      await standIn.stop();
    }
  });

  test('that do not become good are reported with what is said of them', async () => {
    succeeded(await cluster.apply());
    const { exitCode, stderr } = await cluster.maas.shell('apply-platform 2');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('waited in vain for Kuadrant kuadrant-system/kuadrant, Gateway llm/inference-gateway, ');
    expect(stderr).toContain('Gateway llm/inference-gateway:\n  Accepted is Unknown (Pending: Waiting for controller)');
  });

  test('are many: Secrets of 1,200 users go in batches, and most of them again', async () => {
    const names = Array.from({ length: 1200 }, (_, index) => `user-${index}`);
    succeeded(await cluster.apply(users(...names), { timeoutSeconds: 200 }));
    const count = async () => (await ask('GET', '/api/v1/namespaces/llm/secrets')).body.items.length as number;
    expect(await count()).toBe(1200);
    succeeded(await cluster.apply(users('user-0'), { timeoutSeconds: 200 }));
    expect(await count()).toBe(1);
  });
});
