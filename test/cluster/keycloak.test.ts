import { setTimeout as sleep } from 'node:timers/promises';
import { freshMinute, limits } from '../envoy/client';
import { Gateway } from './harness/gateway';
import { claimsOf, Keycloak, keyOf, type Grant } from './harness/keycloak';
import { listed } from './harness/kuadrant';
import { manifestsOf, readPlatformFolder } from './harness/manifests';
import { patchPolicy, policyName, untilEnforced } from './harness/policies';
import { expectRefused } from './harness/replies';
import { describeCluster } from './harness/suite';
import { until } from './harness/until';

const folder = 'examples/oidc/dist';
const manifests = manifestsOf(readPlatformFolder(folder));
const issuer = 'http://keycloak.keycloak-system.svc.cluster.local:8080/realms/maas';

jest.setTimeout(150_000); // a wait for a fresh minute, and a slow machine

describeCluster(
  'the realm of examples/oidc in the real Keycloak 26.4.0, its tokens on the real Authorino 0.25.0',
  () => {
    let keycloak: Keycloak;
    let gateway: Gateway;
    let withoutIssuer: { key: number; token: number };

    beforeAll(async () => {
      keycloak = await Keycloak.prepare(manifests);
      gateway = await Gateway.start(folder, keycloak.environment);
      await untilEnforced(policyName);
      await gateway.load();
      const [key, token] = [await gateway.ask('Bearer freeuser2_key'), await gateway.ask('Bearer e30.e30.e30')];
      withoutIssuer = { key: key.status, token: token.status };
      const from = performance.now();
      await keycloak.start();
      process.stderr.write(`Keycloak was ready after ${((performance.now() - from) / 1000).toFixed(0)} s\n`);
    }, 360_000);

    afterAll(async () => {
      await gateway?.stop();
      await keycloak?.stop();
    });

    const askWith = (token: string) => gateway.ask(`Bearer ${token}`);
    const askAs = async (user: string, more: Partial<Grant> = {}) => askWith(await keycloak.token({ user, ...more }));

    /** Lets Keycloak create something. @returns what it made of it */
    async function added(kind: 'users' | 'clients', query: string, body: object): Promise<{ id: string }> {
      await keycloak.admin('POST', `/${kind}`, body);
      const [found] = await keycloak.admin('GET', `/${kind}?${query}`);
      return found;
    }

    const newUser = (username: string, groups: string[]) =>
      added('users', `exact=true&username=${username}`, {
        username,
        enabled: true,
        email: `${username}@maas.local`,
        firstName: username,
        lastName: username,
        credentials: [{ type: 'password', value: 'secret', temporary: false }],
        groups,
      });

    test('before the issuer is there, keys are taken and tokens are not', () => {
      expect(withoutIssuer).toEqual({ key: 200, token: 401 });
    });

    test('Keycloak imports the realm with the arguments and the environment of the Deployment', () => {
      expect(keycloak.output).toContain("Realm 'maas' imported");
      expect(keycloak.output).not.toMatch(/ERROR|WARN/);
    });

    test('it compiled nothing: `npm run tools` has done so for the options of the Deployment', () => {
      expect(keycloak.output).not.toContain('augmentation');
    });

    test.each([
      ['freeuser1', 'free', '200'],
      ['freeuser2', 'free', '200'],
      ['premiumuser1', 'premium', '1000'],
      ['premiumuser2', 'premium', '1000'],
      ['enterpriseuser1', 'enterprise', '5000'],
    ])('%s gets a token of tier %s and its limits, under the same name as with a key', async (user, tier, limit) => {
      await freshMinute(20);
      const token = await keycloak.token({ user });
      expect(claimsOf(token)).toMatchObject({
        iss: issuer,
        aud: 'maas',
        preferred_username: user,
        groups: [`${tier}-users`],
      });
      const before = Number(limits(await gateway.ask(`APIKEY ${user}_key`)).remaining);
      const reply = await askWith(token);
      expect(reply.status).toBe(200);
      expect(limits(reply)).toEqual({ limit, consumed: '30', remaining: String(before - 30) });
      expect(limits(await gateway.ask(`Bearer ${user}_key`)).remaining).toBe(String(before - 60));
      expect(Object.keys(gateway.model.seen.at(-2)!)).not.toContain('authorization');
    });

    test('a token lives for an hour', async () => {
      const { exp, iat } = claimsOf(await keycloak.token({ user: 'freeuser1' }));
      expect(exp - iat).toBe(3600);
    });

    test('a wrong password, and a wrong secret of the client: no token', async () => {
      const wrong = await keycloak.grant({ user: 'freeuser1', password: 'nobody' });
      expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_grant' } });
      const publicly = await keycloak.grant({ user: 'freeuser1', client: 'maas-client' });
      expect(publicly).toMatchObject({ status: 401, body: { error: 'unauthorized_client' } });
    });

    test('a user of no group: 403', async () => {
      await newUser('groupless', []);
      expectRefused(await askAs('groupless', { password: 'secret' }), 403);
    });

    test('nobody can take the name of another: no user renames, and nobody signs up', async () => {
      const realm = await keycloak.admin('GET', '');
      expect(realm).toMatchObject({ editUsernameAllowed: false, registrationAllowed: false });
    });

    test('a token of another client of the realm, for another audience: 403', async () => {
      await added('clients', 'clientId=other', {
        clientId: 'other',
        publicClient: true,
        directAccessGrantsEnabled: true,
      });
      const token = await keycloak.token({ user: 'premiumuser1', client: 'other' });
      expect(claimsOf(token).aud).not.toBe('maas');
      expectRefused(await askWith(token), 403);
    });

    test('a token of another realm, by the same Keycloak: 401', async () => {
      expectRefused(await askWith(await keycloak.adminToken()), 401);
    });

    test('an ID token, and a refresh token: refused', async () => {
      const { body } = await keycloak.grant({ user: 'premiumuser1', scope: 'openid' });
      expectRefused(await askWith(body.id_token!), 403);
      expectRefused(await askWith(body.refresh_token!), 401);
    });

    test('an expired token: 401', async () => {
      await keycloak.admin('PUT', '', { accessTokenLifespan: 2 });
      const token = await keycloak.token({ user: 'premiumuser2' });
      await keycloak.admin('PUT', '', { accessTokenLifespan: 3600 });
      const { exp, iat } = claimsOf(token);
      expect(exp - iat).toBe(2);
      await sleep(exp * 1000 - Date.now() + 1000);
      expectRefused(await askWith(token), 401);
    });

    test('a user who logs out, and one who is disabled: no new token, but the old one until it expires', async () => {
      const { id } = await newUser('leaver', ['/premium-users']);
      const { body } = await keycloak.grant({ user: 'leaver', password: 'secret' });
      await keycloak.admin('POST', `/users/${id}/logout`);
      expect((await keycloak.refresh(body.refresh_token!)).body.error).toBe('invalid_grant');
      expect((await askWith(body.access_token!)).status).toBe(200);
      await keycloak.admin('PUT', `/users/${id}`, { enabled: false });
      expect((await keycloak.grant({ user: 'leaver', password: 'secret' })).status).toBe(400);
      expect((await askWith(body.access_token!)).status).toBe(200);
    });

    test('a user moved to another group: the new tier with the next token', async () => {
      const { id } = await newUser('mover', ['/free-users']);
      const old = await keycloak.token({ user: 'mover', password: 'secret' });
      const groups: { id: string; name: string }[] = await keycloak.admin('GET', '/groups');
      const groupPath = (name: string) => `/users/${id}/groups/${groups.find((group) => group.name === name)!.id}`;
      await keycloak.admin('DELETE', groupPath('free-users'));
      await keycloak.admin('PUT', groupPath('premium-users'));
      expect(limits(await askWith(old)).limit).toBe('200');
      expect(limits(await askAs('mover', { password: 'secret' })).limit).toBe('1000');
    });

    test('a new signing key is taken at once; what a removed key has signed, until Authorino asks for keys again', async () => {
      const old = await keycloak.token({ user: 'premiumuser1' });
      expect((await askWith(old)).status).toBe(200);
      await rotate(200);
      const second = await keycloak.token({ user: 'premiumuser1' });
      expect(keyOf(second)).not.toBe(keyOf(old));
      expect((await askWith(second)).status).toBe(200);
      expect((await askWith(old)).status).toBe(200);

      const keys: { keys: { kid: string; providerId: string }[] } = await keycloak.admin('GET', '/keys');
      const removed = keys.keys.find(({ kid }) => kid === keyOf(old))!;
      await keycloak.admin('DELETE', `/components/${removed.providerId}`);
      expect((await askWith(old)).status).toBe(200);
      await rotate(300);
      expect((await askAs('premiumuser1')).status).toBe(200);
      expectRefused(await askWith(old), 401);
      expect((await askWith(second)).status).toBe(200);
    });

    test('what a removed key has signed is refused once Authorino has asked again', async () => {
      const ttl = '/spec/overrides/rules/authentication/oidc-users/jwt/ttl';
      await patchPolicy({ op: 'replace', path: ttl, value: 1 });
      await until('the AuthConfig has it', 10, async () =>
        (await listed('authconfigs')).every(({ spec }) => spec.authentication['oidc-users'].jwt.ttl === 1),
      );
      await rotate(400);
      const token = await keycloak.token({ user: 'premiumuser1' });
      expect((await askWith(token)).status).toBe(200);
      const keys: { keys: { kid: string; providerId: string }[] } = await keycloak.admin('GET', '/keys');
      await keycloak.admin('DELETE', `/components/${keys.keys.find(({ kid }) => kid === keyOf(token))!.providerId}`);
      await until('the token is refused', 20, async () => (await askWith(token)).status === 401);
    });

    /** Gives the realm a key that signs all tokens from now on. */
    async function rotate(priority: number): Promise<void> {
      const { id } = await keycloak.admin('GET', '');
      await keycloak.admin('POST', '/components', {
        name: `rsa-${priority}`,
        parentId: id,
        providerId: 'rsa-generated',
        providerType: 'org.keycloak.keys.KeyProvider',
        config: { priority: [String(priority)] },
      });
    }
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners', 'keycloak'],
);
