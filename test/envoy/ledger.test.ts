import { GatewayMonitor, MaasGateway } from '../../src';
import { usageAccessLog } from '../../src/limits/usage-ledger';
import { synthesize } from '../support/synth';
import { freshMinute, leave, send } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { CONFIGURATION, describeWithEnvoy, withStandingClock, type Gateway } from './suite';

jest.setTimeout(75_000);

/** What Prometheus is told to do. */
const { find } = synthesize((chart) => {
  const gateway = MaasGateway.fromName('inference-gateway', 'llm');
  return new GatewayMonitor(chart, 'monitor', { gateway, namespace: 'llm-observability' });
});

const LINES_MILLISECONDS = 15_000;

/** The ledger's lines of one user; Envoy writes them out every few seconds. */
async function linesOf({ envoy }: Gateway, user: string, count: number): Promise<Record<string, unknown>[]> {
  const deadline = Date.now() + LINES_MILLISECONDS;
  for (;;) {
    const lines = envoy.accessLog.map((line) => JSON.parse(line)).filter((line) => line.user === user);
    if (lines.length >= count || Date.now() > deadline) {
      return lines;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describeWithEnvoy(
  'usage ledger and counters',
  {
    configuration: { ...CONFIGURATION, ledger: true },
    connectionManager: { access_log: [usageAccessLog()] },
    extraStatTags: ['tier', 'model', 'window'],
    editScript: withStandingClock,
  },
  (gateway) => {
    const ask = (user: string, tier: string, more: object = {}) => send(gateway.envoy.port, { user, tier, ...more });

    beforeAll(async () => {
      gateway.model.answer = json(THIRTY_TOKENS);
      for (let request = 0; request < 3; request++) {
        await ask('odd "user"\u00e9\\', 'small', {
          headers: { authorization: 'Bearer secret_key' },
          body: '{"prompt":"secret"}',
        });
      }
      await ask('weighty', 'large', { host: 'big.maas.local' });
      gateway.model.answer = events([textEvent('twelve bytes'), { usage: { prompt_tokens: 4, total_tokens: 90 } }]);
      await ask('streamer', 'large', { path: '/prefix/v1/completions?x=1' });
      gateway.model.answer = events([...Array(40).fill(textEvent('twelve bytes')), ...Array(100).fill({})], 5);
      await leave(gateway.envoy.port, { user: 'leaver', tier: 'large' }, '{}');
      gateway.model.answer = json({ error: 'no' }, {}, 500);
      await ask('unlucky', 'large');
      await ask('free of charge', 'large', { method: 'GET', path: '/v1/models' });
      await ask('nobody', 'unknown tier');
    });

    test('one line for every metered request', async () => {
      const [first, second, refused, ...more] = await linesOf(gateway, 'odd "user"\u00e9\\', 3);
      expect(more).toEqual([]);
      expect(first).toEqual({
        log: 'maas-usage',
        time: expect.stringMatching(/^20\d\d-/),
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        user: 'odd "user"\u00e9\\',
        tier: 'small',
        model: 'simulator-model',
        path: '/v1/chat/completions',
        status: 200,
        flags: '-',
        refused_window: null,
        prompt_tokens: 10,
        completion_tokens: 20,
        total_tokens: 30,
        charged_tokens: 30,
        duration_ms: expect.any(Number),
      });
      expect(second).toMatchObject({ status: 200, charged_tokens: 30 });
      expect(refused).toMatchObject({ status: 429, refused_window: 'hour', total_tokens: null, charged_tokens: null });
    });

    test('weights, streams, aborts and errors', async () => {
      expect(await linesOf(gateway, 'weighty', 1)).toMatchObject([
        { model: 'big', total_tokens: 30, charged_tokens: 60 },
      ]);
      expect(await linesOf(gateway, 'streamer', 1)).toMatchObject([
        { path: '/v1/completions', prompt_tokens: 4, completion_tokens: 86, total_tokens: 90, charged_tokens: 90 },
      ]);
      const [leaver] = await linesOf(gateway, 'leaver', 1);
      expect(leaver).toMatchObject({ status: 200, flags: 'DC' });
      expect(leaver!['charged_tokens']).toBeGreaterThan(120 - 16);
      expect(leaver!['charged_tokens']).toBeLessThanOrEqual(120);
      expect(await linesOf(gateway, 'unlucky', 1)).toMatchObject([{ status: 500, charged_tokens: 0 }]);
    });

    test('no key, no text, and no line for what is free or has no tier', async () => {
      await linesOf(gateway, 'unlucky', 1);
      expect(gateway.envoy.accessLog).toHaveLength(7);
      expect(gateway.envoy.accessLog.join('\n')).not.toMatch(/secret|twelve|Hello/);
    });

    test('Prometheus gets tokens by tier and model, refusals by tier and window, and no user', async () => {
      const { params, metricRelabelings } = find('PodMonitor').spec.podMetricsEndpoints[0];
      const [{ regex, replacement }] = metricRelabelings;
      const text = await gateway.envoy.prometheus(params.filter[0]);
      const series = text
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .map((line) => line.replace(',http_conn_manager_prefix="outbound_0.0.0.0_80"', ''))
        .map((line) => line.replace(new RegExp(`^${regex}(?={)`), replacement.replace('${1}', '$1')));
      expect(series.sort()).toEqual([
        'maas_charged_tokens_total{tier="large",model="big"} 60',
        // 90 of the stream, and what is known of the 120 of the one that was left.
        expect.stringMatching(/^maas_charged_tokens_total{tier="large",model="simulator-model"} (19[5-9]|20\d|210)$/),
        'maas_charged_tokens_total{tier="small",model="simulator-model"} 60',
        'maas_refused_requests_total{tier="small",window="hour"} 1',
      ]);
    });
  },
);

describeWithEnvoy(
  'counters with the user',
  {
    configuration: { ...CONFIGURATION, userLabel: true },
    extraStatTags: ['tier', 'model', 'window', 'user'],
  },
  (gateway) => {
    test('have one series a user, tier and model; limits hold as ever', async () => {
      await freshMinute(10);
      gateway.model.answer = json(THIRTY_TOKENS);
      for (const user of ['alice', 'alice', 'alice', 'bob "the\u00e9;.;']) {
        await send(gateway.envoy.port, { user, tier: 'small' });
      }
      const text = await gateway.envoy.prometheus('charged_tokens|refused_requests');
      const series = text
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .map((line) => line.replace(/http_conn_manager_prefix="[^"]*"/, ''));
      expect(series.sort()).toEqual([
        expect.stringMatching(/^envoy_http_lua_maas_charged_tokens{.*user="alice".*} 60$/),
        expect.stringMatching(/^envoy_http_lua_maas_charged_tokens{.*user="bob__the___._".*} 30$/),
        expect.stringMatching(/^envoy_http_lua_maas_refused_requests{.*user="alice".*} 1$/),
      ]);
    });
  },
);
