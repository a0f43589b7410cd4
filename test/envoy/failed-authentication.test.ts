import OpenAI from 'openai';
import { FailedAuthenticationFilter, HeaderScrubFilter, MaasGateway } from '../../src';
import { synthesize } from '../support/synth';
import { freshMinute, send, type Reply } from './client';
import { describeWithEnvoy, type Gateway } from './suite';

jest.setTimeout(90_000);

const SLOW_DOWN_AFTER = 3;

const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => {
  new HeaderScrubFilter(chart, 'scrub', { gateway });
  new FailedAuthenticationFilter(chart, 'slow', { gateway, slowDownAfter: SLOW_DOWN_AFTER });
});
const patchesOf = (name: string): object[] =>
  find('EnvoyFilter', name).spec.configPatches.map(({ patch }: { patch: { value: object } }) => patch.value);
const scrub = patchesOf('identity-header-scrub-filter');
/** Each is inserted first of all, so the last is the first. */
const slowDown = patchesOf('failed-authentication-filter').reverse();

/** Stands for Kuadrant: one key is right. */
const authentication = {
  name: 'authentication',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    default_source_code: {
      inline_string: `
        function envoy_on_request(handle)
          if handle:headers():get('authorization') ~= 'Bearer right' then
            handle:respond({[':status'] = '401', ['content-type'] = 'application/json'},
              '{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}')
          end
        end`,
    },
  },
};

const options = {
  filtersBefore: [...scrub, ...slowDown, authentication],
  concurrency: 1,
  statsInclusionRegexps: ['.*fault.*'],
};

/** Believes one proxy, as Istio's `numTrustedProxies: 1` has it. */
const behindOneProxy = { ...options, connectionManager: { xff_num_trusted_hops: 1 } };

interface Caller {
  readonly key?: string;
  readonly forwardedFor?: string;
  readonly headers?: Record<string, string>;
}

function ask({ envoy }: Gateway, { key = 'wrong', forwardedFor, headers }: Caller = {}): Promise<Reply> {
  return send(envoy.port, {
    method: 'GET',
    path: '/v1/models',
    headers: {
      ...{ authorization: `Bearer ${key}`, ...headers },
      ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
    },
  });
}

/** How many of some requests waited. */
async function waits(running: Gateway, callers: readonly Caller[]): Promise<number> {
  const delayed = async () =>
    [...(await running.envoy.stats('fault\\.delays_injected'))].reduce((sum, [, value]) => sum + value, 0);
  const before = await delayed();
  for (const caller of callers) {
    await ask(running, caller);
  }
  return (await delayed()) - before;
}

const times = (count: number, caller: Caller): Caller[] => Array.from({ length: count }, () => caller);

describeWithEnvoy('an address that fails', options, (running) => {
  test('waits a second for each request after so many failures, and is still answered', async () => {
    await freshMinute(20);
    expect(await waits(running, times(20, { key: 'right' }))).toBe(0);
    expect(await waits(running, times(SLOW_DOWN_AFTER, {}))).toBe(0);
    const failed = await ask(running);
    expect(failed.status).toBe(401);
    expect(failed.headersAfter).toBeGreaterThan(900);
    const good = await ask(running, { key: 'right' });
    expect(good.status).toBe(200);
    expect(good.headersAfter).toBeGreaterThan(900);
    // No address of its own by a header, while no proxy is trusted.
    expect(await waits(running, [{ forwardedFor: '203.0.113.9' }])).toBe(1);
  });

  test("is an AuthenticationError of OpenAI's own SDK", async () => {
    const client = new OpenAI({ apiKey: 'wrong', baseURL: `http://127.0.0.1:${running.envoy.port}/v1`, maxRetries: 0 });
    const error = await client.models.list().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ code: 'invalid_api_key' });
  });
});

describeWithEnvoy('addresses behind a trusted proxy', behindOneProxy, (running) => {
  const from = (forwardedFor: string): Caller => ({ forwardedFor });

  test('count each for itself, and none can be chosen', async () => {
    await freshMinute(20);
    expect(await waits(running, times(SLOW_DOWN_AFTER + 1, from('203.0.113.1')))).toBe(1);
    expect(await waits(running, times(SLOW_DOWN_AFTER, from('203.0.113.2')))).toBe(0);
    // What stands before the trusted proxy's own entry is the client's invention.
    expect(await waits(running, [from('198.51.100.7, 203.0.113.1')])).toBe(1);
  });

  test('of IPv6 count by their network: one client has a whole one', async () => {
    await freshMinute(20);
    const callers = ['::1', ':1:2:3:4', ':ffff::7', '::9'].map((end) => from(`2001:db8:1:2${end}`));
    expect(await waits(running, callers)).toBe(1);
    expect(await waits(running, [from('2001:db8:1:3::1')])).toBe(0);
    const short = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4'].map(from);
    expect(await waits(running, short)).toBe(1);
  });
});

describeWithEnvoy('more addresses than are remembered', behindOneProxy, (running) => {
  test('those that come late do not wait, those that were there do', async () => {
    await freshMinute(30);
    const many = Array.from({ length: 1000 }, (_, index) => `10.1.${Math.floor(index / 250)}.${index % 250}`);
    expect(
      await waits(
        running,
        many.map((forwardedFor) => ({ forwardedFor })),
      ),
    ).toBe(0);
    expect(await waits(running, times(SLOW_DOWN_AFTER + 2, { forwardedFor: '203.0.113.1' }))).toBe(0);
    expect(await waits(running, times(SLOW_DOWN_AFTER, { forwardedFor: many[999] }))).toBe(1);
  });
});

describeWithEnvoy('a client that asks to wait', options, (running) => {
  test('does not: only the gateway says so', async () => {
    const headers = { 'x-envoy-fault-delay-request': '1000', 'x-envoy-fault-abort-request': '503' };
    expect(await waits(running, [{ key: 'right', headers }])).toBe(0);
    expect((await ask(running, { key: 'right', headers })).status).toBe(200);
  });
});

describeWithEnvoy(
  'the same without the header scrub',
  { ...options, filtersBefore: [...slowDown, authentication] },
  (running) => {
    test('does wait: the scrub is what protects', async () => {
      const headers = { 'x-envoy-fault-delay-request': '10' };
      expect(await waits(running, [{ key: 'right', headers }])).toBe(1);
    });
  },
);
