import * as http from 'node:http';
import { freshMinute, limits, send } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { describeWithEnvoy, remaining } from './suite';

jest.setTimeout(75_000);

const USERS = 20_000;

for (const concurrency of [1, 2, 4]) {
  describeWithEnvoy(`${concurrency} workers`, { concurrency }, (gateway) => {
    const ask = (user: string, tier = 'large', more: object = {}) => send(gateway.envoy.port, { user, tier, ...more });

    test('200 parallel answers and 200 parallel streams lose no token', async () => {
      await freshMinute(10);
      const path = '/v1/completions';
      const stream = events([textEvent('x'.repeat(400)), textEvent('y'), { usage: { total_tokens: 70 } }], 5);
      gateway.model.answer = (request, response) =>
        (request.url === path ? stream : json(THIRTY_TOKENS))(request, response);
      const both = Array.from({ length: 200 }, () => [ask('crowd'), ask('crowd', 'large', { path })]).flat();
      const replies = await Promise.all(both);
      expect(replies.map(({ status }) => status)).toEqual(Array(400).fill(200));
      expect(await remaining(gateway, 'crowd')).toBe(1_000_000 - 200 * 100);
      const shares = await gateway.envoy.stats('worker_\\d\\.downstream_cx_total');
      expect(shares.size).toBe(concurrency);
      expect(Math.min(...shares.values())).toBeGreaterThan(400 / concurrency / 5);
    });

    test('the limit holds for all workers: ten requests at a time, then nothing', async () => {
      await freshMinute(10);
      gateway.model.answer = json(THIRTY_TOKENS);
      const statuses: number[] = [];
      for (let round = 0; round < 4; round++) {
        const replies = await Promise.all(Array.from({ length: 10 }, () => ask('eager', 'free')));
        statuses.push(...replies.map(({ status }) => status));
      }
      expect(statuses.slice(0, 10).filter((status) => status === 200).length).toBeGreaterThanOrEqual(7);
      expect(statuses.slice(10)).toEqual(Array(30).fill(429));
    });
  });
}

describeWithEnvoy('many users', {}, (gateway) => {
  test(`${USERS} users have ${USERS} budgets`, async () => {
    gateway.model.answer = json(THIRTY_TOKENS);
    const { port } = gateway.envoy;
    const names = Array.from({ length: USERS }, (_, index) => `user-${index}`);
    const waiting = names.slice();
    const wrong: string[] = [];
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const worker = async (): Promise<void> => {
      for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
        const reply = await send(port, { user, tier: 'daily', agent });
        if (limits(reply).remaining !== '970') {
          wrong.push(`${user}: ${reply.status} ${JSON.stringify(limits(reply))}`);
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(wrong).toEqual([]);
    // The first ones again, long after the worker's own memory of them is gone.
    for (const user of names.slice(0, 20).concat(names.slice(-20))) {
      expect(limits(await send(port, { user, tier: 'daily' })).remaining).toBe('940');
    }
    agent.destroy();
  });
});
