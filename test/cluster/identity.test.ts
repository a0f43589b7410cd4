import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { freshMinute, limits, type Reply } from '../envoy/client';
import { Gateway } from './harness/gateway';
import type { CommandResult } from './harness/kubectl';
import { accept, listed } from './harness/kuadrant';
import { manifestsOf, readPlatformFolder } from './harness/manifests';
import { conditionsOf, create, patchPolicy, policy, policyName, untilEnforced } from './harness/policies';
import { errorOf, expectRefused } from './harness/replies';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const dist = manifestsOf(readPlatformFolder('dist'));
/** Lets everybody in, as an enterprise user. */
const openToAll = {
  rules: {
    authentication: { everybody: { anonymous: {} } },
    response: {
      success: {
        headers: {
          'x-maas-user': { plain: { expression: '"nobody"' } },
          'x-maas-tier': { plain: { expression: '"enterprise"' } },
        },
      },
    },
  },
};

/** A Secret with every label and annotation of a key of dist/, but for what is said otherwise. */
function keySecret(of: string, key: string, metadata: object): object {
  const real = dist.find(({ kind, metadata: { name } }) => kind === 'Secret' && name === `${of}-apikey`)!;
  return { ...real, metadata: { ...real.metadata, ...metadata }, stringData: { api_key: key } };
}

describeCluster(
  'who passes the real Authorino 0.25.0, by what the real operator makes of dist/',
  () => {
    let gateway: Gateway;

    beforeAll(async () => {
      gateway = await Gateway.start('dist');
      await untilEnforced(policyName);
      await gateway.load();
    });

    afterAll(() => gateway?.stop());

    const timeUntil = (authorization: string, status: number) => gateway.timeUntil(authorization, status);

    test('every condition is good and current', async () => {
      expect(conditionsOf(await policy(policyName))).toEqual({ Accepted: 'True Accepted', Enforced: 'True Enforced' });
      const authConfigs = await listed('authconfigs');
      expect(authConfigs.map(conditionsOf)).toEqual(
        // One a rule of a route: that of the model, and that of the list of models.
        Array(2).fill({ Available: 'True HostsLinked', Ready: 'True Reconciled' }),
      );
      expect((await listed('kuadrants')).map(conditionsOf)).toEqual([{ Ready: 'True Ready' }]);
    });

    test('no key: 401 in the shape of OpenAI, with the ways in', async () => {
      const reply = await gateway.ask(undefined);
      expectRefused(reply, 401);
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
      ['two keys, of which the second is wrong', { Authorization: ['Bearer freeuser1_key', 'Bearer nobody'] }],
      ['one key twice', { Authorization: ['Bearer freeuser1_key', 'Bearer freeuser1_key'] }],
      ['a prefix in lower case', { authorization: 'bearer freeuser1_key' }],
      ['the other prefix in lower case', { authorization: 'apikey freeuser1_key' }],
      ['a prefix in upper case', { authorization: 'BEARER freeuser1_key' }],
      ['two spaces after the prefix', { authorization: 'Bearer  freeuser1_key' }],
      ['a tab after the prefix', { authorization: 'Bearer\tfreeuser1_key' }],
      ['a key of 50 KB', { authorization: `Bearer ${'x'.repeat(50_000)}` }],
    ])('%s: 401', async (_, headers) => {
      expectRefused(await gateway.ask(undefined, { headers }), 401);
      expect(gateway.model.seen).toHaveLength(0);
    });

    test('a key in the query string: 401', async () => {
      const path = '/v1/chat/completions?api_key=freeuser1_key&APIKEY=freeuser1_key';
      expectRefused(await gateway.ask(undefined, { path }), 401);
    });

    test('a key of 100 KB: Envoy answers 431 and asks nobody', async () => {
      expect((await gateway.ask(`Bearer ${'x'.repeat(100_000)}`)).status).toBe(431);
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

    test.each(['AUTHORIZATION', 'Authorization', 'aUTHORIZATION'])('the header %s carries a key', async (name) => {
      const reply = await gateway.ask(undefined, { headers: { [name]: 'Bearer enterpriseuser1_key' } });
      expect(reply.status).toBe(200);
    });

    test('HTTP/2: a key passes for the host that stands in :authority, whatever else is said', async () => {
      const ask = (headers: OutgoingHttpHeaders) => statusByHttp2(gateway.port, headers);
      const authorization = 'Bearer enterpriseuser1_key';
      expect(await ask({ authorization })).toBe(200);
      expect(await ask({ authorization: 'bearer enterpriseuser1_key' })).toBe(401);
      expect(await ask({ authorization: 'Bearer nobody' })).toBe(401);
      expect(await ask({})).toBe(401);
      expect(await ask({ authorization, 'x-forwarded-host': 'other.maas.local' })).toBe(200);
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
      expectRefused(await gateway.ask(`APIKEY ${key}`), 403);
    });

    describe('a user whose name is', () => {
      const nameFor = (user: string) => `odd-${createHash('sha256').update(user).digest('hex')}`;
      const key = (user: string) => `${nameFor(user)}_key`;

      const add = (user: string) =>
        create(keySecret('freeuser1', key(user), { name: nameFor(user), annotations: annotations(user, 'free') }));

      test.each([
        `O'Hara "the key"`,
        'Jürgen Müller \u{1f600}',
        '../../etc/passwd',
        'a'.repeat(253),
        '" + auth.identity.tier + "',
        '${x} %s %REQ(authorization)% {{y}} ]] --',
        'user=.=freeuser1;.;tier=.=enterprise',
        'freeuser1,enterpriseuser1',
        ' freeuser1 ',
        'FREEUSER1',
      ])('%j passes and has a budget of its own', async (user) => {
        await add(user);
        await freshMinute(5);
        await timeUntil(`Bearer ${key(user)}`, 200);
        expect(limits(await gateway.ask(`APIKEY ${key(user)}`))).toEqual({
          limit: '200',
          consumed: '30',
          remaining: '140',
        });
      });

      test.each(['a'.repeat(254), 'freeuser1\nx-maas-tier: enterprise', 'free\u0000user', 'del\u007f', '\t'])(
        '%j: 403',
        async (user) => {
          await add(user);
          await timeUntil(`Bearer ${key(user)}`, 403);
          expectRefused(await gateway.ask(`APIKEY ${key(user)}`), 403);
        },
      );
    });

    describe('a tenant', () => {
      const tenantSecret = keySecret('enterpriseuser1', 'tenant_key', { namespace: 'tenant' });

      const copy = keySecret('enterpriseuser1', 'freeuser2_key', { name: 'copy', namespace: 'tenant' });

      beforeAll(async () => {
        await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } });
      });

      test('who knows a key and copies it: refused by the API server, and its owner passes', async () => {
        await until('the policy about keys is in force', 30, async () => {
          return (await created(copy, '--dry-run=server')).exitCode !== 0;
        });
        await expect(create(copy)).rejects.toThrow(
          '"copy" is forbidden: ValidatingAdmissionPolicy \'llm-api-key-protection\' with binding ' +
            "'llm-api-key-protection' denied request: an API key of the platform in namespace llm belongs there: a copy " +
            'elsewhere would lock its owner out; put it there, or take away the label cdk8s-maas/platform',
        );
        await sleep(500);
        expect((await gateway.ask('Bearer freeuser2_key')).status).toBe(200);
      });

      test('whose copy of a whole key Secret is older than that policy: 403', async () => {
        await kubectl(['delete', 'validatingadmissionpolicybinding', 'llm-api-key-protection']);
        await until('copies are taken', 30, async () => (await created(tenantSecret)).exitCode === 0);
        await timeUntil('Bearer tenant_key', 403);
        expectRefused(await gateway.ask('APIKEY tenant_key'), 403);
      });

      test('who opens routes, or the whole Gateway, to everybody by policies: overridden, 401', async () => {
        await create(
          tenantRoute(),
          openPolicy('of-our-route', 'HTTPRoute', 'simulator-domain-route', openToAll),
          openPolicy('of-their-route', 'HTTPRoute', 'tenant', openToAll),
          openPolicy('a-gateway', 'Gateway', 'inference-gateway', { overrides: openToAll }),
        );
        await accept();
        for (const name of ['of-our-route', 'of-their-route', 'a-gateway']) {
          await untilEnforced(name, 'False Overridden');
          const { conditions } = (await policy(name)).status;
          const messages = conditions.map(({ message }: { message: string }) => message);
          expect(messages).toContain(`AuthPolicy is overridden by [llm/${policyName}]`);
        }
        await untilEnforced(policyName);
        await gateway.load();
        for (const host of ['simulator.maas.local', 'tenant.maas.local']) {
          expectRefused(await gateway.ask(undefined, { host }), 401);
        }
        expect(limits(await gateway.ask('Bearer freeuser1_key')).limit).toBe('200');
      });

      test('whose copy of a known key is older: 403 for both, and never a better tier', async () => {
        await create(copy);
        await timeUntil('Bearer freeuser2_key', 403);
        expectRefused(await gateway.ask('APIKEY freeuser2_key'), 403);
      });
    });

    describe('a spoiled policy lets in', () => {
      test('a tenant as an enterprise user, without the rule about the namespace', async () => {
        await patchPolicy({ op: 'remove', path: '/spec/overrides/rules/authorization/key-of-the-platform' });
        await timeUntil('Bearer tenant_key', 200);
        expect(limits(await gateway.ask('Bearer tenant_key')).limit).toBe('5000');
        await kubectl(['replace', '-f', 'dist/40-identity.k8s.yaml']);
        await timeUntil('Bearer tenant_key', 403);
      });

      test('everybody, with defaults in the place of overrides', async () => {
        await kubectl(['delete', 'authpolicy', 'a-gateway', '--namespace=llm']);
        const { overrides, ...spec } = (await policy(policyName)).spec;
        const patch = JSON.stringify({ spec: { ...spec, overrides: null, defaults: overrides } });
        await kubectl(['patch', 'authpolicy', policyName, '--namespace=llm', '--type=merge', `--patch=${patch}`]);
        await untilEnforced('of-our-route');
        await gateway.load();
        expect(limits(await gateway.ask(undefined)).limit).toBe('5000');
      });
    });

    test('without any policy nobody passes: our own filter refuses', async () => {
      await kubectl(['delete', 'authpolicies', '--all', '--namespace=llm']);
      await until('nothing is authenticated any more', 30, async () => (await listed('authconfigs')).length === 0);
      await gateway.load();
      const seen = gateway.model.seen.length;
      for (const authorization of [undefined, 'Bearer freeuser1_key']) {
        const headers = { 'x-maas-user': 'enterpriseuser1', 'x-maas-tier': 'enterprise' };
        const reply = await gateway.ask(authorization, { headers });
        expect([reply.status, errorOf(reply)]).toMatchObject([403, { code: 'identity_required' }]);
      }
      expect(gateway.model.seen).toHaveLength(seen);
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners'],
);

/** A chat completion over HTTP/2 without TLS. */
function statusByHttp2(port: number, headers: OutgoingHttpHeaders): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/v1/chat/completions',
      ':authority': 'simulator.maas.local',
      'content-type': 'application/json',
      ...headers,
    });
    stream.on('response', (answered) => {
      session.destroy();
      resolve(Number(answered[':status']));
    });
    stream.on('error', reject);
    stream.end('{"model":"simulator-model","messages":[]}');
  });
}

/** Tries to create an object. */
function created(object: object, ...options: string[]): Promise<CommandResult> {
  return kubectl(['create', ...options, '-f', '-'], { stdin: JSON.stringify(object), expectFailure: true });
}

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

function openPolicy(name: string, kind: string, target: string, rules: object): object {
  return {
    apiVersion: 'kuadrant.io/v1',
    kind: 'AuthPolicy',
    metadata: { name, namespace: 'llm' },
    spec: { targetRef: { group: 'gateway.networking.k8s.io', kind, name: target }, ...rules },
  };
}
