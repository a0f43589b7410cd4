import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MaasPlatform } from 'cdk8s-maas';
import { readConfiguration } from '../../src/config/read';
import { apiKeyMetadata } from '../../src/identity/api-key-secret';
import { writeManifests } from '../../src/output/output';
import { connectionManager, type Json, type Translation } from '../envoy/istio/translation';
import { temporaryFolder } from '../support/folder';
import type { CommandResult } from './harness/kubectl';
import { Maas, type MaasOptions } from './harness/maas';
import { readPlatformFolder, reference, manifestsOf, root, type Manifest } from './harness/manifests';
import { RunningPlatform, runningPlatformTools } from './harness/running-platform';
import { SpoilingProxy } from './harness/spoiling-proxy';
import { describeCluster, kubectl } from './harness/suite';

/** Every kind of tier, two models of which one weighs, keys of the configuration and one of the cluster. */
const CONFIGURATION = `
tiers:
  - { name: free, tokens: { minute: 200, hour: 5000, day: 50000 }, models: [simulator] }
  - { name: premium, tokens: { minute: 1000, hour: 30000 }, requests: { limit: 6, window: 10s } }
  - { name: trial, tokens: { minute: 100 }, enforce: false }
  - { name: bulk, tokens: { day: 100000 } }
models:
  - { name: simulator }
  - { name: weighty, runtime: simulator, tokenWeights: { prompt: 1, completion: 2 } }
users:
  - { name: freeuser1, tier: free, keys: [{ demo: freeuser1_key }] }
  - { name: premiumuser1, tier: premium, keys: [{ existingSecret: premium-key }] }
  - { name: trialuser1, tier: trial, keys: [{ demo: trialuser1_key }] }
`;

const PREMIUM_KEY = 'a-long-random-key-of-premiumuser1';
const quick = ['--tier', 'free', '--model', 'simulator'];

/** Makes a key as a user does. */
async function createKey(name: string, user: string, tier: string, key: string): Promise<void> {
  const metadata = { name, namespace: 'llm', ...apiKeyMetadata({ namespace: 'llm', user, tier }) };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { api_key: key } };
  await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(secret) });
}

/** Names of the gateway's filters. */
const filtersOf = (sent: Translation): string[] => connectionManager(sent).http_filters.map(({ name }: Json) => name);

/** The lines of the checks that have failed. */
const failuresOf = ({ stdout }: CommandResult) => stdout.split('\n').filter((line) => line.startsWith('✗'));

jest.setTimeout(200_000); // waits for fresh minutes

describeCluster(
  'maas test, against a platform that runs',
  () => {
    const maas = new Maas();
    const forwarding = join(maas.folder, 'port-forward');
    let platform: RunningPlatform;
    let proxy: SpoilingProxy;
    let manifests: Manifest[];

    beforeAll(async () => {
      maas.write('maas.yaml', CONFIGURATION);
      const dist = temporaryFolder();
      const props = readConfiguration(join(maas.folder, 'maas.yaml'));
      writeManifests((app) => void new MaasPlatform(app, 'maas', props), dist);
      const folder = readPlatformFolder(relative(root, dist));
      manifests = manifestsOf(folder);
      proxy = await SpoilingProxy.start();
      platform = await RunningPlatform.start(folder);
      await createKey('premium-key', 'premiumuser1', 'premium', PREMIUM_KEY);
    }, 180_000);

    afterAll(async () => {
      await platform?.stop();
      await proxy?.stop();
    });

    const run = (args: readonly string[], options: MaasOptions = {}) =>
      maas.run(['test', ...args], { timeoutSeconds: 190, ...options });
    const runThere = (...args: string[]) => run(['--url', `http://127.0.0.1:${platform.port}`, ...args]);

    /** Plays `kubectl port-forward`, which needs a kubelet; whatever else kubectl is asked, the real one answers. */
    function standInForPortForward(port: () => number): void {
      maas.program(
        'kubectl',
        `case "$*" in
  *port-forward*)
    printf '%s\\n' "$*" >'${forwarding}.args'; echo $$ >'${forwarding}.pid'
    echo 'Forwarding from 127.0.0.1:${port()} -> 80'
    exec sleep 300 ;;
esac
exec "$REAL_KUBECTL" "$@"`,
      );
    }

    const isForwarding = () =>
      spawnSync('kill', ['-0', readFileSync(`${forwarding}.pid`, 'utf8').trim()], { stdio: 'ignore' }).status === 0;

    test('all is well: every tier with a key, over the limits of requests and of tokens', async () => {
      const result = await runThere();
      const { stdout, stderr, exitCode } = result;
      expect(failuresOf(result)).toEqual([]);
      expect(exitCode).toBe(0);
      for (const line of [
        '- tier bulk -> not tested: no user has a key of this tier',
        '✓ simulator: a key -> 200, ',
        '✓ simulator: a stream counts -> its tokens are gone from what is left',
        '✓ weighty: a model of other tiers -> 403',
        'Premium req #6  -> 200\nPremium req #7  -> 429\nPremium req #8  -> 429\n' +
          '✓ simulator: the request limit -> 6 of 6 requests pass, then 429',
        '✓ simulator: the token limit -> 429 after ',
        '✓ simulator: the token limit -> not enforced: ',
        '\n40 checks passed, 0 failed, 1 skipped\n',
      ]) {
        expect(stdout).toContain(line);
      }
      expect(stdout).toMatch(/^Free req #\d {2}-> 429 \(\d+ of 200 tokens\)$/m);
      expect(stderr).toContain('this uses up tokens and requests of freeuser1, premiumuser1, trialuser1');
      expect(stdout + stderr).not.toMatch(/_key|a-long-random-key/);
    });

    test('by a port that kubectl forwards (its port-forward is played): asked for, used and ended; as JSON', async () => {
      standInForPortForward(() => platform.port);
      const { stdout, exitCode } = await run([...quick, '--json']);
      expect(exitCode).toBe(0);
      expect(readFileSync(`${forwarding}.args`, 'utf8').trim()).toBe(
        'port-forward service/inference-gateway-istio :80 --namespace=llm --address=127.0.0.1',
      );
      expect(isForwarding()).toBe(false);
      const { checks, ...counts } = JSON.parse(stdout);
      expect(counts).toEqual({ passed: 12, failed: 0, skipped: 0 });
      const list = { tier: 'free', name: 'the list of models', outcome: 'passed', message: 'simulator-model' };
      expect(checks).toContainEqual(list);
    });

    test('Ctrl-C while it waits for a fresh minute: 130, and nothing is forwarded any more', async () => {
      // The gateway's clock says that five seconds are left.
      const spoil = { reply: ({ headers }: { headers: NodeJS.Dict<string | string[]> }) => void (headers.date = date) };
      const date = new Date(Math.floor(Date.now() / 60_000) * 60_000 + 3_600_000 + 55_000).toUTCString();
      proxy.use(platform.port, spoil);
      standInForPortForward(() => proxy.port);
      let forwarded = false;
      const { stderr, exitCode } = await run(quick, {
        started: (child) =>
          child.stderr!.on('data', (text: string) => {
            if (!text.includes('waiting')) return;
            forwarded = isForwarding();
            child.kill('SIGINT');
          }),
      });
      expect(stderr).toMatch(/waiting \d+ s: a fresh minute, in which a limit is whole/);
      expect([exitCode, forwarded, isForwarding()]).toEqual([130, true, false]);
    });

    describe('nothing could be asked: exit code 2, with what to try', () => {
      test.each<[args: string[], message: string]>([
        [['--url', 'http://127.0.0.1:1'], 'no answer from http://127.0.0.1:1: connect ECONNREFUSED'],
        [['--url', 'nonsense'], 'got --url nonsense, expected an address such as http://127.0.0.1:8000'],
        [['--tier', 'fre'], 'got --tier "fre", expected one of free, premium, trial, bulk; did you mean "free"?'],
        [['--ca-file', 'no.pem', '--url', 'https://127.0.0.1:1'], '--ca-file no.pem: cannot be read: ENOENT'],
        [['--namespace', 'other'], 'got --namespace other, but maas.yaml says namespace: llm'],
      ])('%j', async (args, message) => {
        const { stdout, stderr, exitCode } = await run(args);
        expect(stderr).toContain(message);
        expect({ stdout: stdout.replace(/^Gateway .*\n/, '').trim(), exitCode }).toEqual({
          stdout: args[1] === 'http://127.0.0.1:1' ? '=== without a key ===' : '',
          exitCode: 2,
        });
      });

      test('the Gateway has no Service that the real kubectl could forward to', async () => {
        maas.program('kubectl', 'exec "$REAL_KUBECTL" "$@"');
        maas.write('other.yaml', `${CONFIGURATION}gateway: { name: no-such-gateway }\n`);
        const { stderr, exitCode } = await run(['--config', 'other.yaml']);
        expect(stderr).toContain('kubectl port-forward service/no-such-gateway-istio: Error from server (NotFound)');
        expect(exitCode).toBe(2);
      });
    });

    describe('a platform that lacks', () => {
      const find = (kind: string, name: string) =>
        manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)!;

      /** Takes an object away, tests, and brings it back. */
      async function without(object: Manifest, args: string[], isGone?: (sent: Translation) => boolean) {
        await kubectl(['delete', ...reference(object)]);
        if (isGone !== undefined) await platform.load({ isCurrent: isGone });
        try {
          return await runThere(...args);
        } finally {
          await kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(object) });
          if (isGone !== undefined) await platform.load({ isCurrent: (sent) => !isGone(sent) });
        }
      }

      test('the filter of the token limits: no headers, and nobody is refused', async () => {
        const filter = find('EnvoyFilter', 'token-rate-limit-filter');
        const result = await without(filter, quick, (sent) => !filtersOf(sent).includes('maas.token-limit'));
        expect(failuresOf(result)).toEqual([
          '✗ simulator: limit headers -> x-ratelimit-limit-tokens is missing: is token-rate-limit-filter in force?',
          '✗ simulator: identity headers beside a key -> x-ratelimit-limit-tokens is missing: is token-rate-limit-filter in force?',
          expect.stringMatching(
            /^✗ simulator: the token limit -> 2\d\d tokens of 200 are used, and the next request gets 200/,
          ),
        ]);
        expect(result.exitCode).toBe(1);
        expect(result.stderr).toContain('which object is not as it should be: cdk8s-maas verify');
      });

      test('the filter that scrubs headers: the reasons of Authorino leave the gateway', async () => {
        const filter = find('EnvoyFilter', 'identity-header-scrub-filter');
        const args = [...quick, '--quiet'];
        const result = await without(filter, args, (sent) => !filtersOf(sent).includes('maas.identity-header-scrub'));
        const leaves = 'x-ext-auth-reason leaves the gateway: identity-header-scrub-filter is not in force';
        expect(result.stdout).toContain(`✗ simulator: no key -> ${leaves}\n`);
        expect(result.stdout).not.toContain('✓');
        expect(result.exitCode).toBe(1);
      });

      test('the Secret of a key: it is said which', async () => {
        const result = await without(find('Secret', 'freeuser1-apikey'), quick);
        expect(failuresOf(result)[0]).toBe(
          '✗ simulator: a key -> got 401 (Missing or invalid credentials.), expected 200; the gateway does not know the key ' +
            'of the configuration: is its Secret there, with the labels of a key?',
        );
        expect(result.exitCode).toBe(1);
      });

      test('the Secret that the configuration names, of the only tier that is tested: 2', async () => {
        await kubectl(['delete', 'secret', 'premium-key', '--namespace=llm']);
        const { stdout, stderr, exitCode } = await runThere('--tier', 'premium');
        await createKey('premium-key', 'premiumuser1', 'premium', PREMIUM_KEY);
        expect(stdout).toContain('- tier premium -> not tested: premiumuser1: there is no Secret llm/premium-key\n');
        expect(stderr).toContain('no tier could be tested');
        expect(exitCode).toBe(2);
      });

      test('the AuthPolicy: everybody is refused, but not as it should be', async () => {
        const policy = find('AuthPolicy', 'gateway-auth-policy');
        const hasPolicy = (sent: Translation) => JSON.stringify(sent).includes('kuadrant-auth-service');
        const result = await without(policy, quick, (sent) => !hasPolicy(sent));
        expect(failuresOf(result).slice(0, 2)).toEqual([
          expect.stringMatching(/^✗ the list of models without a key -> got 403 \(.*\), expected 401$/),
          expect.stringMatching(/^✗ simulator: no key -> got 403 \(.*\), expected 401$/),
        ]);
        expect(result.stdout).toContain('expected 200; is the AuthPolicy in force');
        expect(result.exitCode).toBe(1);
      });
    });
  },
  ...runningPlatformTools,
);
