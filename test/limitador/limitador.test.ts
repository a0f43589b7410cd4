import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MaasGateway, TokenLimit, TokenLimitPolicy } from '../../src';
import { synthesize } from '../support/synth';
import { operatorLimits, wasmDescriptors, type Identity, type Policy } from './operator';
import { callRateLimit } from './rate-limit-service';
import { describeWithLimitador, findRedis, Server } from './servers';

const ROUTE = 'llm/simulator-domain-route';
const OTHER_ROUTE = 'llm/qwen3-domain-route';

const POLICY = synthesize((chart) => {
  new TokenLimitPolicy(chart, 'policy', {
    gateway: MaasGateway.fromName('inference-gateway', 'llm'),
    tiers: [
      { tier: 'free', limits: [TokenLimit.perMinute(200), TokenLimit.perHour(250)] },
      { tier: 'premium', limits: [TokenLimit.perMinute(1000), TokenLimit.perDay(5000)] },
      { tier: 'free-trial', limits: [TokenLimit.perDay(10)] },
      { tier: 'unlimited', limits: [] },
    ],
  });
}).find('TokenRateLimitPolicy') as Policy;

const LIMITS = operatorLimits(POLICY, [ROUTE, OTHER_ROUTE]);

const ALICE: Identity = { user: 'alice', tier: 'free' };

/** A request as Kuadrant's wasm handles it: asks first, and reports the tokens of the answer when it has passed. */
async function request({ port }: Server, identity: Identity, tokens: number, route = ROUTE): Promise<boolean> {
  const descriptors = wasmDescriptors(POLICY, identity);
  for (const descriptor of descriptors) {
    const check = 'kuadrant.service.ratelimit.v1.RateLimitService/CheckRateLimit';
    if (await callRateLimit(port, check, { domain: route, descriptor })) {
      return false;
    }
  }
  for (const descriptor of descriptors) {
    const report = 'kuadrant.service.ratelimit.v1.RateLimitService/Report';
    await callRateLimit(port, report, { domain: route, descriptor, hits: tokens });
  }
  return true;
}

/** Sends requests of 30 tokens. @returns how many pass before the first is refused */
async function passes(server: Server, identity: Identity): Promise<number> {
  for (let passed = 0; passed < 20; passed++) {
    if (!(await request(server, identity, 30))) {
      return passed;
    }
  }
  return 20;
}

describe('the limits that the operator makes of the policy', () => {
  test('of one tier differ in their window only, and carry the condition that the wasm meets', () => {
    const free = LIMITS.filter(({ name, namespace }) => name === 'free-user-tokens' && namespace === ROUTE);
    expect(free.map(({ max_value: limit, seconds }) => [limit, seconds])).toEqual([
      [200, 60],
      [250, 3600],
    ]);
    expect(new Set(free.map(({ conditions, variables }) => JSON.stringify([conditions, variables]))).size).toBe(1);
    expect(free[0]!.variables).toEqual(['descriptors[0]["auth.identity.user"]']);
  });

  test('meet a request of one tier at most, also where one name begins with the other', () => {
    for (const tier of ['free', 'premium', 'free-trial']) {
      expect(wasmDescriptors(POLICY, { user: 'alice', tier })).toHaveLength(1);
    }
    expect(wasmDescriptors(POLICY, { user: 'alice', tier: 'unlimited' })).toEqual([]);
  });
});

describeWithLimitador('Limitador with its counters in memory', () => {
  let limitador: Server;
  beforeEach(async () => {
    limitador = await Server.limitador(LIMITS);
  });
  afterEach(() => limitador.kill());

  test("lets seven of the seed's requests of 30 tokens pass and refuses the eighth", async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
  });

  test('lets the last request pass its limit, and refuses the next', async () => {
    expect(await request(limitador, { user: 'dan', tier: 'free-trial' }, 10)).toBe(true);
    expect(await request(limitador, { user: 'dan', tier: 'free-trial' }, 1)).toBe(false);
    expect(await request(limitador, { user: 'eve', tier: 'premium' }, 999)).toBe(true);
    expect(await request(limitador, { user: 'eve', tier: 'premium' }, 5000)).toBe(true);
    expect(await request(limitador, { user: 'eve', tier: 'premium' }, 1)).toBe(false);
  });

  test('holds the longer window when the shorter one has room', async () => {
    const hourly = operatorLimits(POLICY, [ROUTE]).map((limit) =>
      limit.seconds === 60 ? { ...limit, seconds: 1 } : limit,
    );
    const server = await Server.limitador(hourly);
    try {
      expect(await passes(server, ALICE)).toBe(7);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect(await passes(server, ALICE)).toBe(2);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect(await passes(server, ALICE)).toBe(0);
    } finally {
      await server.kill();
    }
  });

  test('counts each user alone, and a user without a limit never', async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
    expect(await passes(limitador, { user: 'bob', tier: 'free' })).toBe(7);
    expect(await passes(limitador, { user: 'carol', tier: 'unlimited' })).toBe(20);
  });

  test('gives a user a budget for every route: what the configuration refuses with several models', async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
    expect(await request(limitador, ALICE, 30, OTHER_ROUTE)).toBe(true);
  });

  test('forgets with a restart', async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
    await limitador.kill();
    limitador = await Server.limitador(LIMITS);
    expect(await passes(limitador, ALICE)).toBe(7);
  });

  test("answers Envoy's own filter, which counts and asks at once", async () => {
    const [descriptor = {}] = wasmDescriptors(POLICY, ALICE);
    const both = 'envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';
    expect(await callRateLimit(limitador.port, both, { domain: ROUTE, descriptor, hits: 200 })).toBe(false);
    expect(await callRateLimit(limitador.port, both, { domain: ROUTE, descriptor, hits: 1 })).toBe(true);
  });
});

describeWithLimitador('Limitador with its counters in Redis', () => {
  let folder: string;
  let redis: Server;
  let limitador: Server;
  beforeAll(() => void findRedis(), 180_000);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maas-redis-'));
    redis = await Server.redis(folder);
    limitador = await Server.limitador(LIMITS, redis.redisUrl);
  });
  afterEach(async () => {
    await limitador.kill();
    await redis.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test("lets seven of the seed's requests of 30 tokens pass and refuses the eighth", async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
  });

  test('remembers over a restart of its own', async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
    await limitador.kill();
    limitador = await Server.limitador(LIMITS, redis.redisUrl);
    expect(await passes(limitador, ALICE)).toBe(0);
  });

  test('remembers over a crash of Redis, which writes to its volume every second', async () => {
    expect(await passes(limitador, ALICE)).toBe(7);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await redis.kill();
    await limitador.kill();
    redis = await Server.redis(folder);
    limitador = await Server.limitador(LIMITS, redis.redisUrl);
    expect(await passes(limitador, ALICE)).toBe(0);
  });

  test('shares a budget between two instances', async () => {
    const second = await Server.limitador(LIMITS, redis.redisUrl);
    try {
      const turns = [];
      for (let turn = 0; turn < 10; turn++) {
        turns.push(await request(turn % 2 === 0 ? limitador : second, ALICE, 30));
      }
      expect(turns.filter(Boolean)).toHaveLength(7);
      expect(turns.slice(7)).toEqual([false, false, false]);
    } finally {
      await second.kill();
    }
  });

  test('loses no token of 200 parallel requests', async () => {
    const identity = { user: 'frank', tier: 'premium' };
    await Promise.all(Array.from({ length: 200 }, () => request(limitador, identity, 4)));
    expect(await request(limitador, identity, 200)).toBe(true);
    expect(await request(limitador, identity, 1)).toBe(false);
  });

  test('says so when Redis is gone: what then happens is onFailure', async () => {
    await redis.kill();
    await expect(request(limitador, ALICE, 30)).rejects.toThrow(/grpc-status 14/);
    redis = await Server.redis(folder);
  });
});
