import { setTimeout as sleep } from 'node:timers/promises';
import { freshMinute, limits, type Reply } from '../envoy/client';
import { removeAll } from './harness/cleanup';
import { Gateway } from './harness/gateway';
import { accept, leftBehind, listed } from './harness/kuadrant';
import { manifestsOf, readPlatformFolder, type Manifest } from './harness/manifests';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const dist = manifestsOf(readPlatformFolder('dist'));
const policyName = 'gateway-auth-policy';
const anonymous = { rules: { authentication: { everybody: { anonymous: {} } } } };

/** Status of each condition by its type, of those that speak of the object as it is now. */
function conditionsOf({ metadata, status }: Manifest): Record<string, string> {
  const { observedGeneration } = status ?? {};
  const conditions = (status?.conditions ?? []) as { type: string; status: string; reason: string }[];
  const current = observedGeneration === undefined || observedGeneration === metadata['generation' as 'name'];
  return current ? Object.fromEntries(conditions.map(({ type, status: is, reason }) => [type, `${is} ${reason}`])) : {};
}

async function policy(name: string): Promise<Manifest> {
  const found = (await listed('authpolicies')).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`no AuthPolicy ${name}`);
  return found;
}

async function untilEnforced(name: string, enforced: string): Promise<void> {
  await until(`AuthPolicy ${name} is ${enforced}`, 30, async () => {
    return conditionsOf(await policy(name)).Enforced === enforced;
  }).catch(async ({ message }: Error) => {
    throw new Error(`${message}; it says ${JSON.stringify((await policy(name)).status)}`);
  });
}

async function create(...items: object[]): Promise<void> {
  await kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}

/** A Secret with every label and annotation of a key of dist/, but for what is said otherwise. */
function keySecret(of: string, key: string, metadata: object): object {
  const real = dist.find(({ kind, metadata: { name } }) => kind === 'Secret' && name === `${of}-apikey`)!;
  return { ...real, metadata: { ...real.metadata, ...metadata }, stringData: { api_key: key } };
}

function errorOf({ body }: Reply): unknown {
  return JSON.parse(body).error;
}

const invalidKey = {
  message: 'Missing or invalid credentials.',
  type: 'invalid_request_error',
  param: null,
  code: 'invalid_api_key',
};

const accessDenied = { ...invalidKey, message: 'Your account may not use this model.', code: 'access_denied' };

describeCluster(
  'who passes the real Authorino 0.25.0, by what the real operator makes of dist/',
  () => {
    let gateway: Gateway;

    beforeAll(async () => {
      gateway = await Gateway.start('dist');
      await untilEnforced(policyName, 'True Enforced');
      await gateway.load();
    });

    afterAll(async () => {
      await gateway?.stop();
      await removeAll(kubectl, [...dist, ...(await leftBehind())]);
    });

    async function expectRefused(reply: Reply, status: 401 | 403): Promise<void> {
      expect({ status: reply.status, error: errorOf(reply) }).toEqual({
        status,
        error: status === 401 ? invalidKey : accessDenied,
      });
      expect(reply.headers['content-type']).toBe('application/json');
      expect(limits(reply).limit).toBeUndefined();
    }

    /** Milliseconds until a key is answered with this status; kubectl has returned when it is called. */
    async function timeUntil(authorization: string, status: number): Promise<number> {
      const from = performance.now();
      while ((await gateway.ask(authorization)).status !== status) {
        if (performance.now() - from > 10_000) throw new Error(`no ${status} within 10 s`);
        await sleep(20);
      }
      return performance.now() - from;
    }

    test('every condition is good and current', async () => {
      expect(conditionsOf(await policy(policyName))).toEqual({ Accepted: 'True Accepted', Enforced: 'True Enforced' });
      const authConfigs = await listed('authconfigs');
      expect(authConfigs.map(conditionsOf)).toEqual([{ Available: 'True HostsLinked', Ready: 'True Reconciled' }]);
      expect((await listed('kuadrants')).map(conditionsOf)).toEqual([{ Ready: 'True Ready' }]);
    });

    test('no key: 401 in the shape of OpenAI, with the ways in', async () => {
      const reply = await gateway.ask(undefined);
      await expectRefused(reply, 401);
      expect(reply.headers['www-authenticate']).toBe('APIKEY realm="maas", Bearer realm="maas"');
      expect(gateway.model.seen).toHaveLength(0);
    });

    test.each([
      ['an unknown key', { authorization: 'Bearer nobody' }],
      ['an unknown key with the other prefix', { authorization: 'APIKEY nobody' }],
      ['a key without a prefix', { authorization: 'freeuser1_key' }],
      ['a prefix without a key', { authorization: 'Bearer ' }],
      ['a prefix that is not accepted', { authorization: 'Basic freeuser1_key' }],
      ['part of a key', { authorization: 'Bearer freeuser1' }],
      ['more than a key', { authorization: 'Bearer freeuser1_key2' }],
      ['a key in a header of its own', { 'x-api-key': 'freeuser1_key' }],
      ['a key in a cookie', { cookie: 'APIKEY=freeuser1_key' }],
      ['an identity without a key', { 'x-maas-user': 'enterpriseuser1', 'X-MaaS-Tier': 'enterprise' }],
      ['two keys, of which the first is wrong', { Authorization: ['Bearer nobody', 'Bearer freeuser1_key'] }],
    ])('%s: 401', async (_, headers) => {
      await expectRefused(await gateway.ask(undefined, { headers }), 401);
      expect(gateway.model.seen).toHaveLength(0);
    });

    test('a key in the query string: 401', async () => {
      const path = '/v1/chat/completions?api_key=freeuser1_key&APIKEY=freeuser1_key';
      await expectRefused(await gateway.ask(undefined, { path }), 401);
    });

    test.each([
      ['freeuser1', '200'],
      ['freeuser2', '200'],
      ['premiumuser1', '1000'],
      ['premiumuser2', '1000'],
      ['enterpriseuser1', '5000'],
    ])('%s has the limits of the tier and one budget with both prefixes', async (user, limit) => {
      await freshMinute(5);
      for (const [prefix, used] of [
        ['APIKEY', 30],
        ['Bearer', 60],
      ] as const) {
        const reply = await gateway.ask(`${prefix} ${user}_key`);
        expect(reply.status).toBe(200);
        expect(limits(reply)).toEqual({ limit, consumed: '30', remaining: String(Number(limit) - used) });
      }
    });

    test('no header of the client changes user or tier, and the model sees neither them nor the key', async () => {
      const headers = { 'x-maas-tier': 'enterprise', 'X-MAAS-User': 'enterpriseuser1', 'x-maas-other': 'x' };
      const reply = await gateway.ask('Bearer freeuser1_key', { headers });
      expect(reply.status).toBe(200);
      expect(limits(reply).limit).toBe('200');
      const seen = Object.keys(gateway.model.seen.at(-1)!);
      expect(seen.filter((name) => name.startsWith('x-maas-') || name === 'authorization')).toEqual([]);
    });

    test('over the limit: 429, for this user only', async () => {
      await freshMinute(10);
      await create(
        keySecret('freeuser1', 'thirsty_key', { name: 'thirsty', annotations: annotations('thirsty', 'free') }),
      );
      await timeUntil('Bearer thirsty_key', 200);
      let reply: Reply;
      do reply = await gateway.ask('Bearer thirsty_key');
      while (reply.status === 200);
      expect(reply.status).toBe(429);
      expect(errorOf(reply)).toMatchObject({ code: 'rate_limit_exceeded' });
      expect((await gateway.ask('APIKEY thirsty_key')).status).toBe(429);
      expect((await gateway.ask('Bearer premiumuser1_key')).status).toBe(200);
    });

    test('a key works within a second after it is added, and no longer than a second after it is deleted', async () => {
      const name = 'premiumuser1-second';
      await create(keySecret('premiumuser1', 'second_key', { name }));
      const added = await timeUntil('Bearer second_key', 200);
      await kubectl(['delete', 'secret', name, '--namespace=llm']);
      const revoked = await timeUntil('Bearer second_key', 401);
      process.stderr.write(`key added after ${added.toFixed(0)} ms, revoked after ${revoked.toFixed(0)} ms\n`);
      expect(added).toBeLessThan(1000);
      expect(revoked).toBeLessThan(1000);
      expect((await gateway.ask('Bearer premiumuser1_key')).status).toBe(200);
    });

    test.each([
      ['without annotations', { annotations: undefined }],
      ['without a tier', { annotations: { 'secret.kuadrant.io/user-id': 'someone' } }],
      ['without a user', { annotations: { 'kuadrant.io/groups': 'free' } }],
      ['of a tier that there is not', { annotations: annotations('someone', 'gold') }],
      ['with an empty user', { annotations: annotations('', 'free') }],
    ])('a key Secret %s: 403', async (what, metadata) => {
      const key = `${what.replaceAll(' ', '-')}_key`;
      await create(keySecret('freeuser1', key, { name: what.replaceAll(' ', '-'), ...metadata }));
      await timeUntil(`Bearer ${key}`, 403);
      await expectRefused(await gateway.ask(`APIKEY ${key}`), 403);
    });

    describe('a tenant', () => {
      const tenantSecret = keySecret('enterpriseuser1', 'tenant_key', { namespace: 'tenant' });

      beforeAll(async () => {
        await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } }, tenantSecret);
      });

      test('who copies all of a key Secret into another namespace: 403', async () => {
        await timeUntil('Bearer tenant_key', 403);
        await expectRefused(await gateway.ask('APIKEY tenant_key'), 403);
      });

      test('who opens routes to everybody by policies: overridden, 401', async () => {
        await create(
          tenantRoute(),
          routePolicy('of-ours', 'simulator-domain-route'),
          routePolicy('of-theirs', 'tenant'),
        );
        await accept();
        for (const name of ['of-ours', 'of-theirs']) {
          await untilEnforced(name, 'False Overridden');
          const { conditions } = (await policy(name)).status;
          expect(conditions.map(({ message }: { message: string }) => message)).toContainEqual(
            `AuthPolicy is overridden by [llm/${policyName}]`,
          );
        }
        await untilEnforced(policyName, 'True Enforced');
        await gateway.load();
        for (const host of ['simulator.maas.local', 'tenant.maas.local']) {
          await expectRefused(await gateway.ask(undefined, { host }), 401);
          expect((await gateway.ask('Bearer freeuser1_key', { host })).status).toBe(200);
        }
      });
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners'],
);

function annotations(user: string, tier: string): object {
  return { 'secret.kuadrant.io/user-id': user, 'kuadrant.io/groups': tier };
}

function tenantRoute(): object {
  const route = dist.find(({ kind }) => kind === 'HTTPRoute')!;
  return {
    ...route,
    metadata: { name: 'tenant', namespace: 'llm' },
    spec: { ...route.spec, hostnames: ['tenant.maas.local'] },
  };
}

function routePolicy(name: string, route: string): object {
  return {
    apiVersion: 'kuadrant.io/v1',
    kind: 'AuthPolicy',
    metadata: { name, namespace: 'llm' },
    spec: { targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: route }, ...anonymous },
  };
}
