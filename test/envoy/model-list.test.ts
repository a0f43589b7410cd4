import OpenAI from 'openai';
import { MaasGateway, ModelListFilter } from '../../src';
import { identityRequiredHttpFilter } from '../../src/gateway/identity-required-filter';
import { synthesize } from '../support/synth';
import { send, type Request } from './client';
import { json } from './model-server';
import { CONFIGURATION, describeWithEnvoy, type Gateway } from './suite';

const HOST = 'api.maas.local';
/** As Hugging Face writes names; and one that would end a string of Lua, of JSON and of a pattern. */
const NAMES = { small: 'simulator-model', large: 'Qwen/Qwen3-0.6B', odd: 'a "b" \\ %d $& ]] -- é' };

const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => {
  new ModelListFilter(chart, 'list', {
    gateway,
    host: HOST,
    models: Object.entries(NAMES).map(([label, name]) => ({ name, baseUrl: `https://${label}.maas.local/v1` })),
    tiers: [{ tier: 'free', models: [NAMES.small] }, { tier: 'premium' }, { tier: 'none', models: [] }],
  });
});
const [filterPatch, hostPatch] = find('EnvoyFilter').spec.configPatches;

/** The routes as Istio makes them, with the EnvoyFilter's part merged in. */
const connectionManager = {
  route_config: {
    virtual_hosts: [
      {
        name: 'list',
        // The second is how the SDK of this test calls it.
        domains: [hostPatch.match.routeConfiguration.vhost.domainName, '127.0.0.*'],
        routes: [
          {
            match: {
              path_separated_prefix: '/v1/models',
              headers: [{ name: ':method', string_match: { exact: 'GET' } }],
            },
            direct_response: { status: 500 },
          },
        ],
        ...hostPatch.patch.value,
      },
      { name: 'models', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'model' } }] },
    ],
  },
};
const filtersBefore = [identityRequiredHttpFilter(), filterPatch.patch.value];

const model = (name: string, label: string) => ({
  id: name,
  object: 'model',
  created: 0,
  owned_by: 'maas',
  base_url: `https://${label}.maas.local/v1`,
});
const SMALL = model(NAMES.small, 'small');
const LARGE = model(NAMES.large, 'large');
const ODD = model(NAMES.odd, 'odd');
const NOT_FOUND = {
  error: {
    message: 'The model does not exist, or you may not use it.',
    type: 'invalid_request_error',
    param: null,
    code: 'model_not_found',
  },
};

async function ask({ envoy }: Gateway, tier: string | undefined, path: string, more: Request = {}) {
  const user = tier === undefined ? undefined : 'alice';
  const reply = await send(envoy.port, { method: 'GET', host: HOST, user, tier, path, ...more });
  return { ...reply, type: reply.headers['content-type'] };
}

describe.each([
  ['with token limits', CONFIGURATION],
  ['without', undefined],
])('%s', (_, configuration) => {
  describeWithEnvoy('the list of models', { configuration, filtersBefore, connectionManager }, (running) => {
    beforeEach(() => {
      running.model.seen.length = 0;
      running.model.answer = json({ from: 'the model' });
    });
    afterEach(() => expect(running.envoy.log).not.toContain('script log'));

    test.each([
      ['free', [SMALL]],
      ['premium', [SMALL, LARGE, ODD]],
      ['none', []],
      ['unheard-of', []],
    ])('tier %s sees what it may use', async (tier, data) => {
      for (const path of ['/v1/models', '/v1/models/', '/v1/models?limit=1', '/v1/models/?a=/b']) {
        const { status, type, body } = await ask(running, tier, path);
        expect({ status, type, body: JSON.parse(body) }).toEqual({
          status: 200,
          type: 'application/json',
          body: { object: 'list', data },
        });
      }
    });

    test.each([
      [SMALL, 'simulator-model'],
      [SMALL, 'simulator-model/'],
      [SMALL, 'simulator%2Dmodel?a=b'],
      [LARGE, 'Qwen/Qwen3-0.6B'],
      [LARGE, 'Qwen%2FQwen3-0.6B'],
      [LARGE, 'Qwen%2fQwen3-0.6B?'],
      [ODD, encodeURIComponent(NAMES.odd)],
    ])('one model, %#', async (expected, path) => {
      const { status, body } = await ask(running, 'premium', `/v1/models/${path}`);
      expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: expected });
    });

    test.each([
      ['no model', 'premium', 'unheard-of'],
      ['a name that only begins right', 'premium', 'simulator-mode'],
      ['a name in another case', 'premium', 'Simulator-Model'],
      ['a broken escape', 'premium', 'simulator%-model'],
      ['a name of Lua itself', 'premium', '__index'],
      ["another tier's model", 'free', 'Qwen%2FQwen3-0.6B'],
    ])('%s is not found', async (_name, tier, path) => {
      const { status, type, body } = await ask(running, tier, `/v1/models/${path}`);
      expect({ status, type, body: JSON.parse(body) }).toEqual({
        status: 404,
        type: 'application/json',
        body: NOT_FOUND,
      });
    });

    test('whoever has no identity sees nothing', async () => {
      expect((await ask(running, undefined, '/v1/models')).status).toBe(403);
    });

    test.each([
      ['POST', '/v1/models'],
      ['HEAD', '/v1/models'],
      ['GET', '/v1/modelsx'],
      ['GET', '/v1/'],
      ['GET', '/V1/models'],
      ['DELETE', '/v1/models/simulator-model'],
    ])('%s %s of that host has no route', async (method, path) => {
      expect((await ask(running, 'free', path, { method })).status).toBe(404);
      expect(running.model.seen).toEqual([]);
    });

    test('the list of another host is that of its model server', async () => {
      const { body } = await ask(running, 'free', '/v1/models', { host: 'simulator.maas.local' });
      expect(JSON.parse(body)).toEqual({ from: 'the model' });
    });

    test("OpenAI's own SDK lists, retrieves, and knows what is not found", async () => {
      const client = new OpenAI({
        apiKey: 'not looked at here',
        baseURL: `http://127.0.0.1:${running.envoy.port}/v1`,
        defaultHeaders: { 'x-maas-user': 'alice', 'x-maas-tier': 'premium' },
        maxRetries: 0,
      });
      const names: string[] = [];
      for await (const { id } of client.models.list()) {
        names.push(id);
      }
      expect(names).toEqual(Object.values(NAMES));
      expect(await client.models.retrieve(NAMES.large)).toMatchObject(LARGE);
      const error = await client.models.retrieve('unheard-of').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' });
    });
  });
});
