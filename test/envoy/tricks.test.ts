import * as net from 'node:net';
import { freshMinute, leave, send } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { CONFIGURATION, describeWithEnvoy, remaining } from './suite';

jest.setTimeout(90_000);

const LIMIT = 10_000;
const tiers = { ...CONFIGURATION.tiers, large: { enforce: true, windows: { minute: LIMIT, day: 1_000_000 } } };

/** Istio's gateway takes a host with any port. */
const anyPort = {
  route_config: {
    ignore_port_in_host_matching: true,
    virtual_hosts: [
      {
        name: 'kinds',
        domains: ['kinds.maas.local'],
        routes: [{ match: { prefix: '/' }, route: { cluster: 'model', timeout: '0s' } }],
      },
    ],
  },
};

/** Sends text as it is. @returns what comes back until the connection ends or nothing more is expected */
function raw(port: number, text: string, milliseconds: number, afterContinue = ''): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    const timer = setTimeout(() => socket.destroy(), milliseconds);
    socket.on('data', (data) => {
      answer += data.toString();
      if (afterContinue !== '' && answer.includes('100 Continue')) {
        socket.write(afterContinue);
        afterContinue = '';
      }
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

const identity = (user: string) => `x-maas-user: ${user}\r\nx-maas-tier: large\r\n`;

describeWithEnvoy('who wants more than is theirs', { configuration: { ...CONFIGURATION, tiers } }, (gateway) => {
  beforeEach(() => freshMinute(10));

  test('pays for a long prompt also when they leave before the engine says what it was', async () => {
    for (const [user, bytes, prompt] of [
      ['a', 20_000, 5_000],
      ['b', 400_000, 8_192], // images are much longer than their tokens
    ] as const) {
      gateway.model.answer = events([textEvent('END'), ...Array(100).fill({})], 10);
      await leave(gateway.envoy.port, { user, tier: 'large', body: 'x'.repeat(bytes) }, 'END');
      expect(await remaining(gateway, user)).toBe(LIMIT - prompt - 1);
    }
  });

  test('pays for text whose empty lines come in pieces of their own', async () => {
    gateway.model.answer = async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.socket!.setNoDelay(true);
      for (let event = 0; event < 20; event++) {
        for (const piece of [`data: ${JSON.stringify(textEvent('w'.repeat(400)))}\n`, '\r', '\n']) {
          response.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
      response.write(`data: ${JSON.stringify(textEvent('END'))}\n`);
    };
    await leave(gateway.envoy.port, { user: 'split', tier: 'large', body: '' }, 'END');
    expect(await remaining(gateway, 'split')).toBe(LIMIT - 2_000);
  });
});

describeWithEnvoy('whoever spells the port of a host oddly', { connectionManager: anyPort }, (gateway) => {
  test.each(['', ':80', ':', ':+80', ':-1', ':0x50', ':080'])('pays the weights of its model: "%s"', async (port) => {
    gateway.model.answer = json(THIRTY_TOKENS);
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: kinds.maas.local${port}\r\n${identity('odd')}`;
    const answer = await raw(gateway.envoy.port, `${head}content-length: 2\r\nconnection: close\r\n\r\n{}`, 3_000);
    expect(answer).toContain('x-ratelimit-consumed-tokens: 80\r\n');
  });
});

describeWithEnvoy(
  'overshoot: none',
  { configuration: { ...CONFIGURATION, tiers, overshoot: 'none' }, connectionManager: { proxy_100_continue: true } },
  (gateway) => {
    beforeEach(() => freshMinute(10));

    test.each(['line\\nline', 'say \\"hi\\"', 'back\\\\slash'])('takes a prompt with escapes: %s', async (content) => {
      gateway.model.answer = json(THIRTY_TOKENS);
      const body = `{"messages":[{"role":"user","content":"${content}"}]}`;
      expect((await send(gateway.envoy.port, { user: 'escapes', tier: 'large', body })).status).toBe(200);
    });

    test.each([
      '{"max_completion_tokens":1,"max_tokens":5000}',
      '{"max_tokens":1,"max_output_tokens":5000}',
      '{"max_tokens":"5000"}',
    ])('reserves the most that a request may mean: %s', async (body) => {
      gateway.model.answer = async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await json({ usage: { total_tokens: 5_000 } })(request, response);
      };
      const ask = () => send(gateway.envoy.port, { user: body, tier: 'large', body });
      const replies = await Promise.all(Array.from({ length: 20 }, ask));
      expect(replies.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(2);
    });

    test('lets a client that waits for 100 Continue go on', async () => {
      gateway.model.answer = json(THIRTY_TOKENS);
      const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: simulator.maas.local\r\n${identity('polite')}`;
      const rest = 'Expect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n';
      const answer = await raw(gateway.envoy.port, head + rest, 3_000, '{}');
      expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n[^]*HTTP\/1.1 200 OK\r\n/);
    });
  },
);
