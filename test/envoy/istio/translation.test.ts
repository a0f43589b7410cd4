import { freshMinute, limits, send, type Reply } from '../client';
import { json, THIRTY_TOKENS } from '../model-server';
import { Gateway } from './gateway';
import { describeWithIstio } from './suite';
import {
  connectionManager,
  created,
  filterNames,
  manifests,
  translate,
  type Json,
  type Translation,
} from './translation';

jest.setTimeout(90_000); // one wait for a fresh minute, and what Istio and Envoy need

const KUADRANT = 'envoy.filters.http.wasm';

/** Changes the Gateway of dist/. */
function withAnnotations(annotations: object): Json[] {
  return manifests().map((object) =>
    object.kind === 'Gateway'
      ? { ...object, spec: { ...object.spec, infrastructure: { ...object.spec.infrastructure, annotations } } }
      : object,
  );
}

describeWithIstio("Istio's translation of dist/", ({ translator }) => {
  const ours = ['maas.identity-required', 'maas.model-list', 'maas.token-limit'];

  test.each(['older', 'newer'] as const)('keeps the order of the filters when Kuadrant is %s', (kuadrant) => {
    const names = filterNames(translate(translator, created(manifests(), kuadrant)));
    expect(names[0]).toBe('maas.identity-header-scrub');
    expect(names.slice(-5)).toEqual([KUADRANT, ...ours, 'envoy.filters.http.router']);
  });

  test('without our priority the age would decide, and counting would come before the identity is known', () => {
    const without = manifests().map((object) => ({ ...object, spec: { ...object.spec, priority: undefined } }));
    const order = (kuadrant: 'older' | 'newer'): string[] =>
      filterNames(translate(translator, created(without, kuadrant))).slice(-5, -1);
    expect(order('older')).toEqual([KUADRANT, ...ours]);
    expect(order('newer')).toEqual([...ours, KUADRANT]);
  });

  describe('gives', () => {
    let translation: Translation;
    beforeAll(() => {
      translation = translate(translator, manifests());
    });

    test('routes that wait for ever and take the identity and the key away', () => {
      const hosts = translation.routes.flatMap(({ virtual_hosts }) => virtual_hosts);
      const ours = hosts.filter(({ domains }: Json) => domains.includes('simulator.maas.local'));
      expect(ours).toHaveLength(1);
      expect(ours[0].routes.length).toBeGreaterThan(0);
      for (const route of ours[0].routes) {
        expect(route.route.timeout).toBe('0s');
        expect(route.route.cluster).toBe('outbound|80||vllm-simulator-predictor.llm.svc.cluster.local');
        expect(route.request_headers_to_remove).toEqual(['authorization', 'x-maas-user', 'x-maas-tier']);
      }
    });

    test('no other host but that of the platform, and a stream that may be silent', () => {
      const domains = translation.routes.flatMap(({ virtual_hosts }) =>
        virtual_hosts.flatMap((host: Json) => host.domains),
      );
      expect(domains).toEqual(['api.maas.local', 'simulator.maas.local']);
      expect(connectionManager(translation).stream_idle_timeout).toBe('0s');
    });

    test('a start file whose stats matcher lets our counters pass, by the annotation of dist/', () => {
      const { patterns } = translation.bootstrap.stats_config.stats_matcher.inclusion_list;
      expect(patterns).toContainEqual({ safe_regex: { regex: 'http\\..*lua\\..*' } });
      expect(connectionManager(translation).stat_prefix).toBe('outbound_0.0.0.0_80;');
    });

    test('no complaint but that an EnvoyFilter is one', () => {
      const general = /^EnvoyFilter \S+: EnvoyFilter exposes internal implementation details that may change .*$/;
      expect(translation.warnings.length).toBeGreaterThan(0);
      expect(translation.warnings.filter((warning) => !general.test(warning))).toEqual([]);
    });

    test('an access log with the usage ledger, and tags for the labels of its counters', () => {
      const logs: Json[] = connectionManager(translation).access_log;
      expect(logs.map(({ typed_config }) => typed_config.log_format.json_format.log)).toEqual(['maas-usage']);
      const tags = translation.bootstrap.stats_config.stats_tags.map(({ tag_name }: Json) => tag_name);
      expect(tags).toEqual(expect.arrayContaining(['tier', 'model', 'window']));
    });

    test("Envoy's own buffer of 1 MiB; 32 KiB in Istio's edge profile", () => {
      expect(translation.listeners[0].per_connection_buffer_limit_bytes).toBeUndefined();
      const edge = translate(
        translator,
        withAnnotations({ 'proxy.istio.io/config': '{connectionSettings: {profile: EDGE}}' }),
      );
      expect(edge.listeners[0].per_connection_buffer_limit_bytes).toBe(32768);
    });
  });
});

describeWithIstio("Istio's translation of the second engine", ({ translator }) => {
  const translation = () => translate(translator, manifests('examples/token-rate-limit-policy/dist'));

  test('answers in the place of Kuadrant what OpenAI clients read, and has no token limit of its own', () => {
    const { local_reply_config, http_filters } = connectionManager(translation());
    expect(local_reply_config.mappers[0].headers_to_add[0].header).toEqual({ key: 'retry-after', value: '60' });
    expect(http_filters.map(({ name }: Json) => name)).not.toContain('maas.token-limit');
    expect(http_filters.map(({ name }: Json) => name)).toContain('maas.identity-required');
  });

  test('routes only what Limitador counts', () => {
    const hosts = translation().routes.flatMap(({ virtual_hosts }) => virtual_hosts);
    const paths = hosts.flatMap((host: Json) => host.routes.flatMap(({ match }: Json) => match.path ?? []));
    expect(paths).toEqual(['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/models']);
  });
});

describeWithIstio('a real Envoy behind the listener that Istio makes', ({ envoy, translator }) => {
  describe.each(['older', 'newer'] as const)('with Kuadrant %s than ours', (kuadrant) => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await Gateway.start(envoy, translate(translator, created(manifests(), kuadrant)));
    });
    afterAll(() => gateway?.stop());
    beforeEach(async () => {
      gateway.model.answer = json(THIRTY_TOKENS);
      gateway.model.seen.length = 0;
      await freshMinute(10);
    });

    test('the experiment of the seed: of ten requests of 30 tokens seven pass, the eighth is refused', async () => {
      const replies: Reply[] = [];
      for (let request = 0; request < 10; request++) {
        replies.push(await gateway.ask('freeuser1', 'free'));
      }
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 429, 429, 429]);
      expect(limits(replies[0]!)).toEqual({ limit: '200', consumed: '30', remaining: '170' });
      expect(JSON.parse(replies[7]!.body).error.code).toBe('rate_limit_exceeded');
      expect(Number(replies[7]!.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(gateway.model.seen).toHaveLength(7);
      const gauges = await gateway.envoy.stats('^http\\.outbound_0\\.0\\.0\\.0_80;\\.lua\\.');
      expect(gauges.size).toBeGreaterThan(0);
    });

    test('a client cannot say who it is, and the model learns neither key nor identity', async () => {
      const forged = { 'x-maas-user': 'boss', 'x-maas-tier': 'enterprise', authorization: 'APIKEY secret' };
      const reply = await gateway.ask('freeuser2', 'free', forged);
      expect(limits(reply)).toEqual({ limit: '200', consumed: '30', remaining: '170' });
      expect(gateway.model.seen).toHaveLength(1);
      expect(gateway.model.seen[0]).not.toHaveProperty('authorization');
      expect(Object.keys(gateway.model.seen[0]!).filter((name) => name.startsWith('x-maas-'))).toEqual([]);
    });

    test('where Kuadrant sets no identity, a forged one does not count', async () => {
      const reply = await send(gateway.envoy.port, { user: 'boss', tier: 'enterprise' });
      expect(reply.status).toBe(403);
      expect(gateway.model.seen).toEqual([]);
    });
  });

  test('without the annotation of dist/ metered requests are refused, with the reason', async () => {
    const gateway = await Gateway.start(envoy, translate(translator, withAnnotations({})));
    try {
      const reply = await gateway.ask('freeuser1', 'free');
      expect(reply.status).toBe(503);
      expect(JSON.parse(reply.body).error.code).toBe('token_limits_unavailable');
      expect(gateway.model.seen).toEqual([]);
    } finally {
      await gateway.stop();
    }
  });

  test("in Istio's edge profile a large answer passes whole and is charged", async () => {
    const annotations = {
      'proxy.istio.io/config': '{connectionSettings: {profile: EDGE}}',
      'sidecar.istio.io/statsInclusionRegexps': 'http\\..*lua\\..*',
    };
    const gateway = await Gateway.start(envoy, translate(translator, withAnnotations(annotations)));
    try {
      await freshMinute(10);
      const document = { choices: [{ message: { content: 'word '.repeat(100_000) } }], usage: { total_tokens: 30 } };
      gateway.model.answer = json(document);
      const large = await gateway.ask('freeuser1', 'free');
      expect(large.status).toBe(200);
      expect(JSON.parse(large.body)).toEqual(document);
      gateway.model.answer = json(THIRTY_TOKENS);
      expect(limits(await gateway.ask('freeuser1', 'free')).remaining).toBe('140');
    } finally {
      await gateway.stop();
    }
  });
});
