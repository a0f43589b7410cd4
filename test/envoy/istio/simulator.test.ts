import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../../support/free-port';
import { freshMinute, limits, send, type Reply } from '../client';
import { Envoy } from '../envoy';
import { runnable, TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio } from './suite';
import { manifests, translate, type Json } from './translation';

jest.setTimeout(90_000);

/** The arguments with which dist/ runs the simulator, on another port. */
function simulatorArguments(port: number): string[] {
  const service: Json = manifests('dist', ['60-models']).find(({ kind }) => kind === 'InferenceService');
  const args: string[] = service.spec.predictor.containers[0].args;
  return args.map((argument) => argument.replace(/^--port=.*/, `--port=${port}`));
}

describeWithIstio("the real simulator behind Istio's listener", ({ envoy, translator, simulator }) => {
  let gateway: Envoy;
  let model: ChildProcess;
  let modelPort: number;

  beforeAll(async () => {
    modelPort = await freePort();
    // It takes the port on all interfaces and knows no other way.
    model = spawn(simulator, simulatorArguments(modelPort), { stdio: 'ignore' });
    gateway = await Envoy.startFrom(envoy, runnable(translate(translator, manifests()), modelPort));
    await untilReady(modelPort);
  }, 60_000);

  afterAll(async () => {
    await gateway?.stop();
    model?.kill();
  });

  const ask = (user: string, request: object, more: { method?: string; path?: string } = {}): Promise<Reply> =>
    send(gateway.port, {
      ...more,
      headers: { [USER_HEADER]: user, [TIER_HEADER]: 'free' },
      body: JSON.stringify({ model: 'simulator-model', ...request }),
    });
  const chat = { messages: [{ role: 'user', content: 'Tell me of the tokens that you count.' }], max_tokens: 30 };
  /** A request that the simulator itself refuses. */
  const unknownModel = { ...chat, model: 'no-such-model' };

  test('JSON: the tokens that it reports are charged, and over the limit it is not asked', async () => {
    await freshMinute(10);
    let used = 0;
    while (used < 200) {
      const reply = await ask('json', chat);
      expect(reply.status).toBe(200);
      const { total_tokens: tokens } = JSON.parse(reply.body).usage;
      used += tokens;
      expect(limits(reply)).toEqual({
        limit: '200',
        consumed: String(tokens),
        remaining: String(Math.max(0, 200 - used)),
      });
    }
    const refused = await ask('json', chat);
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body).error.message).toContain(`${used} of 200 tokens of the minute window`);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
  });

  test('SSE: the tokens of the last event are charged, and over the limit it is not asked', async () => {
    await freshMinute(10);
    let used = 0;
    while (used < 200) {
      const reply = await ask('sse', { ...chat, stream: true, stream_options: { include_usage: true } });
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toContain('text/event-stream');
      const events = reply.body.split('\n').filter((line) => line.startsWith('data: {'));
      used += JSON.parse(events.at(-1)!.slice('data: '.length)).usage.total_tokens;
      if (used < 200) {
        expect(limits(await ask('sse', unknownModel)).remaining).toBe(String(200 - used));
      }
    }
    expect((await ask('sse', { ...chat, stream: true })).status).toBe(429);
  });

  test('a request that it refuses costs nothing', async () => {
    await freshMinute(10);
    const reply = await ask('wrong', unknownModel);
    expect(reply.status).toBe(404);
    expect(JSON.parse(reply.body).error.message).toContain('no-such-model');
    expect(limits(reply)).toEqual({ limit: '200', consumed: '0', remaining: '200' });
  });

  test('models are listed, and every other path of the model server is closed', async () => {
    const models = await ask('guest', {}, { method: 'GET', path: '/v1/models' });
    expect(models.status).toBe(200);
    expect(JSON.parse(models.body).data[0].id).toBe('simulator-model');
    const closed = [
      ...['/sleep', '/wake_up', '/inference/v1/generate', '/v1/load_lora_adapter', '/metrics', '/'],
      ...['/v1/models', '/v1/chat/completions/', '/x/v1/chat/completions', '/v1/chat/completions/render'],
    ].map((path) => ['POST', path]);
    const alsoClosed = ['/metrics', '/health', '/v1/chat/completions', '/is_sleeping'].map((path) => ['GET', path]);
    for (const [method, path] of [...closed, ...alsoClosed]) {
      expect([method, path, (await ask('guest', {}, { method, path })).status]).toEqual([method, path, 404]);
    }
  });
});

async function untilReady(port: number): Promise<void> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/health`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50)); // the hook's own limit ends this
    }
  }
}
