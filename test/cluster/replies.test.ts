import { MaasPlatform, writeManifests, type MaasPlatformProps } from '../../src';
import { freshMinute } from '../envoy/client';
import { Gateway } from './harness/gateway';
import { conditionsOf, policy, policyName, untilEnforced } from './harness/policies';
import { listed } from './harness/kuadrant';
import { errorOf, expectRefused } from './harness/replies';
import { describeCluster } from './harness/suite';
import { temporaryFolder } from '../support/folder';

/** Of the users of the demo, the free ones may use one model. */
const PLATFORM: MaasPlatformProps = {
  models: [{ name: 'simulator' }, { name: 'second', runtime: 'simulator' }],
  tiers: [{ name: 'free', tokens: { minute: 200 }, models: ['simulator'] }, { name: 'premium' }],
};

const LIST = { host: 'api.maas.local', method: 'GET', path: '/v1/models' };

describeCluster(
  'what the gateway itself answers, with the real Authorino 0.25.0',
  () => {
    let gateway: Gateway;
    let folder: string;

    beforeAll(async () => {
      folder = temporaryFolder();
      writeManifests((app) => void new MaasPlatform(app, 'maas', PLATFORM), folder);
      gateway = await Gateway.start(folder);
      await untilEnforced(policyName);
      await gateway.load({ slowDown: true });
    });

    afterAll(() => gateway?.stop());

    test('a route without a backend is under the policy like the others', async () => {
      expect(conditionsOf(await policy(policyName))).toMatchObject({ Enforced: 'True Enforced' });
      expect((await listed('authconfigs')).map(({ spec }) => spec.hosts)).toHaveLength(3);
    });

    test('the list of models wants a key, in the shape of OpenAI, and does not name the ways in', async () => {
      const reply = await gateway.ask('Bearer nobody', LIST);
      expectRefused(reply, 401);
      expect(reply.headers['www-authenticate']).toBe('APIKEY realm="maas", Bearer realm="maas"');
      expect(reply.headers).not.toHaveProperty('x-ext-auth-reason');
    });

    test.each([
      ['freeuser1', ['simulator-model']],
      ['premiumuser1', ['simulator-model', 'second']],
    ])('%s sees the models of the tier', async (user, models) => {
      const reply = await gateway.ask(`Bearer ${user}_key`, LIST);
      expect(reply.status).toBe(200);
      expect(JSON.parse(reply.body).data.map(({ id }: { id: string }) => id)).toEqual(models);
      const second = await gateway.ask(`APIKEY ${user}_key`, { ...LIST, path: '/v1/models/second' });
      expect(second.status).toBe(models.includes('second') ? 200 : 404);
      expect(gateway.model.seen).toHaveLength(0);
    });

    test('the list of a model that the tier may not use stays closed', async () => {
      expectRefused(await gateway.ask('Bearer freeuser1_key', { ...LIST, host: 'second.maas.local' }), 403);
    });

    test('what has no route is 404, with a key or without', async () => {
      for (const key of ['Bearer freeuser1_key', 'Bearer nobody', undefined]) {
        const reply = await gateway.ask(key, { ...LIST, path: '/metrics' });
        expect(reply.status).toBe(404);
        expect(errorOf(reply)).toMatchObject({ code: 'unknown_url' });
      }
    });

    test('whoever guesses keys waits', async () => {
      await freshMinute(30);
      let slowest = 0;
      // Two workers count for themselves.
      for (let guess = 0; guess < 41; guess++) {
        slowest = Math.max(slowest, (await gateway.ask(`Bearer guess${guess}`)).headersAfter);
      }
      expect(slowest).toBeGreaterThan(900);
    });
  },
  'kuadrant-operator',
  'authorino',
  'istio-listeners',
);
