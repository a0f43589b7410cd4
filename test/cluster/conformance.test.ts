import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { MaasPlatform } from 'cdk8s-maas';
import { writeManifests } from '../../src/output/output';
import { events, json, textEvent, THIRTY_TOKENS } from '../envoy/model-server';
import { temporaryFolder } from '../support/folder';
import { Gateway } from './harness/gateway';
import { manifestsOf, readPlatformFolder, root, type Manifest } from './harness/manifests';
import { policyName, untilEnforced } from './harness/policies';
import { SpoilingProxy, type Sent, type Spoil } from './harness/spoiling-proxy';
import { describeCluster, kubectl } from './harness/suite';

const usage = { object: 'chat.completion.chunk', choices: [], usage: THIRTY_TOKENS.usage };
const isStream = ({ body }: Sent) => body.includes('"stream":true');
const withKey = (sent: Sent, user: string) => void (sent.headers.authorization = `APIKEY ${user}_key`);

/** What the script prints where all is well. */
const checks = {
  'no key': '401',
  'an unknown key': '401',
  'an identity without a key': '401',
  'an unknown host': '404',
  'limit headers': '200, limit 500, remaining told, reset told',
  'a forged identity beside a key': '200, limit 500, remaining told, reset told',
  'a stream': 'counted',
  'the model past the gateway': 'no answer',
  'over the limit': '429, retry-after told',
};

/** A check, what a gateway does that it finds, and what it says. */
const spoils: [check: keyof typeof checks, seen: string, spoil: Spoil][] = [
  [
    'no key',
    '200',
    { request: (sent) => sent.headers.authorization ?? sent.headers['x-maas-tier'] ?? withKey(sent, 'freeuser1') },
  ],
  [
    'an unknown key',
    '200',
    { request: (sent) => sent.headers.authorization === 'APIKEY no-such-key' && withKey(sent, 'freeuser1') },
  ],
  [
    'an identity without a key',
    '200',
    { request: (sent) => sent.headers['x-maas-tier'] && !sent.headers.authorization && withKey(sent, 'freeuser1') },
  ],
  ['an unknown host', '200', { request: (sent) => void (sent.host = sent.host.replace('no-such-model', 'simulator')) }],
  [
    'limit headers',
    '200, limit missing, remaining told, reset told',
    { reply: ({ headers }, sent) => !sent.headers['x-maas-tier'] && delete headers['x-ratelimit-limit-tokens'] },
  ],
  [
    'a forged identity beside a key',
    '200, limit 200, remaining told, reset told',
    { request: (sent) => sent.headers['x-maas-tier'] && sent.headers.authorization && withKey(sent, 'freeuser1') },
  ],
  ['a stream', 'not counted', { request: (sent) => isStream(sent) && withKey(sent, 'freeuser1') }],
  [
    'over the limit',
    '200, retry-after missing',
    { request: (sent) => sent.body.includes('100}') && withKey(sent, 'rich') },
  ],
  ['over the limit', '429, retry-after missing', { reply: ({ headers }) => delete headers['retry-after'] }],
];

describeCluster(
  'the conformance Job, on the real Authorino 0.25.0',
  () => {
    let gateway: Gateway;
    let proxy: SpoilingProxy;
    let manifests: Manifest[];
    let job: Manifest;

    beforeAll(async () => {
      const folder = temporaryFolder();
      const rich = { name: 'rich', tier: 'enterprise', keys: [{ demo: 'rich_key' }] };
      const free = { name: 'freeuser1', tier: 'free', keys: [{ demo: 'freeuser1_key' }] };
      const props = { users: [free, rich], conformance: {} };
      writeManifests((app) => void new MaasPlatform(app, 'maas', props), folder);
      manifests = manifestsOf(readPlatformFolder(relative(root, folder)));
      job = manifests.find(({ kind }) => kind === 'Job')!;
      proxy = await SpoilingProxy.start();
      gateway = await Gateway.start(folder);
      await untilEnforced(policyName);
    });

    // New counters for each, and nearly a minute: the script uses it up.
    beforeEach(async () => {
      await gateway.load({ secondsLeft: 55 });
    });

    afterAll(async () => {
      await gateway?.stop();
      await proxy?.stop();
    });

    /** Runs the script of the ConfigMap with the environment of the pod. */
    async function conformance(
      spoil: Spoil,
      more: NodeJS.ProcessEnv = {},
    ): Promise<{ lines: string[]; code: number | null }> {
      const chunks = [textEvent('Hello'), textEvent('!'), usage];
      proxy.use(gateway.port, {
        ...spoil,
        request: (sent) => {
          gateway.model.answer = isStream(sent) ? events(chunks) : json(THIRTY_TOKENS);
          spoil.request?.(sent);
        },
      });
      const here = {
        GATEWAY: `127.0.0.1:${proxy.port}`,
        DIRECT_URLS: 'http://127.0.0.1:1/ http://127.0.0.1:1/v1/models',
        READY_SECONDS: '0',
      };
      const env = { PATH: process.env.PATH, ...environmentOf(job, manifests), ...here, ...more };
      const child = spawn('sh', [join(root, 'src/conformance/conformance.sh')], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (data: Buffer) => (output += data));
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      return { lines: output.trimEnd().split('\n'), code };
    }

    const ok = (check: keyof typeof checks) => `ok      ${check}: ${checks[check]}`;
    const all = Object.keys(checks) as (keyof typeof checks)[];

    test('all is well', async () => {
      expect(await conformance({})).toEqual({ lines: [...all.map(ok), 'all checks ok'], code: 0 });
    });

    test.each(spoils)('%s: got %s', async (check, seen, spoil) => {
      const failed = `FAILED  ${check}: got ${seen}, expected ${checks[check]}`;
      expect(await conformance(spoil)).toEqual({
        lines: [...all.map((name) => (name === check ? failed : ok(name))), '1 checks FAILED'],
        code: 1,
      });
    });

    test('the model past the gateway: got an answer', async () => {
      const { lines, code } = await conformance(
        {},
        { DIRECT_URLS: `http://127.0.0.1:1/ http://127.0.0.1:${gateway.model.port}/` },
      );
      expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([
        'FAILED  the model past the gateway: got 200, expected no answer',
        '1 checks FAILED',
      ]);
      expect(code).toBe(1);
    });

    test('a platform that does not answer: nothing is checked', async () => {
      const { lines, code } = await conformance({}, { GATEWAY: '127.0.0.1:1' });
      expect(lines).toEqual(['FAILED  the platform answers: got no answer after 0 s, expected 200']);
      expect(code).toBe(2);
    });

    test('its budget used up before: it waits for the next minute', async () => {
      await gateway.load({ secondsLeft: 12 });
      await conformance({});
      expect((await conformance({})).code).toBe(0);
    }, 180_000);

    test('an engine that tells clients no limits: their headers are not looked for', async () => {
      const left = all.filter(
        (check) => !['limit headers', 'a forged identity beside a key', 'a stream'].includes(check),
      );
      const { lines } = await conformance({}, { TOKENS_PER_MINUTE: '' });
      expect(lines).toEqual([...left.map(ok), 'all checks ok']);
    });

    test('its pod is admitted to the namespace, whose Pod Security is restricted; without its securityContext it is not', async () => {
      const { metadata, spec } = job.spec.template;
      const named = { ...metadata, name: 'conformance', namespace: 'llm' };
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: named, spec };
      const command = ['create', '--dry-run=server', '-f', '-'];
      await kubectl(command, { stdin: JSON.stringify(pod) });
      const careless = { ...pod, spec: { ...spec, securityContext: {} } };
      const { stderr } = await kubectl(command, { stdin: JSON.stringify(careless), expectFailure: true });
      expect(stderr).toContain('violates PodSecurity "restricted:latest"');
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners'],
);

/** The environment of the Job's container, as the kubelet would fill it. */
function environmentOf(job: Manifest, manifests: readonly Manifest[]): Record<string, string> {
  const [container] = job.spec.template.spec.containers;
  const variables = (container.env as Manifest[]).map(({ name, value, valueFrom }) => {
    const secret = manifests.find(
      ({ kind, metadata }) => kind === 'Secret' && metadata.name === valueFrom?.secretKeyRef.name,
    );
    return [name, value ?? secret!.stringData[valueFrom.secretKeyRef.key]];
  });
  return Object.fromEntries(variables);
}
