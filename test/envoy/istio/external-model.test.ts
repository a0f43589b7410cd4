import { parseConfiguration } from '../../../src/config/read';
import { manifestsOf } from '../../../src/platform/manifests';
import { freshMinute, limits, send, type Request } from '../client';
import { Envoy } from '../envoy';
import { events, json, ModelServer, textEvent, THIRTY_TOKENS } from '../model-server';
import { Provider } from './provider';
import { TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio, OLDEST_AND_USUAL } from './suite';
import { manifests, translate, type Json, type Translation } from './translation';

jest.setTimeout(90_000);

const FOLDER = 'examples/external-provider/dist';
const FILES = ['00-namespaces', '30-gateway', '50-limits', '60-models', '70-routes'];
const HOST = 'assistant.maas.local';
const CHAT = { model: 'assistant', messages: [{ role: 'user', content: 'Hello' }] };

const objects = () => manifests(FOLDER, FILES);

/** The files of the ConfigMap of dist/, and that of a Secret. */
function mounted(key?: string): Record<string, string> {
  const { data } = objects().find(({ metadata }) => metadata.name === 'inference-gateway-external-keys');
  return { ...data, ...(key !== undefined && { 'openai.key': key }) };
}

describeWithIstio('a model of a provider, behind the listener that Istio makes', ({ envoy, translator }) => {
  let translation: Translation;
  let provider: Provider;
  let model: ModelServer;
  let gateway: Envoy;
  /** Each request is of another user, unless the test says whose it is. */
  let users = 0;

  const start = () => Envoy.startFrom(envoy, provider.runnable(translation, model.port));
  const ask = (request: Request & { user?: string; tier?: string } = {}, port = gateway.port) => {
    const { user = `user-${users++}`, tier = 'premium', ...rest } = request;
    const headers = { [USER_HEADER]: user, [TIER_HEADER]: tier, authorization: 'APIKEY tenant_key', ...rest.headers };
    return send(port, { host: HOST, body: JSON.stringify(CHAT), ...rest, headers });
  };
  const bodyAsked = (): Json => JSON.parse(provider.asked.at(-1)!.body);

  beforeAll(async () => {
    translation = translate(translator, objects());
    provider = await Provider.start('api.openai.com');
    provider.mount(mounted('sk-platform'));
    model = await ModelServer.start();
    gateway = await start();
  });
  afterAll(async () => {
    await gateway?.stop();
    await model?.stop();
    await provider?.stop();
  });
  beforeEach(() => {
    provider.asked.length = 0;
    provider.answer = json(THIRTY_TOKENS);
  });

  test('it is reached by TLS, by its name and with a certificate of it', () => {
    const cluster = translation.clusters.find(({ name }) => name.includes('assistant'));
    expect(cluster.name).toBe('outbound|443||assistant.llm.external.internal');
    const { address, port_value } =
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address;
    expect([cluster.type, address, port_value]).toEqual(['STRICT_DNS', 'api.openai.com', 443]);
    const { sni, common_tls_context: tls } = cluster.transport_socket.typed_config;
    expect(sni).toBe('api.openai.com');
    const { default_validation_context, validation_context_sds_secret_config } = tls.combined_validation_context;
    expect(default_validation_context.match_subject_alt_names).toEqual([{ exact: 'api.openai.com' }]);
    expect(validation_context_sds_secret_config.name).toBe('file-root:system');
  });

  test('it gets our key, its own name of the model, and nothing of the client but the question', async () => {
    const headers = {
      ...{ cookie: 'session=1', 'openai-organization': 'org-other', 'x-api-key': 'tenant_key', 'x-custom': '1' },
      ...{ 'x-forwarded-for': '192.0.2.7', 'api-key': 'tenant_key', 'user-agent': 'client/1' },
    };
    const reply = await ask({ path: '/v1/chat/completions?api_key=tenant_key', headers });
    expect(reply.status).toBe(200);
    expect(provider.asked).toEqual([
      {
        method: 'POST',
        url: '/v1/chat/completions',
        headers: {
          host: 'api.openai.com',
          authorization: 'Bearer sk-platform',
          'content-type': 'application/json',
          'content-length': String(provider.asked[0]!.body.length),
        },
        body: JSON.stringify({ ...CHAT, model: 'gpt-4.1-mini' }),
      },
    ]);
    expect(JSON.stringify(provider.asked)).not.toMatch(/tenant_key|user-|premium/);
  });

  test('its tokens count as those of every model, by its weights', async () => {
    await freshMinute(5);
    const reply = await ask({ user: 'counted' });
    expect(limits(reply)).toEqual({ limit: '1000', consumed: '90', remaining: '910' });
    const other = await ask({ user: 'counted', host: 'simulator.maas.local' });
    expect(limits(other)).toEqual({ limit: '1000', consumed: '30', remaining: '880' });
  });

  test('at the limit it is not asked', async () => {
    await freshMinute(5);
    provider.answer = json({
      ...THIRTY_TOKENS,
      usage: { prompt_tokens: 1000, completion_tokens: 0, total_tokens: 1000 },
    });
    expect((await ask({ user: 'spent' })).status).toBe(200);
    expect((await ask({ user: 'spent' })).status).toBe(429);
    expect(provider.asked).toHaveLength(1);
  });

  test.each(['/v1/chat/completions', '/v1/completions'])(
    'a stream of %s is asked for its usage, and pays it',
    async (path) => {
      await freshMinute(5);
      const usage = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 };
      provider.answer = events([textEvent('Hello'), { choices: [], usage }]);
      const user = `stream ${path}`;
      const body = JSON.stringify({ ...CHAT, stream: true, stream_options: { include_usage: false } });
      expect((await ask({ user, path, body })).status).toBe(200);
      expect(bodyAsked()).toEqual({
        ...CHAT,
        model: 'gpt-4.1-mini',
        stream: true,
        stream_options: { include_usage: true },
      });
      provider.answer = json({}, {}, 500);
      expect(limits(await ask({ user })).remaining).toBe(String(1000 - 100 - 5 * 4));
    },
  );

  test('embeddings have no stream to ask', async () => {
    const body = JSON.stringify({ model: 'assistant', input: 'a', stream: true });
    expect((await ask({ path: '/v1/embeddings', body })).status).toBe(200);
    expect(bodyAsked()).toEqual({ model: 'gpt-4.1-mini', input: 'a', stream: true });
  });

  test.each([
    '{"model":"gpt-5-pro","messages":[]}',
    '{"messages":[],"model":"gpt-5-pro"}',
    '{"messages":[]}',
    '{"model":"a","model":"gpt-5-pro","messages":[]}',
    '{"Model":"gpt-5-pro","messages":[],"MODEL":"gpt-5-pro"}',
    ' {\n"model" :\t"gpt-5-pro" , "messages" : [ ] } \r\n',
    '{"messages":[{"content":"\\"model\\":\\"gpt-5-pro\\"}"}],"model":{"a":"}"}}',
    '{"messages":[],"model":["gpt-5-pro","]"]}',
    '{"model":null,"messages":[]}',
    '{"model":1e3,"messages":[]}',
  ])('the client chooses no other model by %s', async (body) => {
    expect((await ask({ body })).status).toBe(200);
    const asked = provider.asked[0]!.body;
    const keys = [...asked.matchAll(/"(model)"\s*:/gi)];
    expect(keys).toHaveLength(1);
    expect(JSON.parse(asked)).toMatchObject({ model: 'gpt-4.1-mini' });
  });

  test.each([
    ...[
      '',
      ' ',
      '[]',
      'null',
      '"model"',
      '{',
      '{}',
      '{"a"}',
      '{"a":}',
      '{"a":1',
      '{"a":1,}',
      '{"a":1}}',
      '{"a":1} {"b":1}',
    ],
    ...[
      '{"mod\\u0065l":"gpt-5-pro","messages":[]}',
      '{"\\u006dodel":"a"}',
      '{"m\\odel":"a"}',
      '{"ſtream":true}',
      '{"a b":1}',
    ],
    ...[
      "{'model':'a'}",
      '{model:"a"}',
      '{"a":1/**/,"b":2}',
      '{"a":"unfinished}',
      '{"a":[1,"]"}',
      '\ufeff{"a":1}',
      '{"a":1 "b":2}',
    ],
    ...['model=gpt-5-pro', '\u001f\u008b{}'],
  ])('a body that is not plainly JSON is refused: %s', async (body) => {
    const reply = await ask({ body });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body).error.code).toBe('invalid_body');
    expect(provider.asked).toEqual([]);
  });

  test('a long question arrives whole; what is beyond the buffer of the gateway is refused', async () => {
    const long = JSON.stringify({
      ...CHAT,
      messages: [{ role: 'user', content: 'a "quoted" \\ text\n'.repeat(30_000) }],
    });
    expect((await ask({ body: long })).status).toBe(200);
    expect(bodyAsked()).toEqual({ ...JSON.parse(long), model: 'gpt-4.1-mini' });
    expect((await ask({ body: JSON.stringify({ a: 'a'.repeat(1_200_000) }) })).status).toBe(413);
    expect(provider.asked).toHaveLength(1);
  });

  test('the client sees the answer, and nothing of our account', async () => {
    const more = { 'openai-organization': 'our-company', 'set-cookie': 'a=b', 'x-ratelimit-limit-requests': '500' };
    provider.answer = json(THIRTY_TOKENS, more);
    const { status, headers, body } = await ask();
    expect([status, JSON.parse(body)]).toEqual([200, THIRTY_TOKENS]);
    expect(Object.keys(headers).filter((name) => name in more)).toEqual([]);
    provider.answer = json({ error: 'slow down' }, { 'retry-after': '7' }, 429);
    const slow = await ask();
    expect([slow.status, slow.headers['retry-after'], slow.body]).toEqual([429, '7', '{"error":"slow down"}']);
  });

  test.each([401, 402, 403])('that the provider refuses our key with %i is no fault of the client', async (status) => {
    provider.answer = json({ error: { message: 'Incorrect API key provided: sk-pl***rm' } }, {}, status);
    const reply = await ask();
    expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([502, 'provider_refused']);
    expect(reply.body).not.toContain('sk-');
  });

  test('who has no identity is not let through; other paths and the list of the provider are closed', async () => {
    expect((await send(gateway.port, { host: HOST })).status).toBe(403);
    const closed = [
      ...[
        ['POST', '/v1/responses'],
        ['POST', '/v1/messages'],
        ['POST', '/v1/files'],
        ['POST', '/v1/images/generations'],
      ],
      ...[
        ['GET', '/v1/models'],
        ['GET', '/v1/files'],
        ['DELETE', '/v1/models/a'],
        ['POST', '/v1/chat/completions/'],
      ],
    ];
    for (const [method, path] of closed) {
      expect([method, path, (await ask({ method, path })).status]).toEqual([method, path, 404]);
    }
    expect(provider.asked).toEqual([]);
  });

  test('a new key is used without a restart; without any the model is not there, and others are', async () => {
    provider.mount(mounted());
    const without = await start();
    try {
      const reply = await ask({}, without.port);
      expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([503, 'provider_key_missing']);
      expect((await ask({ host: 'simulator.maas.local' }, without.port)).status).toBe(200);
      expect(provider.asked).toEqual([]);
      for (const key of ['sk-first', 'sk-second']) {
        provider.mount(mounted(key));
        while (provider.asked.at(-1)?.headers.authorization !== `Bearer ${key}`) {
          await ask({}, without.port); // the test's own limit ends this
        }
      }
    } finally {
      await without.stop();
    }
  });

  test.each(['sk-broken\n', 'sk broken', ''])('a key that no header can have is none: %j', async (key) => {
    provider.mount(mounted(key));
    const broken = await start();
    try {
      const reply = await ask({}, broken.port);
      expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([503, 'provider_key_missing']);
      expect(provider.asked).toEqual([]);
    } finally {
      await broken.stop();
      provider.mount(mounted('sk-platform'));
    }
  });

  test('a server of another name is not given the key', async () => {
    const other = await Provider.start('other.example.com');
    other.mount(mounted('sk-platform'));
    const astray = await Envoy.startFrom(envoy, other.runnable(translation, model.port));
    try {
      expect((await ask({}, astray.port)).status).toBe(503);
      expect(other.asked).toEqual([]);
    } finally {
      await astray.stop();
      await other.stop();
    }
  });
});

/** One budget for all models: Limitador counts by route, so a rule takes all that is below a model's prefix. */
const SHARED = `
limits: { engine: tokenRateLimitPolicy }
gateway: { routing: path }
models:
  - { name: simulator, fallback: assistant }
  - { name: assistant, external: { baseUrl: https://api.openai.com/v1, keySecret: openai } }
`;

describeWithIstio('a provider on a route that all models share', ({ envoy, translator }) => {
  test('is asked for what always tells its tokens, also where the route takes more', async () => {
    const found: Json[] = manifestsOf(parseConfiguration(SHARED, 'maas.yaml'));
    const kinds = /^(Namespace|ConfigMap|Gateway|HTTPRoute|EnvoyFilter|ServiceEntry|DestinationRule)$/;
    const read = found.filter(({ kind, metadata }) => kinds.test(kind) && metadata.namespace !== 'kserve');
    const translation = translate(translator, [...read, ...manifests('dist', [])]);
    const provider = await Provider.start('api.openai.com');
    provider.mount(mounted('sk-platform'));
    const gateway = await Envoy.startFrom(envoy, provider.runnable(translation, 1));
    const ask = async (method: string, path: string) => {
      const headers = { [USER_HEADER]: 'alice', [TIER_HEADER]: 'premium', authorization: 'APIKEY tenant_key' };
      const body = JSON.stringify(CHAT);
      return (await send(gateway.port, { host: 'api.maas.local', method, path: `/assistant${path}`, headers, body }))
        .status;
    };
    try {
      expect(await ask('POST', '/v1/chat/completions')).toBe(200);
      expect(provider.asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([
        ['/v1/chat/completions', 'Bearer sk-platform'],
      ]);
      for (const [method, path] of [
        ...['/v1/responses', '/v1/messages', '/v1/files', '/v1/chat/completions/x', '/v1/'].map((path) => [
          'POST',
          path,
        ]),
        ...['/v1/models', '/v1/chat/completions', '/v1/files'].map((path) => ['GET', path]),
        ...[['DELETE', '/v1/files/a']],
      ] as [string, string][]) {
        expect([method, path, await ask(method, path)]).toEqual([method, path, 404]);
      }
      expect(provider.asked).toHaveLength(1);
      const routes: Json[] = translation.routes.flatMap(({ virtual_hosts: [host] }) => host.routes);
      const led = routes.flatMap(({ name, route }) => (route === undefined ? [] : [`${name} -> ${route.cluster}`]));
      expect(led.sort()).toEqual([
        'llm.models-path-route.0 -> maas.model.simulator',
        'llm.models-path-route.1 -> outbound|443||assistant.llm.external.internal',
      ]);
    } finally {
      await gateway.stop();
      await provider.stop();
    }
  });
});

/** What a tenant of another namespace could write about a provider, or about the host that stands for it. */
describeWithIstio(
  'an object of a tenant about a provider',
  ({ translator }) => {
    const NAME = 'assistant.llm.external.internal';
    const clusters = (...attempt: Json[]) => translate(translator, [...objects(), ...attempt]).clusters;
    const ours = (...attempt: Json[]) => clusters(...attempt).filter(({ name }) => name.includes('external.internal'));
    const object = (kind: string, spec: object): Json => ({
      ...{ apiVersion: 'networking.istio.io/v1', kind, spec },
      // Older than ours: of two of a kind Istio often takes the older.
      metadata: { name: 'attempt', namespace: 'tenant', creationTimestamp: '2020-01-01T00:00:00Z' },
    });
    const entry = (host: string): Json =>
      object('ServiceEntry', {
        ...{ hosts: [host], location: 'MESH_EXTERNAL', resolution: 'STATIC', exportTo: ['*'] },
        ports: [{ number: 443, name: 'http', protocol: 'HTTP' }],
        endpoints: [{ address: '192.0.2.1' }],
      });
    const rule = (host: string): Json =>
      object('DestinationRule', { host, trafficPolicy: { tls: { mode: 'DISABLE' } }, exportTo: ['*'] });

    test.each([
      ['a ServiceEntry for our host', entry(NAME)],
      ['a ServiceEntry for every host like it', entry('*.llm.external.internal')],
      ['a ServiceEntry for the provider', entry('api.openai.com')],
      ['a DestinationRule for our host', rule(NAME)],
      ['a DestinationRule for every host', rule('*.internal')],
      ['a DestinationRule for the provider', rule('api.openai.com')],
    ])('%s changes nothing of ours', (_, attempt) => {
      const [before, after] = [ours(), ours(attempt)];
      expect(before).toHaveLength(1);
      expect(after.filter(({ name }) => name.endsWith(`||${NAME}`))).toEqual(before);
      const withKey = clusters(attempt).filter((cluster) => JSON.stringify(cluster).includes('maas.external-key'));
      expect(withKey.map(({ name }) => name)).toEqual([`outbound|443||${NAME}`]);
    });

    test('nor where the Gateway is in a namespace of its own', () => {
      const exported = (list: Json[]) =>
        list.map((each) =>
          each.kind === 'ServiceEntry' && each.metadata.name === 'assistant-external'
            ? { ...each, spec: { ...each.spec, exportTo: ['.', 'models'] } }
            : each,
        );
      const [before, after] = [objects(), [entry(NAME), ...objects(), rule(NAME)]].map(
        (list) => translate(translator, exported(list)).clusters,
      );
      const named = (list: Json[] = []) => list.filter(({ name }) => name.endsWith(`||${NAME}`));
      expect(named(before)).toHaveLength(1);
      expect(named(after)).toEqual(named(before));
    });

    test('an editor of the namespace of the Gateway could take the key, which is why the API server asks for more rights', () => {
      const inOurs = { ...entry(NAME), metadata: { ...entry(NAME).metadata, namespace: 'llm' } };
      expect(JSON.stringify(ours(inOurs))).toContain('192.0.2.1');
    });
  },
  OLDEST_AND_USUAL,
);
