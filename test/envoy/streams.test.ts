import fc from 'fast-check';
import * as http2 from 'node:http2';
import { gzipSync } from 'node:zlib';
import { freshMinute, leave, limits, send } from './client';
import { events, json, textEvent, type Answer } from './model-server';
import { describeWithEnvoy, remaining } from './suite';

jest.setTimeout(75_000);

const FULL = 1_000_000;
const DONE = { object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 4, total_tokens: 90 } };

/** Answers with pieces as they are, each flushed on its own. */
function pieces(parts: readonly (string | Buffer)[], headers: object = {}, pauseMilliseconds = 0): Answer {
  return async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    for (const part of parts) {
      response.write(part);
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
    response.end();
  };
}

describeWithEnvoy('streams', {}, (gateway) => {
  const ask = (user: string, more: object = {}) => send(gateway.envoy.port, { user, tier: 'large', ...more });

  /** What a request of this user costs, from what was left before and is left after. */
  const costOf = async (user: string, answer: Answer, more: object = {}): Promise<number> => {
    const before = await remaining(gateway, user);
    gateway.model.answer = answer;
    await ask(user, more);
    return before - (await remaining(gateway, user));
  };

  beforeEach(() => freshMinute(10));

  afterEach(() => {
    expect(gateway.envoy.log).not.toMatch(/token limits|script log|lua/i);
  });

  test('a client that leaves has paid for its prompt and the text that had passed', async () => {
    gateway.model.answer = events([...Array(10).fill(textEvent('twelve bytes')), ...Array(200).fill({})], 10);
    await leave(gateway.envoy.port, { user: 'leaver', tier: 'large' }, '{}');
    expect(await remaining(gateway, 'leaver')).toBe(FULL - 30 - 1); // and one for the two bytes of the request
  });

  test('a model that breaks off is paid for the prompt and the text that had passed', async () => {
    gateway.model.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(textEvent('twelve bytes'))}\n\n`);
      setTimeout(() => response.destroy(), 50);
    };
    await expect(ask('broken')).rejects.toThrow();
    expect(await remaining(gateway, 'broken')).toBe(FULL - 3 - 11); // 42 bytes of request
  });

  test('the figure of the engine takes the place of the estimate, also when it is lower', async () => {
    const text = textEvent('x'.repeat(4_000));
    const usage = { ...DONE, usage: { total_tokens: 70 } };
    expect(await costOf('settler', events([text, text, usage], 20))).toBe(70);
  });

  test('in the Messages API text is charged on top of the first report until a later one covers it', async () => {
    const start = { type: 'message_start', message: { usage: { input_tokens: 25, output_tokens: 1 } } };
    const text = { type: 'content_block_delta', delta: { type: 'text_delta', text: 'twelve bytes' } };
    const path = '/v1/messages';
    const broken = events([start, ...Array(10).fill(text)], 2);
    expect(await costOf('messenger', broken, { path })).toBe(26 + 30);
    const whole = events([start, ...Array(10).fill(text), { type: 'message_delta', usage: { output_tokens: 15 } }], 2);
    expect(await costOf('messenger', whole, { path })).toBe(40);
  });

  test.each([
    ['CRLF', `data: ${JSON.stringify(DONE)}\r\n\r\ndata: [DONE]\r\n\r\n`],
    ['data over several lines', `data: ${JSON.stringify(DONE, null, 1).replaceAll('\n', '\ndata: ')}\n\n`],
    ['other fields', `id: 1\nevent: "usage":{\nretry: 5\ndata:${JSON.stringify(DONE)}\n\n`],
    ['no empty line at the end', `data: ${JSON.stringify(DONE)}`],
    ['no empty lines at all', `data: ${JSON.stringify(textEvent('a'))}\ndata: ${JSON.stringify(DONE)}\ndata: [DONE]\n`],
  ])('usage is found: %s', async (name, text) => {
    expect(await costOf(`format ${name}`, pieces([text]))).toBe(90);
  });

  test.each([null, -90, '90', 1e30, {}, [90], { total_tokens: null }, { total_tokens: -1 }, { total_tokens: '9' }])(
    'usage %j does no harm: the text is charged',
    async (usage) => {
      const text = textEvent('twelve bytes');
      expect(await costOf(`harmless ${JSON.stringify(usage)}`, events([text, { ...text, usage }]))).toBe(6);
    },
  );

  test('a compressed answer that nobody asked for costs a token for four bytes', async () => {
    const body = gzipSync(JSON.stringify({ usage: { total_tokens: 30 } }));
    const headers = { 'content-encoding': 'gzip', 'content-length': body.length };
    const short = (_request: unknown, response: Parameters<Answer>[1]) =>
      void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
    expect(await costOf('gzip', short)).toBe(Math.ceil(body.length / 4));
    expect(await costOf('gzip', pieces([body], { 'content-encoding': 'gzip' }))).toBe(Math.ceil(body.length / 4));
  });

  test('property: wherever a usage is cut into pieces, it is charged once', async () => {
    const stream = `data: ${JSON.stringify(textEvent('hello'))}\n\ndata: ${JSON.stringify(DONE)}\n\ndata: [DONE]\n\n`;
    const cuts = fc.uniqueArray(fc.nat(stream.length), { maxLength: 4 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(cuts, async (positions) => {
        const sorted = [0, ...positions.sort((left, right) => left - right), stream.length];
        const parts = sorted.slice(1).map((stop, index) => stream.slice(sorted[index], stop));
        expect(await costOf(`cut ${run++}`, pieces(parts, {}, 3))).toBe(90);
      }),
      { numRuns: 40 },
    );
  });

  test('every position inside of a usage object, in a stream and in a long document', async () => {
    const usage = JSON.stringify(DONE.usage);
    const event = `data: ${JSON.stringify(DONE)}\n\n`;
    const from = event.indexOf(usage) - 9;
    const users = Array.from({ length: usage.length + 12 }, (_, index) => ({
      cut: from + index,
      user: `every ${index}`,
    }));
    gateway.model.answer = async (request, response) => {
      const cut = Number(request.headers['x-cut']);
      response.writeHead(200, { 'content-type': request.headers['x-type'] as string });
      const text = request.headers['x-type'] === 'application/json' ? event.slice(6) : event;
      response.write(text.slice(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 20));
      response.end(text.slice(cut));
    };
    for (const type of ['text/event-stream', 'application/json']) {
      const offset = type === 'application/json' ? -6 : 0;
      await Promise.all(
        users.map(({ cut, user }) => ask(user, { headers: { 'x-cut': cut + offset, 'x-type': type } })),
      );
    }
    gateway.model.answer = json({}, {}, 500);
    for (const { user } of users) {
      expect(await remaining(gateway, user)).toBe(FULL - 180);
    }
  });

  test('HTTP/2: many streams on one connection, each passes as it comes and is charged', async () => {
    gateway.model.answer = events([textEvent('first'), textEvent('second'), DONE], 100);
    const session = http2.connect(`http://127.0.0.1:${gateway.envoy.port}`);
    const stream = () =>
      new Promise<number>((resolve, reject) => {
        const started = performance.now();
        const request = session.request({
          ':method': 'POST',
          ':path': '/v1/chat/completions',
          ':authority': 'simulator.maas.local',
          'x-maas-user': 'multiplexer',
          'x-maas-tier': 'large',
        });
        let first = 0;
        request.on('data', () => (first ||= performance.now() - started));
        request.on('end', () => resolve(first));
        request.on('error', reject);
        request.end('{}');
      });
    const firsts = await Promise.all(Array.from({ length: 20 }, stream));
    session.close();
    expect(Math.max(...firsts)).toBeLessThan(250);
    expect(await remaining(gateway, 'multiplexer')).toBe(FULL - 20 * 90);
  });

  test('events keep their pace', async () => {
    const arrivals: number[] = [];
    gateway.model.answer = events([...Array(10).fill(textEvent('word')), DONE], 40);
    const response = await fetch(`http://127.0.0.1:${gateway.envoy.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-maas-user': 'paced', 'x-maas-tier': 'large' },
      body: '{}',
    });
    for await (const piece of response.body!) {
      arrivals.push(performance.now());
      expect(piece.length).toBeGreaterThan(0);
    }
    const gaps = arrivals.slice(1).map((time, index) => time - arrivals[index]!);
    expect(arrivals.length).toBeGreaterThan(8);
    expect(Math.max(...gaps)).toBeLessThan(250);
  });

  test('an event of 8 MiB and one after it', async () => {
    const answer = events([textEvent('x'.repeat(8 * 1024 * 1024)), DONE]);
    expect(await costOf('long', answer)).toBe(90);
    expect(await costOf('long', events([textEvent('x'.repeat(4 * 1024))]))).toBe(1024);
  });

  test.each(['unlimited', 'observed'])('tier %s: nothing is in the way, and nothing fails', async (tier) => {
    gateway.model.answer = events([...Array(10).fill(textEvent('twelve bytes')), DONE], 2);
    expect((await ask('free of care', { tier })).body).toContain('[DONE]');
    gateway.model.answer = json(DONE);
    expect(JSON.parse((await ask('free of care', { tier })).body)).toEqual(DONE);
  });

  test('content types are read in any case', async () => {
    const headers = { 'content-type': 'Text/Event-Stream; charset=utf-8' };
    expect(await costOf('shouter', pieces([`data: ${JSON.stringify(DONE)}\n\n`], headers))).toBe(90);
    expect(await costOf('shouter', json(DONE, { 'content-type': 'Application/JSON' }))).toBe(90);
  });

  test('kinds of tokens may count differently', async () => {
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
    const details = { prompt_tokens_details: { cached_tokens: 40 } };
    const host = 'kinds.maas.local';
    gateway.model.answer = json({ usage });
    expect(limits(await ask('kinds', { host })).consumed).toBe('230');
    gateway.model.answer = json({ usage: { ...usage, ...details } });
    expect(limits(await ask('kinds', { host })).consumed).toBe('170');
    gateway.model.answer = json({
      usage: { input_tokens: 100, output_tokens: 10, input_tokens_details: { cached_tokens: 40 } },
    });
    expect(limits(await ask('kinds', { host, path: '/v1/responses' })).consumed).toBe('170');
    expect(await costOf('kinds', events([{ usage: { ...usage, ...details } }]), { host })).toBe(170);
  });
});
