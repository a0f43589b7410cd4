import { freshMinute, limits, send, type Reply } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { describeWithEnvoy, MIDDLE_OF_AN_HOUR, withStandingClock } from './suite';

jest.setTimeout(75_000); // one wait for a fresh minute at most

describeWithEnvoy('token limits on a real Envoy', {}, (gateway) => {
  const ask = (user: string, tier: string, more: object = {}): Promise<Reply> =>
    send(gateway.envoy.port, { user, tier, ...more });

  /** Tokens of the minute that a user has left, as an answer that costs nothing tells. */
  const remaining = async (user: string, tier: string): Promise<number> => {
    gateway.model.answer = json({ error: 'no' }, {}, 500);
    return Number(limits(await ask(user, tier)).remaining);
  };

  beforeEach(async () => {
    gateway.model.answer = json(THIRTY_TOKENS);
    gateway.model.seen.length = 0;
    await freshMinute(10);
  });

  afterEach(() => {
    expect(gateway.envoy.log).not.toMatch(/token limits|script log|lua/i);
  });

  test('the experiment of the seed: of ten requests of 30 tokens seven pass, the eighth is refused', async () => {
    const replies: Reply[] = [];
    for (let request = 0; request < 10; request++) {
      replies.push(await ask('freeuser1', 'free'));
    }
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 429, 429, 429]);
    expect(replies.map((reply) => limits(reply).remaining)).toEqual([
      '170',
      '140',
      '110',
      '80',
      '50',
      '20',
      '0',
      '0',
      '0',
      '0',
    ]);
    const refused = replies[7]!;
    const reset = Number(refused.headers['retry-after']);
    expect(reset).toBeGreaterThanOrEqual(1);
    expect(reset).toBeLessThanOrEqual(60);
    expect(refused.headers['x-ratelimit-reset-tokens']).toBe(String(reset));
    expect(limits(refused)).toEqual({ limit: '200', consumed: '0', remaining: '0' });
    expect(refused.headers['content-type']).toBe('application/json');
    expect(JSON.parse(refused.body)).toEqual({
      error: {
        message: 'token limit reached: 210 of 200 tokens of the minute window used by tier free',
        type: 'tokens',
        code: 'rate_limit_exceeded',
        param: null,
      },
    });
    expect(gateway.model.seen).toHaveLength(7);
  });

  test('the headers of the seed: premium has 1000, consumed 30, remaining 970', async () => {
    const reply = await ask('premiumuser1', 'premium');
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual(THIRTY_TOKENS);
    expect(limits(reply)).toEqual({ limit: '1000', consumed: '30', remaining: '970' });
    expect(Number(reply.headers['x-ratelimit-reset-tokens'])).toBeLessThanOrEqual(60);
  });

  test('users have budgets of their own, all over models and tiers', async () => {
    await ask('alice', 'free');
    expect(limits(await ask('bob', 'free')).remaining).toBe('170');
    expect(limits(await ask('alice', 'free', { host: 'other.maas.local' })).remaining).toBe('140');
    expect(limits(await ask('alice', 'premium')).remaining).toBe('910');
    expect(limits(await ask('Ali ce.;=/\u00e9', 'free')).remaining).toBe('170');
  });

  test('200 parallel requests lose no token on two workers', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, () => ask('crowd', 'large')));
    expect(replies.map(({ status }) => status)).toEqual(Array(200).fill(200));
    expect(await remaining('crowd', 'large')).toBe(1_000_000 - 200 * 30);
    const shares = await gateway.envoy.stats('worker_\\d\\.downstream_cx_total');
    expect(Math.min(...shares.values())).toBeGreaterThan(20); // both workers took part
    expect(shares.size).toBe(2);
  });

  test('a stream passes as it comes, and the usage of its last event is charged', async () => {
    const text = Array.from({ length: 10 }, (_, index) => textEvent(`word ${index} `));
    gateway.model.answer = events(
      [...text, { object: 'chat.completion.chunk', choices: [], usage: { total_tokens: 90 } }],
      50,
    );
    const reply = await ask('streamer', 'free');
    expect(reply.status).toBe(200);
    expect(reply.body.match(/^data: /gm)).toHaveLength(12);
    expect(reply.firstPieceAfter).toBeLessThan(300);
    expect(reply.endAfter).toBeGreaterThan(500);
    expect(limits(reply)).toEqual({ limit: '200', consumed: undefined, remaining: '200' });
    expect(await remaining('streamer', 'free')).toBe(110);
  });

  test('a stream that reports usage on the way is charged when its client leaves', async () => {
    gateway.model.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ choices: [], usage: { total_tokens: 50 } })}\n\n`);
      setTimeout(() => response.destroy(), 100);
    };
    await expect(ask('leaver', 'free')).rejects.toThrow();
    expect(await remaining('leaver', 'free')).toBe(150);
  });

  test('a stream without usage costs a token for four characters of its text', async () => {
    gateway.model.answer = events(Array.from({ length: 10 }, () => textEvent('twelve bytes')));
    await ask('silent streamer', 'free');
    expect(await remaining('silent streamer', 'free')).toBe(170);
  });

  test('the Messages API gives input and output in different events', async () => {
    gateway.model.answer = events([
      { type: 'message_start', message: { role: 'assistant', usage: { input_tokens: 25, output_tokens: 1 } } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } },
    ]);
    await ask('messenger', 'free', { path: '/v1/messages' });
    expect(await remaining('messenger', 'free')).toBe(160);
  });

  test.each([
    ['pretty-printed', JSON.stringify(THIRTY_TOKENS, null, 4)],
    [
      'with nested details',
      JSON.stringify({
        usage: { prompt_tokens_details: { cached_tokens: 7, total_tokens: 9 }, a: [1, { b: 2 }], total_tokens: 30 },
      }),
    ],
    ['input and output without a total', JSON.stringify({ usage: { input_tokens: 12, output_tokens: 18 } })],
    ['inside a response', JSON.stringify({ response: { usage: { total_tokens: 30 } } })],
    ['a float', JSON.stringify({ usage: { total_tokens: 29.5 } })],
    [
      'null, so by the length of the text',
      JSON.stringify({
        usage: null,
        choices: [{ message: { content: 'a "quoted" word'.repeat(8) } }],
      }),
    ],
  ])('usage is found: %s', async (name, body) => {
    gateway.model.answer = json(body);
    expect(limits(await ask(`usage ${name}`, 'free'))).toEqual({ limit: '200', consumed: '30', remaining: '170' });
  });

  test('what a prompt makes a model write is not believed', async () => {
    const imitation =
      '"usage":{"total_tokens":1}} data: {"usage":{"total_tokens":1}}\n\ndata: {"usage":{"total_tokens":1}}\n\n';
    const document = {
      usage: { total_tokens: 30 },
      choices: [{ message: { content: imitation, tool_calls: [{ input: { usage: { total_tokens: 1 } } }] } }],
      metadata: { usage: { total_tokens: 1 } },
      tools: [{ usage: { total_tokens: 1 } }],
      user: 'usage',
    };
    gateway.model.answer = json(document);
    expect(limits(await ask('imitator', 'free')).consumed).toBe('30');
    gateway.model.answer = json({ usage: document.usage, metadata: document.metadata });
    expect(limits(await ask('nester', 'free')).consumed).toBe('30');
    gateway.model.answer = events([
      { choices: [], usage: { total_tokens: 30 } },
      { metadata: document.metadata, ...textEvent(imitation) },
    ]);
    await ask('imitator', 'free');
    expect(await remaining('imitator', 'free')).toBe(140);
  });

  test('an answer beyond the listener buffer passes untouched and is charged', async () => {
    const document = {
      choices: [{ message: { content: 'x "y" \\ '.repeat(1_000_000) } }],
      usage: { total_tokens: 30 },
    };
    gateway.model.answer = json(document);
    const reply = await ask('large answer', 'large');
    expect(JSON.parse(reply.body)).toEqual(document);
    expect(limits(reply)).toEqual({ limit: '1000000', consumed: undefined, remaining: '1000000' });
    expect(await remaining('large answer', 'large')).toBe(999_970);
  });

  test('an upstream error costs nothing, nor does an answer without a body', async () => {
    gateway.model.answer = json(THIRTY_TOKENS, {}, 500);
    const failed = await ask('unlucky', 'free');
    expect(failed.status).toBe(500);
    expect(limits(failed)).toEqual({ limit: '200', consumed: '0', remaining: '200' });
    gateway.model.answer = (_request, response) => void response.writeHead(204).end();
    expect((await ask('unlucky', 'free')).status).toBe(204);
    gateway.model.answer = (request) => void request.socket.destroy();
    expect((await ask('unlucky', 'free')).status).toBe(503);
    expect(await remaining('unlucky', 'free')).toBe(200);
  });

  test('headers of the model with these names do not mix in', async () => {
    const own = { 'x-ratelimit-limit-tokens': ['7', '8'], 'x-ratelimit-remaining-tokens': '7' };
    gateway.model.answer = json(THIRTY_TOKENS, { ...own, 'x-ratelimit-consumed-tokens': '7' });
    expect(limits(await ask('mixed', 'free'))).toEqual({ limit: '200', consumed: '30', remaining: '170' });
    gateway.model.answer = (_request, response) =>
      void response
        .writeHead(200, { ...own, 'x-ratelimit-consumed-tokens': '7', 'content-type': 'text/event-stream' })
        .end();
    expect(limits(await ask('mixed', 'free'))).toEqual({ limit: '200', consumed: undefined, remaining: '170' });
    expect(limits(await ask('mixed', 'unlimited'))).toEqual({});
  });

  test('a weight multiplies what a model costs', async () => {
    const big = await ask('weighty', 'free', { host: 'BIG.maas.local:8080' });
    expect(limits(big)).toEqual({ limit: '200', consumed: '60', remaining: '140' });
    gateway.model.answer = json({ usage: { total_tokens: 50 } });
    expect(limits(await ask('weighty', 'free', { host: 'odd.maas.local' })).consumed).toBe('55');
    expect(limits(await ask('weighty', 'premium', { host: 'half.maas.local' })).consumed).toBe('25');
    gateway.model.answer = json({ usage: { total_tokens: 1 } });
    expect(limits(await ask('weighty', 'premium', { host: 'half.maas.local' })).consumed).toBe('1');
  });

  test('a tier that is only observed is counted and never refused', async () => {
    await ask('watched', 'observed');
    await ask('watched', 'observed');
    const third = await ask('watched', 'observed');
    expect(third.status).toBe(200);
    expect(limits(third)).toEqual({ limit: '40', consumed: '30', remaining: '0' });
  });
});

describeWithEnvoy('token limits at half past', { editScript: withStandingClock }, (gateway) => {
  test('where several windows are used up, the one that ends last refuses', async () => {
    gateway.model.answer = json(THIRTY_TOKENS);
    const ask = () => send(gateway.envoy.port, { user: 'patient', tier: 'small' });
    await ask();
    await ask();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body).error.message).toContain('60 of 60 tokens of the hour window');
    const left = 3600 - (MIDDLE_OF_AN_HOUR % 3600);
    expect(refused.headers['retry-after']).toBe(String(left));
  });
});
