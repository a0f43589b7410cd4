import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { manifestsOf } from '../../src/platform/manifests';
import { freshMinute } from '../envoy/client';
import { listed } from './harness/kuadrant';
import { readPlatformFolder, type Manifest } from './harness/manifests';
import { errorOf, expectNeedsKey } from './harness/replies';
import { RunningPlatform, runningPlatformTools } from './harness/running-platform';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';
import { actionSets } from './harness/wasm';

/** Where and how something is asked that is not by POST at the host of the platform. */
interface Asked {
  readonly method?: string;
  readonly host?: string;
  /** Name in the request. @default that of the model in the path */
  readonly model?: string;
}

const HOST = 'api.maas.local';
const MODELS = ['simulator', 'large'];
const MODEL_NAMES: Readonly<Record<string, string>> = { simulator: 'simulator-model', large: 'large' };

/** Kinds of what another `gateway.routing` changes. */
const CHANGED = ['AuthPolicy', 'EnvoyFilter', 'HTTPRoute'];

const CHAT = '/v1/chat/completions';

describeCluster(
  'a request to examples/path-routing, through what the real controllers have made of it',
  () => {
    let platform: RunningPlatform;

    beforeAll(async () => {
      platform = await RunningPlatform.start(readPlatformFolder('examples/path-routing/dist'));
    }, 180_000);
    afterAll(() => platform?.stop());

    const ask = (
      key: string | undefined,
      path: string,
      { model = path.includes('large') ? 'large' : 'simulator-model', ...more }: Asked = {},
    ) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1 });
      return platform.ask(key, { host: HOST, path, body, ...more });
    };

    test.each([`/simulator${CHAT}`, `/large${CHAT}`, '/v1/models', '/large/v1/models'])('%s needs a key', (path) =>
      expectNeedsKey(ask, path),
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

    describe('and by host beside it (`gateway.routing: both`)', () => {
      beforeAll(async () => {
        const props = load(readFileSync('examples/path-routing/maas.yaml', 'utf8')) as MaasPlatformProps;
        const items = manifestsOf({ ...props, gateway: { routing: 'both' } }).filter((object) =>
          CHANGED.includes((object as Manifest).kind),
        );
        await kubectl(['apply', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
        await until('the operator has heard of every route', 60, async () => {
          const sets = await actionSets();
          return MODELS.every((model) =>
            sets.some(({ routeRuleConditions }) => routeRuleConditions.hostnames.includes(`${model}.maas.local`)),
          );
        });
        await until('every AuthConfig knows the hosts', 60, async () => {
          const configs = await listed('authconfigs');
          return configs.every(({ spec }) => JSON.stringify(spec).includes('large\\\\\\\\.maas'));
        });
        await platform.load({
          isCurrent: ({ routes, listeners }) =>
            [JSON.stringify(routes), JSON.stringify(listeners)].every((text) => text.includes('large.maas.local')),
        });
      }, 180_000);

      test.each<[string | undefined, string, number]>([
        ['freeuser1_key', 'simulator', 200],
        ['freeuser2_key', 'large', 403],
        ['premiumuser1_key', 'large', 200],
        [undefined, 'simulator', 401],
      ])('with the key %s the model %s answers %d either way', async (key, model, status) => {
        for (const [host, path] of [
          [HOST, `/${model}${CHAT}`],
          [`${model}.maas.local`, CHAT],
        ] as const) {
          const reply = await ask(key, path, { host, model: MODEL_NAMES[model] });
          expect([host, path, reply.status]).toEqual([host, path, status]);
        }
      });

      test('neither way leads past what the other one refuses', async () => {
        for (const [host, path] of [
          ['simulator.maas.local', `/large${CHAT}`],
          ['simulator.maas.local', `/../large${CHAT}`],
          ['large.maas.local', `/simulator${CHAT}`],
          [HOST, CHAT],
        ] as const) {
          const { status } = await ask('freeuser1_key', path, { host });
          expect([host, path, [403, 404].includes(status)]).toEqual([host, path, true]);
        }
      });

      test('both ways spend one budget, in the weights of the model', async () => {
        const remaining = async (host: string, path: string) => {
          const { status, headers } = await ask('enterpriseuser1_key', path, { host, model: 'large' });
          expect(status).toBe(200);
          return [headers['x-ratelimit-remaining-tokens'], headers['x-ratelimit-consumed-tokens']].map(Number);
        };
        await freshMinute(10);
        const [before] = await remaining(HOST, `/large${CHAT}`);
        const [after, consumed] = await remaining('large.maas.local', CHAT);
        expect(consumed! % 3).toBe(0);
        expect(after).toBe(before! - consumed!);
      });
    });
  },
  ...runningPlatformTools,
);
