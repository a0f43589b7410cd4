import { join } from 'node:path';
import { freshMinute, limits } from '../envoy/client';
import { MaasPlatform, type MaasPlatformProps } from 'cdk8s-maas';
import { writeManifests } from '../../src/output/output';
import { temporaryFolder } from '../support/folder';
import { Gateway } from './harness/gateway';
import { Issuer, type Signature } from './harness/issuer';
import { listed } from './harness/kuadrant';
import { conditionsOf, policy, policyName, untilEnforced } from './harness/policies';
import { expectRefused } from './harness/replies';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

/** What a test changes of the configuration. */
interface Change {
  readonly apiKeys?: boolean;
  readonly tokens?: boolean;
  readonly defaultTier?: string;
}

/** Both ways in; a tier that may use one of two models. */
function platform(issuerUrl: string, { apiKeys = true, tokens = true, defaultTier }: Change = {}): MaasPlatformProps {
  const keys = (demo: string) => (apiKeys ? [{ demo }] : []);
  return {
    tiers: [
      { name: 'free', tokens: { minute: 200 }, models: ['simulator'] },
      { name: 'gold', tokens: { minute: 5000 } },
    ],
    users: [
      { name: 'freeuser', tier: 'free', keys: keys('free_key') },
      { name: 'golduser', tier: 'gold', keys: keys('gold_key') },
    ],
    models: [{ name: 'simulator' }, { name: 'qwen3', accelerator: 'nvidia-l4' }],
    identity: {
      apiKeys: { enabled: apiKeys },
      ...(tokens && {
        oidc: {
          issuerUrl,
          audience: 'maas',
          groups: [
            { group: 'gold-users', tier: 'gold' },
            { group: 'everybody', tier: 'free' },
          ],
          defaultTier,
        },
      }),
    },
  };
}

const free = { groups: ['everybody'] };
const now = Math.floor(Date.now() / 1000);

describeCluster(
  'API keys and tokens side by side, on the real Authorino 0.25.0',
  () => {
    let issuer: Issuer;
    let gateway: Gateway;
    let folder: string;

    beforeAll(async () => {
      issuer = await Issuer.start();
      folder = temporaryFolder();
      render();
      gateway = await Gateway.start(folder);
      await untilEnforced(policyName);
      await gateway.load();
    });

    afterAll(async () => {
      await gateway?.stop();
      await issuer?.stop();
    });

    function render(change?: Change): void {
      writeManifests((app) => void new MaasPlatform(app, 'maas', platform(issuer.url, change)), folder);
    }

    /** Renders the platform anew and applies what concerns identity; Secrets of before stay. */
    async function apply(change?: Change): Promise<void> {
      render(change);
      await kubectl(['apply', '-f', join(folder, '40-identity.k8s.yaml')]);
    }

    const withToken = (claims: object, signature?: Signature) =>
      gateway.ask(`Bearer ${issuer.token(claims, signature)}`);

    test('every condition is good and current', async () => {
      expect(conditionsOf(await policy(policyName))).toEqual({ Accepted: 'True Accepted', Enforced: 'True Enforced' });
      const good = { Available: 'True HostsLinked', Ready: 'True Reconciled' };
      expect((await listed('authconfigs')).map(conditionsOf)).toEqual([good, good, good]);
    });

    test.each([
      ['a group', { groups: ['gold-users'] }, '5000'],
      ['several groups: the first of the configuration wins', { groups: ['everybody', 'gold-users'] }, '5000'],
      ['the same groups the other way round', { groups: ['gold-users', 'everybody'] }, '5000'],
      ['a group that is no list', { groups: 'everybody' }, '200'],
      ['unknown groups beside a known one', { groups: ['admins', 'everybody'] }, '200'],
      ['several audiences', { ...free, aud: ['other', 'maas'] }, '200'],
    ])('a token with %s gives its tier', async (_, claims, limit) => {
      const reply = await withToken({ ...claims, sub: `user of ${JSON.stringify(claims)}` });
      expect(reply.status).toBe(200);
      expect(limits(reply)).toEqual({ limit, consumed: '30', remaining: String(Number(limit) - 30) });
      expect(Object.keys(gateway.model.seen.at(-1)!)).not.toContain('authorization');
    });

    test.each([
      ['for somebody else', { ...free, aud: 'other' }],
      ['for nobody', { ...free, aud: undefined }],
      ['of no known group', { groups: ['admins'] }],
      ['of no group', { groups: [] }],
      ['that says nothing of groups', {}],
      ['without a user', { ...free, sub: undefined }],
      ['whose user is empty', { ...free, sub: '' }],
      ['of another issuer', { ...free, iss: 'http://127.0.0.1:1' }],
      ['that says nothing of its issuer', { ...free, iss: undefined }],
      [
        'that claims to be a key of ours',
        {
          method: 'api-key',
          user: 'golduser',
          tier: 'gold',
          metadata: { namespace: 'llm', annotations: { 'kuadrant.io/groups': 'gold' } },
        },
      ],
    ])('a token %s: 403', async (_, claims) => {
      expectRefused(await withToken(claims), 403);
    });

    test.each<[string, object, Signature]>([
      ['that has expired', { ...free, exp: now - 3600 }, 'RS256'],
      ['that is not valid yet', { ...free, nbf: now + 3600 }, 'RS256'],
      ['whose user is no text', { ...free, sub: 7 }, 'RS256'],
      ['without a signature', free, 'none'],
      ['signed with the public key', free, 'HS256 with the public key'],
      ['signed by somebody else', free, 'RS256 by somebody else'],
      ['of a key that the issuer does not have', free, 'RS256 of an unknown key'],
      ['that never ends', { ...free, exp: undefined }, 'RS256'],
    ])('a token %s: 401', async (_, claims, signature) => {
      expectRefused(await withToken(claims, signature), 401);
    });

    test('a token with the prefix of keys, or in the query: 401', async () => {
      const token = issuer.token(free);
      expectRefused(await gateway.ask(`APIKEY ${token}`), 401);
      expectRefused(await gateway.ask(undefined, { path: `/v1/chat/completions?access_token=${token}` }), 401);
    });

    test('a token after a prefix in lower case: 401', async () => {
      expectRefused(await gateway.ask(`bearer ${issuer.token(free)}`), 401);
    });

    test('a key and a token of one name are one user, with one budget', async () => {
      await freshMinute(5);
      const left = Number(limits(await gateway.ask('Bearer free_key')).remaining);
      expect(limits(await withToken({ ...free, sub: 'freeuser' })).remaining).toBe(String(left - 30));
      expect(limits(await gateway.ask('APIKEY free_key')).remaining).toBe(String(left - 60));
    });

    test.each(['control\ncharacter', 'x'.repeat(254)])('a token whose user is %j: 403', async (sub) => {
      expectRefused(await withToken({ ...free, sub }), 403);
    });

    test('no key at all: 401 with both ways in', async () => {
      const reply = await gateway.ask(undefined);
      expectRefused(reply, 401);
      expect(reply.headers['www-authenticate']).toBe('APIKEY realm="maas", Bearer realm="maas"');
    });

    test.each([
      ['free_key', 'simulator.maas.local', 200],
      ['free_key', 'SIMULATOR.maas.local', 200],
      ['free_key', 'qwen3.maas.local', 403],
      ['free_key', 'QWEN3.maas.local', 403],
      ['gold_key', 'qwen3.maas.local', 200],
    ])('the tier of %s at %s: %i', async (key, host, status) => {
      for (const prefix of ['APIKEY', 'Bearer']) {
        const headers = { 'x-forwarded-host': 'simulator.maas.local' };
        const reply = await gateway.ask(`${prefix} ${key}`, { host, headers });
        if (status === 403) expectRefused(reply, 403);
        else expect(reply.status).toBe(status);
      }
    });

    test('a token of that tier reaches the same models', async () => {
      const ask = (group: string) =>
        gateway.ask(`Bearer ${issuer.token({ groups: [group] })}`, { host: 'qwen3.maas.local' });
      expectRefused(await ask('everybody'), 403);
      expect((await ask('gold-users')).status).toBe(200);
    });

    describe('after an apply', () => {
      const stranger = (sub: string) => gateway.ask(`Bearer ${issuer.token({ sub, groups: ['strangers'] })}`);
      const status = async (authorization: string) => (await gateway.ask(authorization)).status;
      const token = () => `Bearer ${issuer.token({ sub: 'switch', groups: ['gold-users'] })}`;

      test('of a default tier, who is in no group has it; without it again, nobody', async () => {
        expectRefused(await stranger('stranger'), 403);
        await apply({ defaultTier: 'free' });
        await until('a stranger passes', 10, async () => (await stranger('another')).status === 200);
        expect(limits(await stranger('stranger')).limit).toBe('200');
        expect(limits(await withToken({ sub: 'switch', groups: ['gold-users'] })).limit).toBe('5000');
        await apply();
        await until('a stranger is refused', 10, async () => (await stranger('third')).status === 403);
      });

      test('of tokens only, keys are refused although their Secrets exist', async () => {
        await apply({ apiKeys: false });
        await gateway.timeUntil('Bearer gold_key', 401);
        expect(await status('APIKEY gold_key')).toBe(401);
        expect(await status(token())).toBe(200);
        await kubectl(['get', 'secret', 'golduser-apikey', '--namespace=llm']);
        expect((await gateway.ask(undefined)).headers['www-authenticate']).toBe('Bearer realm="maas"');
      });

      test('of keys only, tokens are refused', async () => {
        await apply({ tokens: false });
        await gateway.timeUntil('Bearer gold_key', 200);
        expect(await status('APIKEY gold_key')).toBe(200);
        expectRefused(await gateway.ask(token()), 401);
      });

      test('of both, both pass', async () => {
        await apply();
        await gateway.timeUntil(token(), 200);
        expect(await status('Bearer gold_key')).toBe(200);
      });
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners'],
);
