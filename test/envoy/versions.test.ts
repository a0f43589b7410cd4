import { usageAccessLog } from '../../src/limits/usage-ledger';
import { freshMinute, leave, limits, send } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { CONFIGURATION, describeWithEnvoy, remaining } from './suite';

jest.setTimeout(75_000);

// Istio 1.30's Envoy, and the newest. All other tests run on Istio 1.31's, those of providers and fallbacks on 1.30's, too.
for (const version of ['1.38.3', '1.40.0']) {
  for (const overshoot of ['inflight', 'none'] as const) {
    describeWithEnvoy(
      `Envoy ${version}, overshoot: ${overshoot}`,
      {
        version,
        configuration: { ...CONFIGURATION, overshoot, ledger: true },
        connectionManager: { access_log: [usageAccessLog()] },
      },
      (gateway) => {
        const ask = (user: string, tier: string, more: object = {}) =>
          send(gateway.envoy.port, { user, tier, ...more });

        beforeEach(() => freshMinute(10));

        afterEach(() => {
          expect(gateway.envoy.log).not.toMatch(/token limits|script log|lua/i);
        });

        test('headers, refusal and parallel requests', async () => {
          gateway.model.answer = json(THIRTY_TOKENS);
          const body = '{"max_tokens":5}';
          const replies = [];
          for (let request = 0; request < 8; request++) {
            replies.push(await ask('freeuser1', 'free', { body }));
          }
          expect(replies.map(({ status }) => status)).toEqual([...Array(7).fill(200), 429]);
          expect(limits(replies[0]!)).toEqual({ limit: '200', consumed: '30', remaining: '170' });
          await Promise.all(Array.from({ length: 200 }, () => ask('crowd', 'large', { body })));
          expect(await remaining(gateway, 'crowd')).toBe(1_000_000 - 200 * 30);
        });

        test('streams, one that is left, and a long answer', async () => {
          const body = '{"max_tokens":5}';
          gateway.model.answer = events([textEvent('hello'), { usage: { total_tokens: 90 } }], 20);
          await ask('streamer', 'large', { body });
          gateway.model.answer = events([...Array(10).fill(textEvent('twelve bytes')), ...Array(50).fill({})], 10);
          await leave(gateway.envoy.port, { user: 'streamer', tier: 'large', body }, '{}');
          gateway.model.answer = json({ usage: { total_tokens: 30 }, choices: ['x'.repeat(100_000)] });
          expect((await ask('streamer', 'large', { body })).body.length).toBeGreaterThan(100_000);
          expect(await remaining(gateway, 'streamer')).toBe(1_000_000 - 90 - 30 - 4 - 30); // 4: the prompt of the one that was left
        });
      },
    );
  }
}

// The script keeps gauges over requests: they have to stay what they are, also where Envoy drops what nobody uses.
for (const version of ['1.38.3', '1.39.3', '1.40.0']) {
  describeWithEnvoy(
    `Envoy ${version} that evicts idle statistics`,
    { version, statsEvictionInterval: '1s' },
    (gateway) => {
      test('keeps the counters of a user who was idle', async () => {
        await freshMinute(15);
        gateway.model.answer = json(THIRTY_TOKENS);
        await send(gateway.envoy.port, { user: 'idle', tier: 'free' });
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        const replies = await Promise.all(
          Array.from({ length: 6 }, () => send(gateway.envoy.port, { user: 'idle', tier: 'free' })),
        );
        expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(200));
        expect((await send(gateway.envoy.port, { user: 'idle', tier: 'free' })).status).toBe(429);
      });
    },
  );
}
