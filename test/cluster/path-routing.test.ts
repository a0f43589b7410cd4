import { readPlatformFolder } from './harness/manifests';
import { errorOf } from './harness/replies';
import { RunningPlatform, runningPlatformTools } from './harness/running-platform';
import { describeCluster } from './harness/suite';

const HOST = 'api.maas.local';
const CHAT = '/v1/chat/completions';

describeCluster(
  'a request to examples/path-routing, through what the real controllers have made of it',
  () => {
    let platform: RunningPlatform;

    beforeAll(async () => {
      platform = await RunningPlatform.start(readPlatformFolder('examples/path-routing/dist'));
    }, 180_000);
    afterAll(async () => {
      await platform?.stop();
    });

    const ask = (key: string | undefined, path: string, more: { method?: string; host?: string } = {}) => {
      const model = path.includes('large') ? 'large' : 'simulator-model';
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1 });
      return platform.ask(key, { host: HOST, path, body, ...more });
    };

    test.each([`/simulator${CHAT}`, `/large${CHAT}`, '/v1/models', '/large/v1/models'])(
      '%s needs a key',
      async (path) => {
        const method = path.endsWith('models') ? 'GET' : 'POST';
        for (const key of [undefined, 'nobody']) {
          const reply = await ask(key, path, { method });
          expect([reply.status, errorOf(reply)]).toMatchObject([401, { code: 'invalid_api_key' }]);
        }
      },
    );

    test('a tier uses its model, with query, port and capital letters of the host', async () => {
      for (const [path, host] of [
        [`/simulator${CHAT}`, HOST],
        [`/simulator${CHAT}?a=/large${CHAT}`, HOST],
        [`/simulator${CHAT}`, `${HOST}:80`],
        [`/simulator${CHAT}`, 'API.maas.local'],
      ] as const) {
        const reply = await ask('freeuser1_key', path, { host });
        expect([path, host, reply.status]).toEqual([path, host, 200]);
      }
      expect((await ask('freeuser1_key', '/simulator/v1/models', { method: 'GET' })).status).toBe(200);
    });

    test('another tier uses both', async () => {
      for (const model of ['simulator', 'large']) {
        expect((await ask('premiumuser1_key', `/${model}${CHAT}`)).status).toBe(200);
      }
    });

    // Envoy writes the first ones as `/large/v1/…` before anybody judges them: that they are refused by Authorino says so.
    test.each([
      `/large${CHAT}`,
      `/large${CHAT}?/simulator${CHAT}`,
      `/simulator/../large${CHAT}`,
      `/simulator/%2e%2e/large${CHAT}`,
      `/simulator/%2E./large${CHAT}`,
      `/simulator${CHAT}/../../../../large${CHAT}`,
      `/simulator\\..\\large${CHAT}`,
      `/%6carge${CHAT}`,
      `/./large${CHAT}`,
      `/large${CHAT}#/simulator${CHAT}`,
    ])('%s is a model of other tiers: 403', async (path) => {
      const reply = await ask('freeuser1_key', path);
      expect([reply.status, errorOf(reply)]).toMatchObject([403, { code: 'access_denied' }]);
      expect((await ask('premiumuser2_key', path)).status).toBe(200);
    });

    test('so is its own list of models', async () => {
      expect((await ask('freeuser1_key', '/large/v1/models', { method: 'GET' })).status).toBe(403);
      expect((await ask('premiumuser1_key', '/large/v1/models', { method: 'GET' })).status).toBe(200);
    });

    test.each([
      ...[`/LARGE${CHAT}`, `//large${CHAT}`, `/simulator//large${CHAT}`, `/large//v1/chat/completions`],
      ...[`/large%2Fv1/chat/completions`, `/simulator%2f..%2flarge${CHAT}`, `/large;x${CHAT}`, `/large${CHAT}/`],
      ...['/large/metrics', '/v1/models/../../large/metrics', CHAT],
    ])('%s reaches no model, whoever asks', async (path) => {
      for (const key of ['freeuser1_key', 'premiumuser1_key']) {
        const { status } = await ask(key, path);
        expect([key, [400, 403, 404].includes(status), status]).toEqual([key, true, status]);
      }
    });

    test('a host that a model would have otherwise leads nowhere', async () => {
      for (const path of [CHAT, `/large${CHAT}`]) {
        expect((await ask('premiumuser1_key', path, { host: 'large.maas.local' })).status).toBe(404);
      }
    });

    test('the list says where the models of the tier are', async () => {
      const urls = async (key: string) => {
        const { body } = await ask(key, '/v1/models', { method: 'GET' });
        return JSON.parse(body).data.map(({ base_url }: { base_url: string }) => base_url);
      };
      expect(await urls('freeuser1_key')).toEqual([`http://${HOST}/simulator/v1`]);
      expect(await urls('premiumuser1_key')).toEqual([`http://${HOST}/simulator/v1`, `http://${HOST}/large/v1`]);
    });
  },
  ...runningPlatformTools,
);
