import { listed } from './harness/kuadrant';
import { Maas } from './harness/maas';
import { manifestsOf, readPlatformFolder } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';

/** `maas diff --cluster` as the package ships it, against the real API server. */

const APPLY =
  'maas synth --quiet && kubectl apply --server-side --field-manager=cdk8s-maas --force-conflicts --filename=dist';

describeCluster('maas diff --cluster', () => {
  const maas = new Maas();
  const dist = manifestsOf(readPlatformFolder('dist'));

  beforeAll(async () => {
    maas.write('maas.yaml', '{}\n');
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
  });

  test('of a cluster without the platform: all of it is to come', async () => {
    const { stdout, exitCode } = await maas.run(['diff', '--cluster']);
    expect(exitCode).toBe(1);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual(['in the cluster:', '  + AuthPolicy llm/gateway-auth-policy']);
    // KServe's own ConfigMap is there, with other values.
    expect(lines.filter((line) => line.startsWith('  + '))).toHaveLength(dist.length - 1);
    expect(stdout).toMatch(/^ {2}~ ConfigMap kserve\/inferenceservice-config\n {6}data\.deploy\n {6}data\.ingress\n/m);
  });

  describe('of a platform that is there', () => {
    beforeAll(async () => {
      expect(await maas.shell(APPLY)).toMatchObject({ exitCode: 0 });
    });

    test('nothing differs, whoever has applied it', async () => {
      expect(await maas.run(['diff', '--cluster'])).toEqual({ stdout: 'nothing differs\n', stderr: '', exitCode: 0 });
      await kubectl(['apply', '-f', 'dist']);
      expect(await maas.run(['diff', '--cluster', 'maas.yaml'])).toMatchObject({ exitCode: 0 });
    });

    test('what was edited by hand: its path, and never the value of a Secret', async () => {
      const data = { api_key: Buffer.from('a-stolen-key').toString('base64') };
      await kubectl(['patch', 'secret', 'freeuser1-apikey', '--namespace=llm', `--patch=${JSON.stringify({ data })}`]);
      const spec = { podSelector: { matchLabels: { a: 'b' } } };
      await kubectl([
        'patch',
        'networkpolicy',
        'model-servers',
        '--namespace=llm',
        `--patch=${JSON.stringify({ spec })}`,
      ]);
      const before = JSON.stringify(await listed('secrets,networkpolicies', '--show-managed-fields'));
      const { stdout, stderr, exitCode } = await maas.run(['diff', '--cluster']);
      expect([exitCode, stderr]).toEqual([1, '']);
      expect(stdout).toBe(
        [
          'in the cluster:',
          '  ~ NetworkPolicy llm/model-servers',
          '      spec.podSelector.matchLabels',
          '  ~ Secret llm/freeuser1-apikey',
          '      data.api_key',
          '',
        ].join('\n'),
      );
      expect(JSON.stringify(await listed('secrets,networkpolicies', '--show-managed-fields'))).toBe(before);
      expect(await maas.run(['diff', '--cluster', '--json'])).toMatchObject({ exitCode: 1 });
      await maas.shell(APPLY);
    });

    test('a part of what others own is no mistake', async () => {
      const limits = 'limits: { engine: tokenRateLimitPolicy, onFailure: deny }\n';
      maas.write('on-failure.yaml', limits);
      const { stdout, exitCode } = await maas.run(['diff', '--cluster', 'on-failure.yaml']);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(
        /^ {2}~ Deployment kuadrant-system\/kuadrant-operator-controller-manager\n(?: {6}metadata\.\S*\n)*(?: {6}spec\.template\.spec\.containers\[0\]\.env\n)/m,
      );
    });

    test('what the configuration no longer has, but not what others have made of it', async () => {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'inference-gateway-options', uid: 'a' };
      const labels = { 'app.kubernetes.io/part-of': 'maas', 'app.kubernetes.io/managed-by': 'cdk8s-maas' };
      const items = [{ name: 'made-of-it', labels, ownerReferences: [owner] }, { name: 'of-others' }].map(
        (metadata) => ({
          ...{ apiVersion: 'v1', kind: 'Secret' },
          metadata: { ...metadata, namespace: 'llm' },
        }),
      );
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
      maas.write(
        'fewer.yaml',
        'users: [{ name: freeuser1, tier: free, keys: [{ demo: freeuser1_key }] }]\nnetworkPolicies: false\n',
      );
      const { stdout, exitCode } = await maas.run(['diff', '--cluster', 'fewer.yaml']);
      expect(exitCode).toBe(1);
      const removed = stdout.split('\n').filter((line) => line.startsWith('  - '));
      expect(removed).toEqual([
        '  - NetworkPolicy llm/inference-gateway',
        '  - NetworkPolicy llm/model-servers',
        ...['enterpriseuser1', 'freeuser2', 'premiumuser1', 'premiumuser2'].map(
          (user) => `  - Secret llm/${user}-apikey`,
        ),
      ]);
      expect(stdout).toContain('`kubectl apply` leaves what is removed (-) where it is');
    });
  });

  describe('says why it cannot tell, with exit code 2:', () => {
    async function failing(...args: string[]): Promise<string> {
      const { stdout, stderr, exitCode } = await maas.run(['diff', ...args]);
      expect([exitCode, stdout]).toEqual([2, '']);
      return stderr;
    }

    test('the configuration is not right', async () => {
      maas.write('wrong.yaml', 'tiers: [{ nam: free }]\n');
      expect(await failing('--cluster', 'wrong.yaml')).toMatch(/^wrong\.yaml:1:11 tiers\[0\]\.nam: got /m);
    });

    test('there is no such context', async () => {
      expect(await failing('--cluster', '--context', 'nobodys')).toMatch(
        /^kubectl get --raw=\/version: .*"nobodys" does not exist\nkubectl knows no such cluster; see: kubectl --context=nobodys config get-contexts\n$/s,
      );
    });

    test('two things to compare with', async () => {
      expect(await failing('--cluster', '--since', 'HEAD')).toContain('got 2 things to compare with');
    });
  });
});
