import { freshMinute, limits, type Reply } from '../envoy/client';
import { authorinoArguments } from './harness/control-plane';
import { listed } from './harness/kuadrant';
import { readPlatformFolder } from './harness/manifests';
import { errorOf, expectRefused } from './harness/replies';
import { RunningPlatform, runningPlatformTools } from './harness/running-platform';
import { describeCluster } from './harness/suite';

const chat = { model: 'simulator-model', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 5 };
const stream = { ...chat, stream: true, stream_options: { include_usage: true } };

describeCluster(
  'a request to examples/request-limits, through what the real controllers have made of it',
  () => {
    let platform: RunningPlatform;

    beforeAll(async () => {
      platform = await RunningPlatform.start(readPlatformFolder('examples/request-limits/dist'));
    }, 180_000);

    afterAll(() => platform?.stop());

    const ask = (key: string | undefined, request: object): Promise<Reply> =>
      platform.ask(key, { body: JSON.stringify(request) });

    /** What the model says of the tokens: in the body, or in the last event but `[DONE]`. */
    function tokens({ body }: Reply): number {
      const events = body.split('\n').filter((line) => line.startsWith('data: {'));
      return JSON.parse(events.at(-1)?.slice('data: '.length) ?? body).usage.total_tokens;
    }

    test('Authorino runs here with the arguments that authorino-operator gives it, but for ports', async () => {
      const deployment = (await listed('deployments')).find(({ metadata }) => metadata.name === 'authorino')!;
      const args: string[] = deployment.spec.template.spec.containers[0].args;
      const ports = /^--(ext-auth|oidc|metrics|health)-|^server$|--(deep-metrics-enabled|log)/;
      expect(args.filter((argument) => !ports.test(argument))).toEqual(authorinoArguments);
    });

    describe.each([
      ['JSON', chat, 'application/json', 'freeuser1'],
      ['SSE', stream, 'text/event-stream', 'freeuser2'],
    ])('%s', (_, request, contentType, user) => {
      test('no key, or a wrong one: 401', async () => {
        expectRefused(await ask(undefined, request), 401);
        expectRefused(await ask('nobody', request), 401);
      });

      test('a key: 200 from the model, five times in two minutes, then 429 from Limitador', async () => {
        for (let number = 1; number <= 5; number++) {
          const reply = await ask(`${user}_key`, request);
          expect([number, reply.status]).toEqual([number, 200]);
          expect(reply.headers['content-type']).toContain(contentType);
          expect(tokens(reply)).toBeGreaterThan(0);
          expect(limits(reply).limit).toBe('200');
        }
        const refused = await ask(`${user}_key`, request);
        expect(refused.status).toBe(429);
        expect(refused.headers['x-envoy-ratelimited']).toBe('true');
      });
    });

    test.each([
      ['JSON', chat, 'premiumuser1'],
      ['SSE', stream, 'premiumuser2'],
    ])('%s: over the tokens of the tier, 429 from our Lua', async (_, request, user) => {
      await freshMinute(10);
      let used = 0;
      while (used < 1000) {
        const reply = await ask(`${user}_key`, { ...request, max_tokens: 900, ignore_eos: true });
        expect(reply.status).toBe(200);
        used += tokens(reply);
      }
      const refused = await ask(`${user}_key`, request);
      expect(refused.status).toBe(429);
      expect(errorOf(refused)).toMatchObject({ type: 'tokens', code: 'rate_limit_exceeded' });
      expect(refused.headers).not.toHaveProperty('x-envoy-ratelimited');
    });
  },
  ...runningPlatformTools,
);
