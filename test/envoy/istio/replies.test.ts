import OpenAI from 'openai';
import { freshMinute, send, type Request } from '../client';
import { json, THIRTY_TOKENS } from '../model-server';
import { Gateway } from './gateway';
import { TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio } from './suite';
import { connectionManager, created, filterNames, manifests, translate, type Json } from './translation';

jest.setTimeout(90_000);

/** Both engines, as the committed YAML has them. */
const ENGINES = [
  ['envoyFilter', 'dist'],
  ['tokenRateLimitPolicy', 'examples/token-rate-limit-policy/dist'],
] as const;

const NO_ROUTE = {
  error: {
    message: 'Nothing is served at this host, path and method.',
    type: 'invalid_request_error',
    param: null,
    code: 'unknown_url',
  },
};

/** The annotation by which Istio believes proxies in front of the Gateway. */
function behindProxies(count: number): Json[] {
  return manifests().map((object) => {
    if (object.kind !== 'Gateway') {
      return object;
    }
    const annotations = {
      ...object.spec.infrastructure.annotations,
      'proxy.istio.io/config': `{gatewayTopology: {numTrustedProxies: ${count}}}`,
    };
    return { ...object, spec: { ...object.spec, infrastructure: { ...object.spec.infrastructure, annotations } } };
  });
}

describeWithIstio("Istio's translation of what the gateway itself answers", ({ translator }) => {
  test.each(['older', 'newer'] as const)('slows down before Kuadrant, lists behind it, when it is %s', (kuadrant) => {
    const names = filterNames(translate(translator, created(manifests(), kuadrant)));
    expect(names.slice(0, 3)).toEqual([
      'maas.identity-header-scrub',
      'maas.failed-authentication',
      'maas.failed-authentication-delay',
    ]);
    expect(names.slice(-5)).toEqual([
      'envoy.filters.http.wasm',
      'maas.identity-required',
      'maas.model-list',
      'maas.token-limit',
      'envoy.filters.http.router',
    ]);
  });

  test('has the list of models at its own host only, with a script there and nowhere else', () => {
    const hosts: Json[] = translate(translator, manifests()).routes.flatMap(({ virtual_hosts }) => virtual_hosts);
    expect(
      hosts.map(({ domains, typed_per_filter_config }) => [domains, Object.keys(typed_per_filter_config ?? {})]),
    ).toEqual([
      [['api.maas.local'], ['maas.model-list']],
      [['simulator.maas.local'], []],
    ]);
    expect(hosts[0].routes.map(({ direct_response }: Json) => direct_response)).toEqual([{ status: 500 }]);
  });

  test('the same from the root namespace of Istio', () => {
    const moved = manifests().map((object) =>
      object.kind === 'EnvoyFilter' && !object.metadata.labels['kuadrant.io/managed']
        ? {
            ...object,
            metadata: { ...object.metadata, namespace: 'istio-system' },
            spec: {
              ...object.spec,
              targetRefs: undefined,
              workloadSelector: { labels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' } },
            },
          }
        : object,
    );
    const [beside, root] = [manifests(), moved].map((objects) => translate(translator, objects));
    expect(filterNames(root!)).toEqual(filterNames(beside!));
    expect(root!.routes).toEqual(beside!.routes);
    expect(connectionManager(root!).local_reply_config).toEqual(connectionManager(beside!).local_reply_config);
  });

  test.each(ENGINES)('%s: local replies are merged, with those of a policy first', (engine, folder) => {
    const { mappers } = connectionManager(translate(translator, manifests(folder))).local_reply_config;
    const isOfLimits = mappers.map(({ headers_to_add }: Json) => headers_to_add !== undefined);
    expect(isOfLimits.indexOf(true)).toBe(engine === 'tokenRateLimitPolicy' ? 0 : -1);
    expect(mappers.length).toBeGreaterThan(10);
  });

  test('believes no x-forwarded-for, but as many proxies as Istio is told of', () => {
    const plain = connectionManager(translate(translator, manifests()));
    expect([plain.use_remote_address, plain.xff_num_trusted_hops]).toEqual([true, undefined]);
    expect(connectionManager(translate(translator, behindProxies(2))).xff_num_trusted_hops).toBe(2);
  });
});

describeWithIstio('what the gateway itself answers behind the listener that Istio makes', ({ envoy, translator }) => {
  describe.each(ENGINES)('with %s', (_, folder) => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await Gateway.start(envoy, translate(translator, manifests(folder)));
    });
    afterAll(() => gateway?.stop());
    beforeEach(() => {
      gateway.model.answer = json(THIRTY_TOKENS);
      gateway.model.seen.length = 0;
    });

    const identity = { [USER_HEADER]: 'freeuser1', [TIER_HEADER]: 'free' };
    const ask = async (request: Request) => {
      const { status, headers, body } = await send(gateway.envoy.port, { method: 'GET', ...request });
      return { status, type: headers['content-type'], body: JSON.parse(body) };
    };

    test.each<[string, Request]>([
      ['an unknown host', { host: 'unknown.maas.local', path: '/v1/models' }],
      ['an unknown path', { path: '/metrics' }],
      ['another method', { method: 'DELETE', path: '/v1/models' }],
      ['another path of the platform', { host: 'api.maas.local', path: '/v1/chat/completions' }],
      ['another method there', { host: 'api.maas.local', path: '/v1/models', method: 'POST' }],
    ])('%s is 404, with a key or without', async (_name, request) => {
      const expected = { status: 404, type: 'application/json', body: NO_ROUTE };
      expect(await ask(request)).toEqual(expected);
      expect(await ask({ ...request, headers: identity })).toEqual(expected);
      expect(gateway.model.seen).toEqual([]);
    });

    test('what authentication has not named is 403, at every host', async () => {
      for (const host of ['simulator.maas.local', 'api.maas.local']) {
        const { status, type, body } = await ask({ host, path: '/v1/models' });
        expect([status, type, body.error.code]).toEqual([403, 'application/json', 'identity_required']);
      }
    });

    test('the platform lists its models and where they are', async () => {
      const model = {
        ...{ id: 'simulator-model', object: 'model', created: 0, owned_by: 'maas' },
        base_url: 'http://simulator.maas.local/v1',
      };
      const list = await ask({ host: 'api.maas.local', path: '/v1/models', headers: identity });
      expect(list).toEqual({ status: 200, type: 'application/json', body: { object: 'list', data: [model] } });
      const one = await ask({ host: 'api.maas.local', path: '/v1/models/simulator%2Dmodel', headers: identity });
      expect(one).toEqual({ status: 200, type: 'application/json', body: model });
      const other = await ask({ host: 'api.maas.local', path: '/v1/models/x%2Fy', headers: identity });
      expect([other.status, other.body.error.code]).toEqual([404, 'model_not_found']);
      expect(gateway.model.seen).toEqual([]);
    });

    test("the list at a model's own host is the model server's", async () => {
      expect((await ask({ path: '/v1/models', headers: identity })).body).toEqual(THIRTY_TOKENS);
    });

    test("OpenAI's own SDK knows what failed", async () => {
      const client = new OpenAI({
        apiKey: 'not looked at here',
        baseURL: `http://127.0.0.1:${gateway.envoy.port}/v1`,
        maxRetries: 0,
      });
      const error = await client.models.list().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ code: 'unknown_url', type: 'invalid_request_error' });
    });
  });

  test('a model that is away is 503, as OpenAI clients read it', async () => {
    const gateway = await Gateway.start(envoy, translate(translator, manifests()));
    try {
      await gateway.model.stop();
      const reply = await gateway.ask('freeuser1', 'free');
      expect(reply.status).toBe(503);
      expect(JSON.parse(reply.body).error.code).toBe('service_unavailable');
    } finally {
      await gateway.envoy.stop();
    }
  });

  test('an address with many failures waits, whatever it writes into x-forwarded-for', async () => {
    const gateway = await Gateway.start(envoy, translate(translator, manifests()), 1);
    try {
      await freshMinute(20);
      gateway.model.answer = json({}, {}, 401);
      for (let failure = 0; failure < 20; failure++) {
        await gateway.ask('freeuser1', 'free', { 'x-forwarded-for': `203.0.113.${failure}` });
      }
      gateway.model.answer = json(THIRTY_TOKENS);
      const reply = await gateway.ask('freeuser2', 'free', { 'x-forwarded-for': '203.0.113.99' });
      expect(reply.status).toBe(200);
      expect(reply.headersAfter).toBeGreaterThan(900);
    } finally {
      await gateway.stop();
    }
  });
});
