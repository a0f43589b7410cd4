import fc from 'fast-check';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { limits, send, type Reply } from './client';
import { Envoy, findEnvoy } from './envoy';
import { CONFIGURATION, withStandingClock } from './suite';

jest.setTimeout(300_000);

const RUNS = Number(process.env['CDK8S_MAAS_FUZZ_RUNS'] ?? 150);

const PATHS = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/responses', '/v1/messages'];

/** What a model server may send, byte by byte; the model sends `pieces` one after the other. */
interface OddAnswer {
  readonly path: string;
  readonly head: string;
  readonly pieces: readonly Buffer[];
  readonly closes: boolean;
}

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const number = fc.constantFrom(
  '30',
  '0',
  '-1',
  '1e9',
  '1e400',
  '0x10',
  'null',
  '"3"',
  '{}',
  '[]',
  '3.7',
  '-',
  'nan',
  '',
);
const usage = fc
  .tuple(
    fc.constantFrom('"usage"', '"usage" ', '"us\\u0061ge"'),
    number,
    number,
    fc.constantFrom('', ' ', '\n', '\0', '\xff'),
  )
  .map(([key, total, prompt, blank]) =>
    Buffer.from(`${key}:${blank}{"total_tokens":${blank}${total},"prompt_tokens":${prompt}${blank}}`, 'latin1'),
  );
const fragment = fc.oneof(
  usage,
  usage,
  bytes,
  fc
    .constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        '\\"',
        ':',
        ',',
        '\n\n',
        '\r\n\r\n',
        '\r',
        'data: ',
        'data: [DONE]\n\n',
        ': ping\n\n',
      ],
      ...[
        '"content":"',
        '"text":null',
        '"delta":',
        '"response":{',
        '"message":{',
        '"choices":[',
        'null',
        '\xff\xfe',
        '\0',
      ],
    )
    .map((text) => Buffer.from(text, 'latin1')),
  fc
    .constantFrom('[', '{"a":', '\\', 'x', '"', '\n', '\xff')
    .chain((text) => fc.constantFrom(10, 1_000, 40_000).map((count) => Buffer.from(text.repeat(count), 'latin1'))),
);
const body = fc.oneof(
  fc.array(fragment, { maxLength: 12 }).map((parts) => Buffer.concat(parts)),
  usage.map((text) => Buffer.concat([Buffer.from('{'), text, Buffer.from('}')])),
  usage.map((text) => Buffer.concat([Buffer.from('data: {'), text, Buffer.from('}\n\ndata: [DONE]\n\n')])),
  usage.map((text) => gzipSync(text)),
);

const header = fc.constantFrom(
  'content-type: application/json',
  'content-type: APPLICATION/JSON; charset=\xff',
  'content-type: text/event-stream',
  'content-type: application/grpc\r\ngrpc-status: 13',
  'content-type: text/event-stream\r\ncontent-type: application/json',
  'content-type:',
  'content-encoding: gzip',
  'content-encoding: identity',
  'content-encoding:',
  'x-ratelimit-limit-tokens: 1\r\nx-ratelimit-limit-tokens: \xff',
  'x-odd: \xff\xfe',
);

const framing = fc.constantFrom(
  'length',
  'chunked',
  'trailers',
  'close',
  'too long',
  'cut chunk',
  'empty',
  'bad chunk',
);

/** The body as it goes over the wire, in the pieces in which it does. */
function framed(kind: string, text: Buffer, cuts: readonly number[]): { headers: string; pieces: Buffer[] } {
  const positions = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((left, right) => left - right), text.length];
  const parts = positions.slice(1).map((stop, index) => text.subarray(positions[index], stop));
  if (kind === 'length' || kind === 'too long') {
    return { headers: `content-length: ${text.length + (kind === 'length' ? 0 : 5)}\r\n`, pieces: parts };
  } else if (kind === 'empty') {
    return { headers: 'content-length: 0\r\n', pieces: [] };
  } else if (kind === 'close') {
    return { headers: '', pieces: parts };
  }
  const chunks = parts
    .filter((part) => part.length > 0)
    .map((part) => Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]));
  const end = { trailers: '0\r\ngrpc-status: 0\r\nx-odd: \xff\r\n\r\n', chunked: '0\r\n\r\n', 'bad chunk': 'zz\r\n' }[
    kind
  ];
  return { headers: 'transfer-encoding: chunked\r\n', pieces: [...chunks, Buffer.from(end ?? '', 'latin1')] };
}

const answer: fc.Arbitrary<OddAnswer> = fc
  .record({
    path: fc.constantFrom(...PATHS),
    before: fc.constantFrom(
      '',
      '',
      '',
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
      'HTTP/1.1 102 Processing\r\n\r\n',
    ),
    status: fc.constantFrom(200, 200, 200, 200, 201, 204, 205, 206, 299, 301, 304, 404, 429, 500, 599, 999),
    headers: fc.array(header, { maxLength: 4 }),
    kind: framing,
    text: body,
    cuts: fc.array(fc.nat(100_000), { maxLength: 4 }),
  })
  .map(({ path, before, status, headers, kind, text, cuts }) => {
    const { headers: length, pieces } = framed(kind, status === 204 || status === 304 ? Buffer.alloc(0) : text, cuts);
    const head = `${before}HTTP/1.1 ${status} Odd\r\n${headers.map((line) => `${line}\r\n`).join('')}${length}\r\n`;
    return { path, head, pieces, closes: !['length', 'chunked', 'trailers', 'empty'].includes(kind) };
  });

/** A server that sends each request the odd answer that its header `x-answer` names. */
async function startOddServer(answers: ReadonlyMap<string, OddAnswer>): Promise<net.Server> {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const name = /x-answer: (\w+)/.exec(data.toString('latin1'))?.[1];
      const odd = name === undefined ? undefined : answers.get(name);
      void (async () => {
        socket.write(Buffer.from(odd?.head ?? 'HTTP/1.1 500 None\r\ncontent-length: 0\r\n\r\n', 'latin1'));
        for (const piece of odd?.pieces ?? []) {
          socket.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        if (odd?.closes) {
          socket.end();
        }
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const { binary, reason } = findEnvoy();
if (!binary) {
  process.stderr.write(`skipped: odd answers: ${reason}\n`);
}

(binary ? describe : describe.skip).each(['inflight', 'none'] as const)('odd answers, overshoot: %s', (overshoot) => {
  const answers = new Map<string, OddAnswer>();
  let server: net.Server;
  let envoy: Envoy;

  beforeAll(async () => {
    server = await startOddServer(answers);
    const modelPort = (server.address() as AddressInfo).port;
    const configuration = { ...CONFIGURATION, overshoot, ledger: true };
    envoy = await Envoy.start(binary!, { configuration, modelPort, editScript: withStandingClock });
  });
  afterAll(async () => {
    await envoy?.stop();
    server?.close();
  });

  let count = 0;
  const ask = async (odd: OddAnswer): Promise<Reply | undefined> => {
    const name = `answer${count++}`;
    answers.set(name, odd);
    const request = { user: `odd ${name}`, tier: 'large', path: odd.path, headers: { 'x-answer': name } };
    return send(envoy.port, request).catch(() => undefined);
  };

  test('property: none makes the script fail, and whoever gets one is told the limit', async () => {
    let metered = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 8, maxLength: 8 }), async (batch) => {
        const replies = await Promise.all(batch.map(ask));
        expect(envoy.log).not.toMatch(/token limits|script log|\blua\b/i);
        for (const reply of replies) {
          metered += reply && reply.status < 300 ? 1 : 0;
          // Envoy's own words for an answer that broke off while it was held back pass no filter.
          if (reply && !(reply.status >= 502 && reply.body.startsWith('upstream connect error'))) {
            const { limit, remaining } = limits(reply);
            expect({ status: reply.status, body: reply.body, limit, remaining }).toMatchObject({
              limit: expect.stringMatching(/^1000000(000)?$/), // of the minute, or of the month where that is used up, too
              remaining: expect.stringMatching(/^\d+$/),
            });
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(metered).toBeGreaterThan(RUNS); // of eight a run; the others are no HTTP, or no success
  });
});
