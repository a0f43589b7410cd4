import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { events, json, textEvent, THIRTY_TOKENS } from '../envoy/model-server';
import { Browser } from './harness/browser';
import { Gateway } from './harness/gateway';
import { claimsOf, Keycloak } from './harness/keycloak';
import { Maas } from './harness/maas';
import { manifestsOf, readPlatformFolder, root } from './harness/manifests';
import { policyName, untilEnforced } from './harness/policies';
import { SpoilingProxy } from './harness/spoiling-proxy';
import { describeCluster, kubectl } from './harness/suite';

const folder = 'examples/oidc/dist';
const manifests = manifestsOf(readPlatformFolder(folder));
const PASSWORD = 'password123';
const usage = { object: 'chat.completion.chunk', choices: [], usage: THIRTY_TOKENS.usage };

jest.setTimeout(200_000);

describeCluster(
  'maas token and maas test --token, with the real Keycloak 26.4.0 and the real Authorino 0.25.0',
  () => {
    const maas = new Maas();
    const log = join(maas.folder, 'kubectl.log');
    let keycloak: Keycloak;
    let gateway: Gateway;
    let proxy: SpoilingProxy;

    beforeAll(async () => {
      maas.write('maas.yaml', readFileSync(join(root, 'examples/oidc/maas.yaml'), 'utf8'));
      keycloak = await Keycloak.prepare(manifests);
      gateway = await Gateway.start(folder, keycloak.environment);
      await untilEnforced(policyName);
      await gateway.load();
      await keycloak.start();
      proxy = await SpoilingProxy.start();
      proxy.use(gateway.port, {
        request: ({ body }) => {
          const stream = events([textEvent('Hello'), textEvent('!'), usage]);
          gateway.model.answer = body.includes('"stream":true') ? stream : json(THIRTY_TOKENS);
        },
      });
      // Plays `kubectl port-forward`, which needs a kubelet.
      maas.program(
        'kubectl',
        `printf '%s\\n' "$*" >>'${log}'
case "$*" in
  *port-forward*service/keycloak*) echo 'Forwarding from 127.0.0.1:${new URL(keycloak.url).port} -> 8080'; exec sleep 300 ;;
  *port-forward*) echo 'Forwarding from 127.0.0.1:${proxy.port} -> 80'; exec sleep 300 ;;
esac
exec "$REAL_KUBECTL" "$@"`,
      );
    }, 360_000);

    afterAll(async () => {
      await gateway?.stop();
      await proxy?.stop();
      await keycloak?.stop();
    });

    test('of a user of the demo realm: the token alone, which the gateway takes; the password is nowhere', async () => {
      const { stdout, stderr, exitCode } = await maas.run(['token', 'premiumuser1', '--verbose']);
      expect(exitCode).toBe(0);
      expect(claimsOf(stdout.trim())).toMatchObject({ preferred_username: 'premiumuser1', aud: 'maas' });
      expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      expect((await gateway.ask(`Bearer ${stdout.trim()}`)).status).toBe(200);
      const asked = readFileSync(log, 'utf8');
      expect(asked).toContain('port-forward service/keycloak :8080 --namespace=keycloak-system --address=127.0.0.1\n');
      expect(stderr + asked).not.toMatch(new RegExp(`${PASSWORD}|maas-client-secret|eyJ`));
    });

    test('at an address of its own, without kubectl port-forward', async () => {
      const { stdout } = await maas.run(['token', 'freeuser1', '--url', keycloak.url]);
      expect(claimsOf(stdout.trim()).preferred_username).toBe('freeuser1');
    });

    test.each([
      ['a user that is not there', ['token', 'freeuser'], 'got the user "freeuser", expected one of the demo realm:'],
      [
        'a Keycloak that does not answer',
        ['token', 'freeuser1', '--url', 'http://127.0.0.1:1'],
        'does not answer: connect',
      ],
      [
        'an issuer that does not answer',
        ['token', 'alice', '--issuer', 'http://127.0.0.1:1/realms/x'],
        'another issuer: --issuer <url>',
      ],
      ['no address', ['token', 'freeuser1', '--url', 'nonsense'], 'got --url nonsense, expected an address'],
      ['no issuer at all', ['token', 'freeuser1', '--config', 'keys.yaml'], 'keys.yaml knows no issuer'],
    ])('%s: 1, and what to try', async (_, args, message) => {
      maas.write('keys.yaml', '{}\n');
      const { stdout, stderr, exitCode } = await maas.run(args);
      expect(stderr).toContain(message);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    });

    test('another password in the Secret than Keycloak has: said, without it', async () => {
      const secret = ['secret', 'keycloak-credentials', '--namespace=keycloak-system'];
      const set = (password: string) =>
        kubectl(['patch', ...secret, '--patch', JSON.stringify({ stringData: { 'user-password': password } })]);
      await set('another-password');
      const { stdout, stderr, exitCode } = await maas.run(['token', 'freeuser1']);
      await set(PASSWORD);
      expect(stderr).toContain('Keycloak gives "freeuser1" no token: invalid_grant: Invalid user credentials\n');
      expect(stderr).toContain('kubectl rollout restart deployment/keycloak -n keycloak-system');
      expect(stderr).not.toContain('another-password');
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    });

    describe('by a login in a browser', () => {
      beforeAll(async () => {
        const [{ protocolMappers }] = await keycloak.admin('GET', '/clients?clientId=maas-client');
        await keycloak.admin('POST', '/clients', {
          clientId: 'maas-cli',
          publicClient: true,
          standardFlowEnabled: false,
          attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
          protocolMappers: protocolMappers.map(({ id, ...mapper }: { id: string }) => (void id, mapper)),
        });
      });

      /** Runs `maas token`, and logs in as it says. */
      function login(user: string, as = user) {
        let browsing: Promise<unknown> | undefined;
        const result = maas.run(['token', user, '--client-id', 'maas-cli', '--url', keycloak.url], {
          started: (child) =>
            child.stderr!.on('data', (text: string) => {
              const url = /open (\S+) and log in/.exec(text)?.[1];
              if (url !== undefined) browsing ??= browse(url, as);
            }),
        });
        return result.then(async (settled) => (await browsing, settled));
      }

      async function browse(url: string, username: string): Promise<void> {
        const browser = new Browser(keycloak.url);
        const consent = await browser.submit(await browser.open(url), { username, password: PASSWORD });
        await browser.submit(consent, { accept: 'Yes' });
      }

      test('the token of who has logged in, which the gateway takes', async () => {
        const { stdout, stderr, exitCode } = await login('enterpriseuser1');
        expect(stderr).toMatch(
          /^open http:\S+\?user_code=(\S+) and log in as enterpriseuser1; the code there is \1\n$/,
        );
        expect(exitCode).toBe(0);
        expect((await gateway.ask(`Bearer ${stdout.trim()}`)).status).toBe(200);
      });

      test('of somebody else: no token', async () => {
        const { stdout, stderr, exitCode } = await login('alice', 'freeuser1');
        expect(stderr).toContain('got preferred_username "freeuser1", expected "alice"');
        expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
      });

      test('a client that may not: said', async () => {
        const { stderr, exitCode } = await maas.run([
          'token',
          'alice',
          '--client-id',
          'no-client',
          '--url',
          keycloak.url,
        ]);
        expect(stderr).toContain('begins no login for the client no-client: invalid_client');
        expect(exitCode).toBe(1);
      });

      test('Ctrl-C while somebody should log in: 130, and no token', async () => {
        const args = ['token', 'alice', '--client-id', 'maas-cli', '--url', keycloak.url];
        const { stdout, exitCode } = await maas.run(args, {
          started: (child) =>
            child.stderr!.on('data', (text: string) => void (text.includes('log in') && child.kill('SIGINT'))),
        });
        expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 130 });
      });
    });

    test('maas test --token: the same checks with tokens, as the seed has them', async () => {
      const { stdout, stderr, exitCode } = await maas.run(['test', '--token', '--tier', 'free'], {
        timeoutSeconds: 190,
      });
      expect(stdout.split('\n').filter((line) => line.startsWith('✗'))).toEqual([]);
      expect(stdout).toContain('freeuser1, with a token of the demo Keycloak ===');
      expect(stdout).toMatch(/^Free req #\d {2}-> 429 \(\d+ of 200 tokens\)$/m);
      expect(exitCode).toBe(0);
      expect(stdout + stderr).not.toContain('eyJ');
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners', 'keycloak'],
);
