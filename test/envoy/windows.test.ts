import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { limits, send } from './client';
import { json, textEvent, THIRTY_TOKENS, type Answer } from './model-server';
import { describeWithEnvoy, remaining } from './suite';

const folder = mkdtempSync(path.join(tmpdir(), 'maas-clock-'));
const clockFile = path.join(folder, 'clock');

afterAll(() => rmSync(folder, { recursive: true }));

/** The script's only look at the time, made to read a file. */
function withClockFile(script: string): string {
  return script.replace('local now = os.time()', `local now = tonumber(io.lines('${clockFile}')())`);
}

/** Half a minute before an hour, a day and a month end. */
const END = Date.UTC(2026, 10, 30, 23, 59, 30) / 1000;

describeWithEnvoy('windows that turn', { editScript: withClockFile }, (gateway) => {
  const ask = (user: string, tier = 'free') => send(gateway.envoy.port, { user, tier });
  // Renamed into place: a worker never reads a file that is half written.
  const setClock = (seconds: number) => {
    writeFileSync(`${clockFile}.new`, String(seconds));
    renameSync(`${clockFile}.new`, clockFile);
  };

  /** A stream of two events, between which the minute, the hour, the day and the month turn. */
  const acrossTheTurn =
    (before: object, after: object): Answer =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(before)}\n\n`);
      setTimeout(() => {
        setClock(END + 30);
        response.end(`data: ${JSON.stringify(after)}\n\n`);
      }, 100);
    };

  beforeEach(() => {
    setClock(END);
    gateway.model.answer = json(THIRTY_TOKENS);
  });

  afterEach(() => {
    expect(gateway.envoy.log).not.toMatch(/token limits|script log|lua/i);
  });

  test('who has used up a minute is refused until it turns', async () => {
    for (let request = 0; request < 7; request++) {
      await ask('minutely');
    }
    const refused = await ask('minutely');
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('30');
    setClock(END + 29);
    expect((await ask('minutely')).headers['retry-after']).toBe('1');
    setClock(END + 30);
    expect(limits(await ask('minutely')).remaining).toBe('170');
  });

  test('hours and days go on while minutes turn', async () => {
    const hourly = { 'x-ratelimit-limit-tokens': '60', 'x-ratelimit-remaining-tokens': '30' };
    setClock(END - 3000);
    expect((await ask('slow', 'small')).headers).toMatchObject(hourly);
    setClock(END - 2000);
    await ask('slow', 'small');
    const refused = await ask('slow', 'small');
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body).error.message).toContain('60 of 60 tokens of the hour window');
    expect(refused.headers['retry-after']).toBe('2030');
    setClock(END + 30);
    expect((await ask('slow', 'small')).status).toBe(200);
  });

  test('a request is charged to the window in which it settles', async () => {
    gateway.model.answer = async (request, response) => {
      setClock(END + 30);
      await json(THIRTY_TOKENS)(request, response);
    };
    expect(limits(await ask('straddler'))).toMatchObject({ consumed: '30', remaining: '170' });
  });

  test('a stream is charged to the window in which its text passes', async () => {
    gateway.model.answer = acrossTheTurn(textEvent('x'.repeat(400)), textEvent('x'.repeat(200)));
    await ask('streamer');
    // Of 150 tokens the first window was charged 111: 11 were the guess of the prompt.
    expect(await remaining(gateway, 'streamer', 'free')).toBe(200 - 39);
  });

  test('what was charged too much before the turn is no credit after it', async () => {
    gateway.model.answer = acrossTheTurn(textEvent(' '.repeat(8_000)), { usage: { total_tokens: 100 } });
    await Promise.all([ask('saver'), ask('saver'), ask('saver')]);
    gateway.model.answer = json(THIRTY_TOKENS);
    expect(limits(await ask('saver')).remaining).toBe('170');
  });

  test('200 requests while windows turn: none is lost, and no more than what settles at the turn counts twice', async () => {
    let answered = 0;
    gateway.model.answer = async (request, response) => {
      if (++answered === 100) {
        setClock(END + 30);
      }
      await json(THIRTY_TOKENS)(request, response);
    };
    await Promise.all(Array.from({ length: 200 }, () => ask('crowd', 'large')));
    const used = 1_000_000 - (await remaining(gateway, 'crowd', 'large'));
    // The month turned as well; what settled before belongs to the last one.
    expect(used % 30).toBe(0);
    expect(used).toBeGreaterThanOrEqual(30 * 100);
    expect(used).toBeLessThanOrEqual(30 * 200);
  });

  test('a billion a month: the limit holds to the token', async () => {
    const fill = { usage: { total_tokens: 250_000_000 } };
    gateway.model.answer = json(fill);
    for (let minute = 0; minute < 4; minute++) {
      setClock(END - 600 + minute * 60);
      expect((await ask('whale', 'monthly')).status).toBe(200);
    }
    const refused = await ask('whale', 'monthly');
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body).error.message).toContain(
      '1000000000 of 1000000000 tokens of the month window used by tier monthly',
    );
    setClock(END + 30);
    expect(limits(await ask('whale', 'monthly')).remaining).toBe('750000000');
  });
});
