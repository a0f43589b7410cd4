import { freshMinute, limits, send, type Reply } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { describeWithEnvoy, remaining, type Gateway } from './suite';

jest.setTimeout(75_000);

const METERED = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/responses', '/v1/messages'];

function errorOf(reply: Reply): Record<string, unknown> {
  expect(reply.headers['content-type']).toBe('application/json');
  return JSON.parse(reply.body).error;
}

function askOf(gateway: Gateway) {
  return (request: object): Promise<Reply> => send(gateway.envoy.port, request);
}

describeWithEnvoy('who is admitted', {}, (gateway) => {
  const ask = askOf(gateway);

  beforeEach(async () => {
    gateway.model.answer = json(THIRTY_TOKENS);
    gateway.model.seen.length = 0;
    await freshMinute(10);
  });

  test.each([
    ...METERED,
    '/team/a/v1/chat/completions',
    '/v1/chat/completions?a=/v1/models',
    '/v1/chat/completions/',
    '//v1//chat//completions',
    '/v1/ch%61t%2Fcompletions',
  ])('POST %s without a user is refused', async (path) => {
    const reply = await ask({ path });
    expect(reply.status).toBe(403);
    expect(errorOf(reply)).toEqual({
      message: 'no user is known for this request: this path needs an API key or a token',
      type: 'permission_error',
      code: 'user_unknown',
      param: null,
    });
    expect((await ask({ path, user: '', tier: 'free' })).status).toBe(403);
    expect((await ask({ path, user: 'u'.repeat(257), tier: 'free' })).status).toBe(403);
    expect(gateway.model.seen).toEqual([]);
    expect((await ask({ path, user: `user of ${path}`, tier: 'free' })).headers).toMatchObject({
      'x-ratelimit-remaining-tokens': '170',
    });
  });

  test('an unknown tier is refused', async () => {
    const reply = await ask({ user: 'alice', tier: 'go"ld\\\u00e9' });
    expect(reply.status).toBe(403);
    expect(errorOf(reply)).toEqual({
      message: 'tier "go"ld\\??" has no token limits on this gateway',
      type: 'permission_error',
      code: 'tier_unknown',
      param: null,
    });
    expect((await ask({ user: 'alice' })).status).toBe(403);
    expect(gateway.model.seen).toEqual([]);
  });

  test.each([
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/chat/completions' },
    { method: 'HEAD', path: '/v1/chat/completions' },
    { method: 'POST', path: '/v1/chat/completions/more' },
    { method: 'POST', path: '/tokenize?path=/v1/chat/completions' },
  ])('$method $path is free', async (request) => {
    const reply = await ask(request);
    expect(reply.status).toBe(200);
    expect(limits(reply)).toEqual({});
  });

  test('the model never sees who asks, nor compresses what has to be read', async () => {
    const identity = { user: 'alice', tier: 'free', headers: { 'accept-encoding': 'gzip' } };
    await ask(identity);
    await ask({ ...identity, method: 'GET', path: '/v1/models' });
    expect(gateway.model.seen).toHaveLength(2);
    for (const headers of gateway.model.seen) {
      expect(Object.keys(headers).filter((name) => name.startsWith('x-maas-'))).toEqual([]);
    }
    expect(gateway.model.seen.map((headers) => headers['accept-encoding'])).toEqual([undefined, 'gzip']);
  });

  test('counters keep their names over windows, and odd users are escaped', async () => {
    await ask({ user: 'Odd_user.1', tier: 'free' });
    const names = [...(await gateway.envoy.stats('Odd')).keys()].sort();
    const prefix = 'http.outbound_0.0.0.0_80;.lua.maas.user=.=Odd_5fuser_2e1;.;';
    expect(names).toEqual(
      [
        ...['day', 'hour', 'minute'].map((window) => `${prefix}window=.=${window};.;limit_base`),
        `${prefix}limit_total`,
      ].sort(),
    );
  });
});

describeWithEnvoy('a Gateway without the stats annotation', { statsInclusionRegexps: [] }, (gateway) => {
  const ask = askOf(gateway);

  test('refuses metered requests and says what is missing', async () => {
    const reply = await ask({ user: 'alice', tier: 'free' });
    expect(reply.status).toBe(503);
    expect(errorOf(reply)).toEqual({
      message: expect.stringContaining('sidecar.istio.io/statsInclusionRegexps: http\\..*lua\\..* '),
      type: 'server_error',
      code: 'token_limits_unavailable',
      param: null,
    });
    await gateway.envoy.waitForLog('sidecar.istio.io/statsInclusionRegexps');
    expect(gateway.model.seen).toEqual([]);
  });

  test('lets pass what needs no counter', async () => {
    expect((await ask({ user: 'alice', tier: 'unlimited' })).status).toBe(200);
    const observed = await ask({ user: 'alice', tier: 'observed' });
    expect(observed.status).toBe(200);
    expect(limits(observed)).toEqual({});
    expect((await ask({ method: 'GET', path: '/v1/models' })).status).toBe(200);
  });
});

for (const kept of ['limit_base', 'limit_total']) {
  const statsInclusionRegexps = [`http\\..*lua\\..*${kept}`];
  describeWithEnvoy(`a Gateway that keeps only the counters ${kept}`, { statsInclusionRegexps }, (gateway) => {
    test('refuses metered requests', async () => {
      expect((await askOf(gateway)({ user: 'alice', tier: 'free' })).status).toBe(503);
    });
  });
}

for (const [name, broken] of [
  ['an Envoy before 1.38', 'local stats = nil'],
  ['an Envoy whose gauges fail', "error('no gauges')"],
] as const) {
  const editScript = (script: string) => script.replaceAll('local stats = handle.stats and handle:stats()', broken);
  describeWithEnvoy(name, { editScript }, (gateway) => {
    const ask = askOf(gateway);

    test('serves nobody whose limits hold, and everybody else', async () => {
      expect((await ask({ user: 'alice', tier: 'free' })).status).toBeGreaterThanOrEqual(500);
      expect(gateway.model.seen).toEqual([]);
      for (const tier of ['observed', 'unlimited']) {
        const reply = await ask({ user: 'alice', tier });
        expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({ status: 200, body: THIRTY_TOKENS });
        gateway.model.answer = events([textEvent('twelve bytes'), textEvent('twelve bytes')], 5);
        expect((await ask({ user: 'alice', tier })).body).toContain('[DONE]');
        gateway.model.answer = json(THIRTY_TOKENS);
      }
    });
  });
}

describeWithEnvoy(
  'a script that fails',
  { editScript: (script) => script.replace('local function admit(handle)', "$&\n  error('broken')") },
  (gateway) => {
    test('refuses instead of forwarding', async () => {
      const reply = await askOf(gateway)({ user: 'alice', tier: 'free' });
      expect(reply.status).toBe(500);
      expect(errorOf(reply)).toMatchObject({ code: 'token_limits_failed' });
      await gateway.envoy.waitForLog('broken');
      expect(gateway.model.seen).toEqual([]);
    });
  },
);

describeWithEnvoy(
  'a script that fails on every answer',
  {
    editScript: (script) =>
      script.replace(/local function (read_document|read_events)\(meter, text\)/g, "$&\n  error('unreadable')"),
  },
  (gateway) => {
    test.each([
      ['short', json(THIRTY_TOKENS)],
      ['streamed', events([textEvent('twelve bytes')])],
    ])('lets it pass and charges a guess: %s', async (user, answer) => {
      await freshMinute(10);
      gateway.model.answer = answer;
      const body = 'x'.repeat(400);
      expect((await askOf(gateway)({ user, tier: 'large', body })).status).toBe(200);
      await gateway.envoy.waitForLog('unreadable');
      expect(await remaining(gateway, user, 'large')).toBe(1_000_000 - 100 - 512);
    });
  },
);
