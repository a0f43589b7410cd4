import { freshMinute, leave, limits, send, type Reply } from './client';
import { events, json, textEvent, THIRTY_TOKENS, type Answer } from './model-server';
import { CONFIGURATION, describeWithEnvoy, remaining, type Gateway } from './suite';

jest.setTimeout(75_000);

const LIMIT = 10_000;
const configuration = {
  ...CONFIGURATION,
  tiers: { ...CONFIGURATION.tiers, large: { enforce: true, windows: { minute: LIMIT, day: 1_000_000 } } },
};

/** A prompt of about so many tokens, and what is asked for. */
function body(promptTokens: number, more: object): string {
  const empty = JSON.stringify({ ...more, prompt: '' });
  return JSON.stringify({ ...more, prompt: 'x'.repeat(promptTokens * 4 - empty.length) });
}

/** Answers 100 tokens after a while, so that parallel requests are in flight together. */
const slowly: Answer = async (request, response) => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  await json({ usage: { total_tokens: 100 } })(request, response);
};

function parallel(gateway: Gateway, user: string, text: string): Promise<Reply[]> {
  gateway.model.answer = slowly;
  const one = () => send(gateway.envoy.port, { user, tier: 'large', body: text });
  return Promise.all(Array.from({ length: 200 }, one));
}

const passed = (replies: Reply[]): number => replies.filter(({ status }) => status === 200).length;

describeWithEnvoy('overshoot: inflight', { configuration, concurrency: 4 }, (gateway) => {
  test('200 parallel requests may all pass a limit that is not reached yet; then nothing does', async () => {
    await freshMinute(10);
    const replies = await parallel(gateway, 'crowd', body(50, { max_tokens: 50 }));
    expect(passed(replies)).toBe(200);
    expect((await send(gateway.envoy.port, { user: 'crowd', tier: 'large' })).status).toBe(429);
  });
});

for (const concurrency of [2, 4]) {
  describeWithEnvoy(
    `overshoot: none, ${concurrency} workers`,
    { configuration: { ...configuration, overshoot: 'none' }, concurrency },
    (gateway) => {
      const ask = (user: string, text: string, more: object = {}) =>
        send(gateway.envoy.port, { user, tier: 'large', body: text, ...more });

      beforeEach(() => freshMinute(10));

      afterEach(() => {
        expect(gateway.envoy.log).not.toMatch(/token limits|script log|lua/i);
      });

      test('of 200 parallel requests of 100 tokens no more pass than fit, and none is lost', async () => {
        const replies = await parallel(gateway, 'crowd', body(50, { max_tokens: 50 }));
        expect(passed(replies)).toBeLessThanOrEqual(100);
        // Two that meet at the very end may both be refused, so a few less may pass.
        expect(passed(replies)).toBeGreaterThan(90);
        expect(await remaining(gateway, 'crowd')).toBe(LIMIT - 100 * passed(replies));
        const refused = replies.find(({ status }) => status === 429)!;
        expect(JSON.parse(refused.body).error.message).toMatch(
          /^token limit reached: \d+ of 10000 tokens of the minute window used by tier large, and this request may need 100$/,
        );
      });

      test('what is reserved and not used is given back', async () => {
        gateway.model.answer = json(THIRTY_TOKENS);
        for (let request = 0; request < 5; request++) {
          const reply = await ask('thrifty', body(20, { max_completion_tokens: 9_000 }));
          expect(limits(reply)).toMatchObject({ consumed: '30', remaining: String(LIMIT - 30 * (request + 1)) });
        }
        gateway.model.answer = events([textEvent('twelve bytes')]);
        await ask('thrifty', body(20, { max_output_tokens: 5_000 }));
        gateway.model.answer = (request) => void request.socket.destroy();
        expect((await ask('thrifty', body(10, { max_tokens: 5_000 }))).status).toBe(503);
        expect(await remaining(gateway, 'thrifty')).toBe(LIMIT - 153);
      });

      test('a request that cannot fit is refused and reserves nothing', async () => {
        gateway.model.seen.length = 0;
        const reply = await ask('greedy', body(10, { max_tokens: 5_000, n: 2 }));
        expect(reply.status).toBe(429);
        expect(limits(reply)).toEqual({ limit: '10000', consumed: '0', remaining: '10000' });
        expect(gateway.model.seen).toEqual([]);
        expect(await remaining(gateway, 'greedy')).toBe(LIMIT);
      });

      test.each([1e11, 1e18, 1e30])('%d tokens are more than any limit, also in a long request', async (most) => {
        gateway.model.seen.length = 0;
        const user = `boaster ${most}`;
        expect((await ask(user, body(50, { max_tokens: most }))).status).toBe(429);
        expect((await ask(user, body(50, { max_tokens: 1_000_000_000, n: most }))).status).toBe(429);
        expect(gateway.model.seen).toEqual([]);
        gateway.model.answer = slowly;
        const long = ask(user, body(8_000, { max_tokens: most }));
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect((await ask(user, body(10, {}))).status).toBe(429);
        expect((await long).status).toBe(200);
        expect(await remaining(gateway, user)).toBe(LIMIT - 100);
      });

      test('without max_tokens 512 are reserved, or what is left', async () => {
        gateway.model.answer = async (request, response) => {
          await new Promise((resolve) => setTimeout(resolve, 200));
          await json({ usage: { total_tokens: 1 } })(request, response);
        };
        const text = body(88, {});
        const replies = await Promise.all(Array.from({ length: 20 }, () => ask('silent', text)));
        expect(passed(replies)).toBe(17); // 16 of 600, and one of the 400 that are left
        expect((await send(gateway.envoy.port, { user: 'silent', tier: 'free' })).status).toBe(200);
      });

      test('only the top of the request says what it asks for', async () => {
        gateway.model.answer = slowly;
        const text = body(100, { max_tokens: 4_900, tools: [{ max_tokens: 1 }], metadata: { max_tokens: 1 } });
        const replies = await Promise.all(Array.from({ length: 4 }, () => ask('nester', text)));
        expect(passed(replies)).toBe(2);
      });

      test('a request beyond the listener buffer passes untouched and is reserved by its length', async () => {
        let received = 0;
        gateway.model.answer = async (request, response) => {
          received = Number(request.headers['content-length']);
          await slowly(request, response);
        };
        const text = body(9_000, { max_tokens: 400 });
        const replies = await Promise.all(Array.from({ length: 3 }, () => ask('long', text)));
        expect(passed(replies)).toBe(1);
        expect(received).toBe(36_000);
        expect(await remaining(gateway, 'long')).toBe(LIMIT - 100);
        expect((await ask('too long', body(10_001, {}))).status).toBe(429);
      });

      test('a request without content-length passes and is reserved as it flows', async () => {
        gateway.model.answer = slowly;
        const headers = { 'transfer-encoding': 'chunked' };
        const first = ask('chunked', body(9_000, { max_tokens: 900 }), { headers });
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect((await ask('chunked', body(50, { max_tokens: 100 }))).status).toBe(429);
        expect((await first).status).toBe(200);
        expect(await remaining(gateway, 'chunked')).toBe(LIMIT - 100);
      });

      test('what an aborted stream reserved stays reserved', async () => {
        gateway.model.answer = events([textEvent('hello'), ...Array(100).fill({})], 10);
        await leave(
          gateway.envoy.port,
          { user: 'leaver', tier: 'large', body: body(50, { max_tokens: 950 }) },
          'hello',
        );
        expect(await remaining(gateway, 'leaver')).toBe(LIMIT - 1_000);
      });
    },
  );
}
