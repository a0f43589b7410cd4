import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { manifestsOf } from '../../src/platform/manifests';
import type { Reply } from '../envoy/client';
import type { Json } from '../envoy/istio/translation';
import { listed } from './harness/kuadrant';
import { readPlatformFolder, type Manifest } from './harness/manifests';
import { errorOf, expectNeedsKey } from './harness/replies';
import { RunningPlatform, runningPlatformTools } from './harness/running-platform';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';
import { actionSets, TokenCounter } from './harness/wasm';

const FOLDER = 'examples/shared-budget';
const HOST = 'api.maas.local';
const CHAT = '/v1/chat/completions';
const SHARED = 'models-path-route';
const MODELS = ['simulator', 'simulator-large'];

/** What the gateway itself says of a request that reaches no model. */
const REFUSALS: readonly unknown[] = ['access_denied', 'unknown_url', 'bad_request'];

/** What an error says of itself; undefined where it is none of the gateway's. */
function codeOf({ body }: Reply): unknown {
  try {
    return JSON.parse(body).error?.code;
  } catch {
    return undefined; // a model server may write anything
  }
}

/** Tokens that a user of tier premium has in a minute. */
const BUDGET = 1000;

/** What counts is up to this many requests: each of them costs some tokens. */
const MANY = 100;

describeCluster(
  'a request to examples/shared-budget, through what the real controllers have made of it',
  () => {
    let platform: RunningPlatform;

    beforeAll(async () => {
      platform = await RunningPlatform.start(readPlatformFolder(`${FOLDER}/dist`));
    }, 180_000);
    afterAll(() => platform?.stop());

    const ask = (
      key: string | undefined,
      path: string,
      more: { method?: string; host?: string; tokens?: number } = {},
    ) => {
      const model = path.includes('large') ? 'simulator-large' : 'simulator-model';
      const messages = [{ role: 'user', content: 'Hello' }];
      const body = JSON.stringify({ model, messages, max_tokens: more.tokens ?? 1 });
      return platform.ask(key, { host: HOST, path, body, ...more });
    };

    /**
     * Sends requests of a user of tier premium to these models in turn, as long as Limitador lets them pass.
     *
     * @returns how many tokens they have used, by model
     */
    async function spend(user: string, models: readonly string[]): Promise<Record<string, number>> {
      const counter = new TokenCounter(await actionSets(), platform.limitadorPort);
      const spent: Record<string, number> = {};
      for (let turn = 0; turn < MANY; turn++) {
        const model = models[turn % models.length]!;
        const asked = { host: HOST, path: `/${model}${CHAT}`, user, tier: 'premium' };
        if (!(await counter.hasTokens(asked))) return spent;
        const reply = await ask(`${user}_key`, asked.path, { tokens: 100 });
        expect([asked.path, reply.status]).toEqual([asked.path, 200]);
        const { total_tokens: tokens } = JSON.parse(reply.body).usage;
        await counter.report(asked, tokens);
        spent[model] = (spent[model] ?? 0) + tokens;
      }
      throw new Error(`${user} was never refused: ${JSON.stringify(spent)}`);
    }

    test("Kuadrant's operator writes the limits for one route of models, and an AuthConfig for each", async () => {
      const [limitador] = await listed('limitadors');
      const places = new Set(limitador!.spec.limits.map(({ namespace }: Json) => namespace));
      expect([...places].sort()).toEqual(['llm/model-list-route', `llm/${SHARED}`]);
      expect(await listed('authconfigs')).toHaveLength(MODELS.length + 1);
    });

    test('two models draw from one budget: who has spent it at both is refused at either', async () => {
      const spent = await spend('premiumuser1', MODELS);
      expect(Object.keys(spent).sort()).toEqual(MODELS);
      const all = Object.values(spent).reduce((one, other) => one + other, 0);
      // The request that passes the limit is served.
      expect(all).toBeGreaterThanOrEqual(BUDGET);
      expect(all).toBeLessThan(BUDGET + 150);
      for (const model of MODELS) expect(await spend('premiumuser1', [model])).toEqual({});
      expect(Object.keys(await spend('premiumuser2', ['simulator']))).toEqual(['simulator']);
      expect(await spend('premiumuser2', ['simulator-large'])).toEqual({});
    });

    test.each([...MODELS.map((model) => `/${model}${CHAT}`), '/v1/models', '/simulator/v1/models'])(
      '%s needs a key',
      (path) => expectNeedsKey(ask, path),
    );

    test('a tier uses its model, and the list of models', async () => {
      for (const [path, host] of [
        [`/simulator${CHAT}`, HOST],
        [`/simulator${CHAT}?a=/simulator-large${CHAT}`, HOST],
        [`/simulator${CHAT}`, `${HOST}:80`],
        [`/simulator${CHAT}`, 'API.maas.local'],
        ['/simulator/v1/completions', HOST],
      ] as const) {
        const reply = await ask('freeuser1_key', path, { host });
        expect([path, host, reply.status]).toEqual([path, host, path.endsWith('/v1/completions') ? 400 : 200]);
      }
      expect((await ask('freeuser1_key', '/simulator/v1/models', { method: 'GET' })).status).toBe(200);
      const { body } = await ask('freeuser1_key', '/v1/models', { method: 'GET' });
      expect(JSON.parse(body).data.map((each: Json) => each.base_url)).toEqual([`http://${HOST}/simulator/v1`]);
    });

    // Of two models of one route the name of one begins with that of the other.
    test.each([
      `/simulator-large${CHAT}`,
      `/simulator-large${CHAT}?/simulator${CHAT}`,
      `/simulator/../simulator-large${CHAT}`,
      `/simulator/%2e%2e/simulator-large${CHAT}`,
      `/simulator/v1/../../simulator-large${CHAT}`,
      `/simulator\\..\\simulator-large${CHAT}`,
      `/%73imulator-large${CHAT}`,
      `/simulator%2Dlarge${CHAT}`,
      `/./simulator-large${CHAT}`,
      `/simulator-large${CHAT}#/simulator${CHAT}`,
    ])('%s is a model of other tiers: 403', async (path) => {
      const reply = await ask('freeuser1_key', path);
      expect([reply.status, errorOf(reply)]).toMatchObject([403, { code: 'access_denied' }]);
      expect((await ask('premiumuser2_key', path)).status).toBe(200);
    });

    test.each([
      ...['/v1/responses', '/v1/messages', '/v1/score', '/v1/load_lora_adapter', '/v1', '/v1/', '/v1/models'],
      ...['/v1/..%2fmetrics', '/v1/chat%2Fcompletions', '/v1//chat/completions', '/v1/chat/completions/'],
      ...['/v1/chat/completions;x', '/v1/chat/completions%3F', '/V1/chat/completions', '/metrics', '/sleep', ''],
      ...['%2Fv1/chat/completions', '//v1/chat/completions', '/../../v1/chat/completions', '/v1/../metrics'],
      ...[
        '/v1/models/../../metrics',
        '/v1/chat/completions/%2e%2e/%2e%2e/load_lora_adapter',
        '-larger/v1/chat/completions',
      ],
    ])('POST /simulator%s reaches no model, whoever asks', async (path) => {
      for (const prefix of ['/simulator', '/simulator-large', '//simulator', '/SIMULATOR']) {
        for (const key of ['freeuser1_key', 'premiumuser1_key']) {
          const reply = await ask(key, `${prefix}${path}`);
          const code = codeOf(reply);
          expect([`${prefix}${path}`, key, code, REFUSALS.includes(code)]).toEqual([
            `${prefix}${path}`,
            key,
            code,
            true,
          ]);
        }
      }
    });

    test.each(['GET', 'PUT', 'OPTIONS', 'HEAD', 'DELETE', 'PATCH'])('%s is no way to use a model', async (method) => {
      for (const model of MODELS) {
        const { status } = await ask('premiumuser1_key', `/${model}${CHAT}`, { method });
        expect([model, status]).toEqual([model, 403]);
      }
    });

    test("istiod's route takes each model below /v1, with the weights of its canary", () => {
      const hosts = platform.sent.routes.flatMap(({ virtual_hosts }) => virtual_hosts as Json[]);
      const { routes } = hosts.find(({ domains }) => domains.includes(HOST));
      const ofModels = routes.filter(({ route }: Json) => route !== undefined);
      expect(
        ofModels.map(({ match, route }: Json) => [
          match,
          route.prefix_rewrite,
          (route.weighted_clusters?.clusters ?? [{ name: route.cluster, weight: 100 }]).map((cluster: Json) => [
            /\|\|([^.]*)-predictor\./.exec(cluster.name)?.[1],
            cluster.weight,
          ]),
        ]),
      ).toEqual([
        [
          { path_separated_prefix: '/simulator-large/v1', case_sensitive: true },
          '/v1',
          [
            ['simulator-large', 90],
            ['simulator-large-canary', 10],
          ],
        ],
        [{ path_separated_prefix: '/simulator/v1', case_sensitive: true }, '/v1', [['vllm-simulator', 100]]],
      ]);
    });

    describe('spoiled: a policy without the rule of paths', () => {
      const rule = 'path-of-the-api';
      const rules = async () => {
        const found = (await listed('authconfigs')).map(({ spec }) => Object.keys(spec.authorization));
        return found.filter((names) => names.includes(rule)).length;
      };
      const change = (patch: object[]) =>
        kubectl([
          'patch',
          'authpolicy',
          'gateway-auth-policy',
          '-n',
          'llm',
          '--type=json',
          '-p',
          JSON.stringify(patch),
        ]);
      const path = `/spec/overrides/rules/authorization/${rule}`;
      let value: unknown;

      beforeAll(async () => {
        const { stdout } = await kubectl(['get', 'authpolicy', 'gateway-auth-policy', '-n', 'llm', '-o', 'json']);
        value = JSON.parse(stdout).spec.overrides.rules.authorization[rule];
        expect(await rules()).toBe(MODELS.length + 1);
        await change([{ op: 'remove', path }]);
        await until('no AuthConfig has the rule', 30, async () => (await rules()) === 0);
      });
      afterAll(async () => {
        await change([{ op: 'add', path, value }]);
        await until('every AuthConfig has the rule', 30, async () => (await rules()) === MODELS.length + 1);
      });

      test('leads to what nobody counts', async () => {
        await until('Authorino has heard of it', 30, async () => {
          const reply = await ask('premiumuser1_key', '/simulator/v1/load_lora_adapter');
          return !REFUSALS.includes(codeOf(reply));
        });
      });
    });

    describe('spoiled: a route for each model', () => {
      beforeAll(async () => {
        const props = load(readFileSync(`${FOLDER}/maas.yaml`, 'utf8')) as MaasPlatformProps;
        const routes = manifestsOf({ ...props, gateway: { routing: 'path' }, limits: {} }).filter(
          (object) => (object as Manifest).kind === 'HTTPRoute',
        );
        await kubectl(['apply', '-f', '-'], {
          stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: routes }),
        });
        await kubectl(['delete', 'httproute', SHARED, '--namespace=llm']);
        const expected = ['model-list-route', ...MODELS.map((model) => `${model}-path-route`)].sort();
        await until('the operator counts by the other routes', 60, async () => {
          const scopes = (await actionSets()).flatMap(({ actions }) => actions.map(({ scope }) => scope));
          const [limitador] = await listed('limitadors');
          const places = limitador!.spec.limits.map(({ namespace }: Json) => namespace);
          return [scopes.filter((scope) => scope.startsWith('llm/')), places].every(
            (found) => [...new Set(found)].sort().join() === expected.map((name) => `llm/${name}`).join(),
          );
        });
        await platform.load({ isCurrent: (sent) => JSON.stringify(sent.routes).includes(`/simulator-large${CHAT}`) });
      }, 120_000);

      test('a user has a budget for each of them', async () => {
        const first = await spend('premiumuser1', ['simulator']);
        expect(first.simulator).toBeGreaterThanOrEqual(BUDGET);
        const second = await spend('premiumuser1', ['simulator-large']);
        expect(second['simulator-large']).toBeGreaterThanOrEqual(BUDGET);
      });
    });
  },
  ...runningPlatformTools,
);
