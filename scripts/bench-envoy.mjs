// What our filters cost: CPU time of a real Envoy per request, with the token limit and without, with the filter that
// slows down guessing and without, two workers each.
//
// The Envoys take turns in short rounds, so that whatever else runs on the machine hits all of them; requests per second
// are printed beside, but client and model server share the cores with Envoy. Takes about two minutes.
import { buildSync } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import { resolve } from 'node:path';

const JSON_ROUNDS = 24;
const STREAM_ROUNDS = 8;
// Few connections for short answers: with many, Envoy handles several requests at each wake-up, which a gateway of models
// rarely can, and looks cheaper than it is.
const JSON_CONNECTIONS = 4;
const STREAM_CONNECTIONS = 20;
const REQUESTS = 1500; // of short JSON, a round
const STREAMS = 60; // a round
const EVENTS = 200;
const MANY_USERS = 20_000;

const require = createRequire(import.meta.url);
const { renderTokenLimitScript } = require(resolve('lib/src/limits/lua-script.js'));
const { failedAuthenticationHttpFilters } = require(resolve('lib/src/gateway/failed-authentication-filter.js'));
const { usageAccessLog } = require(resolve('lib/src/limits/usage-ledger.js'));

const CONFIGURATION = {
  tiers: { free: { enforce: true, windows: { minute: 3e10, hour: 3e10, day: 3e10 } } },
  models: { 'simulator.maas.local': { name: 'simulator-model', prompt: 1, completion: 1, cached: 1 } },
};

const JSON_ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1764028800,
  model: 'simulator-model',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'lorem ipsum dolor sit amet '.repeat(16) },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
});

const event = (document) => `data: ${JSON.stringify(document)}\n\n`;
const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1764028800, model: 'simulator-model' };
const TEXT_EVENT = event({
  ...chunk,
  choices: [{ index: 0, delta: { content: ' word' }, finish_reason: null }],
  usage: null,
});
const LAST_EVENT = event({ ...chunk, choices: [], usage: JSON.parse(JSON_ANSWER).usage });

/** Answers each request: a stream to `/v1/chat/completions?stream`, whose events come in pieces of their own. */
function startModelServer() {
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${JSON_ANSWER.length}\r\n\r\n${JSON_ANSWER}`;
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (data.includes('?stream')) {
        void stream(socket);
      } else {
        socket.write(answer);
      }
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

async function stream(socket) {
  const piece = (text) => socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let count = 0; count < EVENTS; count++) {
    piece(TEXT_EVENT);
    await new Promise((wake) => setTimeout(wake, 2));
  }
  piece(LAST_EVENT);
  piece('data: [DONE]\n\n');
  socket.write('0\r\n\r\n');
}

/** Sends `count` requests over some connections; each is sent when the one before it has been answered. */
function load(port, { count, connections, path, users = 50, lastBytes }) {
  let sent = 0;
  const worker = () =>
    new Promise((done, fail) => {
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
      const next = () => {
        if (sent === count) {
          socket.destroy();
          done();
          return;
        }
        const user = `user-${sent++ % users}`;
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: simulator.maas.local\r\nx-maas-user: ${user}\r\nx-maas-tier: free\r\n` +
            'content-type: application/json\r\naccept: */*\r\nuser-agent: bench\r\ncontent-length: 41\r\n\r\n{"model":"simulator-model","messages":[]}',
        );
      };
      let first = true;
      let tail = Buffer.alloc(0);
      socket.on('data', (data) => {
        if (first && data.toString('latin1', 0, 15) !== 'HTTP/1.1 200 OK') {
          fail(new Error(`got ${data}`));
        }
        first = false;
        tail = Buffer.concat([tail, data]).subarray(-lastBytes.length);
        if (tail.equals(lastBytes)) {
          first = true;
          next();
        }
      });
      socket.on('connect', next);
      socket.on('error', fail);
    });
  return Promise.all(Array.from({ length: connections }, worker));
}

/** CPU nanoseconds of all threads of a process. */
function cpuTime(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, time) => sum + time, 0);
}

function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * CPU microseconds a request and their ratio to the first Envoy's of the same round, each as the median over the rounds (a
 * machine's clock rate changes from one to the next), and most requests per second.
 */
async function compare(envoys, rounds, requests) {
  const results = envoys.map(() => ({ microseconds: [], perSecond: 0 }));
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < envoys.length; turn++) {
      const index = (round + 1 + turn) % envoys.length;
      const envoy = envoys[index];
      const [before, started] = [cpuTime(envoy.processId), performance.now()];
      await load(envoy.port, requests);
      const seconds = (performance.now() - started) / 1000;
      if (round >= 0) {
        results[index].microseconds.push((cpuTime(envoy.processId) - before) / 1000 / requests.count);
        results[index].perSecond = Math.max(results[index].perSecond, requests.count / seconds);
      }
    }
  }
  const without = results[0].microseconds;
  return results.map(({ microseconds, perSecond }) => ({
    microseconds: median(microseconds),
    ratio: median(microseconds.map((time, round) => time / without[round])),
    perSecond,
  }));
}

function report(title, names, results) {
  console.log(`\n${title}`);
  for (const [index, { microseconds, ratio, perSecond }] of results.entries()) {
    console.log(
      `  ${names[index].padEnd(24)}${microseconds.toFixed(0).padStart(7)} µs CPU a request   ratio ${ratio.toFixed(2)}   ${perSecond.toFixed(0).padStart(6)} requests/s`,
    );
  }
}

/** The Envoy of the tests, on top of what `npm run build` made of the library. */
function loadHarness() {
  const outfile = resolve('lib/test/envoy/harness.cjs');
  const external = ['../../src/limits/lua-script'];
  buildSync({ entryPoints: ['test/envoy/envoy.ts'], outfile, bundle: true, platform: 'node', external });
  return require(outfile).Envoy;
}

const envoys = [];
const model = await startModelServer();
try {
  const binary = execFileSync('node', ['scripts/envoy.mjs'], { encoding: 'utf8' }).trim();
  const Envoy = loadHarness();
  const modelPort = model.address().port;
  const ledger = {
    configuration: { ...CONFIGURATION, ledger: true },
    connectionManager: { access_log: [usageAccessLog()] },
  };
  const variants = {
    'without the filter': {},
    'with the filter': { configuration: CONFIGURATION },
    'and the usage ledger': ledger,
    'and the slow-down': { ...ledger, filtersBefore: failedAuthenticationHttpFilters(20) },
    "overshoot: 'none'": { configuration: { ...CONFIGURATION, overshoot: 'none' } },
  };
  for (const options of Object.values(variants)) {
    envoys.push(await Envoy.start(binary, { modelPort, ...options }));
  }
  const names = Object.keys(variants);

  const script = renderTokenLimitScript(CONFIGURATION);
  const bare = script.replace(/^\s*--.*\n/gm, '').replace(/\s+-- .*$/gm, '');
  console.log(`Script: ${script.length} bytes, ${bare.length} without comments`);

  const path = '/v1/chat/completions';
  const short = {
    count: REQUESTS,
    connections: JSON_CONNECTIONS,
    path,
    lastBytes: Buffer.from(JSON_ANSWER.slice(-30)),
  };
  report('Short JSON answers', names, await compare(envoys, JSON_ROUNDS, short));
  const streams = {
    count: STREAMS,
    connections: STREAM_CONNECTIONS,
    path: `${path}?stream`,
    lastBytes: Buffer.from('0\r\n\r\n'),
  };
  report(`Streams of ${EVENTS} events, one every 2 ms`, names, await compare(envoys, STREAM_ROUNDS, streams));

  const { port, processId } = envoys[1];
  const before = residentBytes(processId);
  await load(port, { ...short, count: MANY_USERS, users: MANY_USERS });
  const bytes = (residentBytes(processId) - before) / MANY_USERS;
  console.log(`\nMemory: ${bytes.toFixed(0)} bytes a user (three windows, ${MANY_USERS} users)`);
} finally {
  await Promise.all(envoys.map((envoy) => envoy.stop()));
  model.close();
}
