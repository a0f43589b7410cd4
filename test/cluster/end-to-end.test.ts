import { freshMinute, limits, send, type Reply } from '../envoy/client';
import { Envoy, findEnvoy } from '../envoy/envoy';
import { runnable } from '../envoy/istio/runnable';
import { connectionManager, type Json } from '../envoy/istio/translation';
import { Server } from '../limitador/servers';
import { freePort } from '../support/free-port';
import { authenticated } from './harness/authenticated';
import { authorinoArguments, ControlPlane, controlPlaneTools } from './harness/control-plane';
import { discover, gatewayPod } from './harness/discovery';
import { listed } from './harness/kuadrant';
import { manifestsOf, readPlatformFolder } from './harness/manifests';
import { Program } from './harness/program';
import { rateLimited } from './harness/rate-limited';
import { errorOf, expectRefused } from './harness/replies';
import { describeCluster } from './harness/suite';

const folder = readPlatformFolder('examples/request-limits/dist');

/** The arguments with which KServe runs the simulator, on another port. It takes that on all interfaces and knows no other way. */
function startSimulator(port: number): Program {
  const service = manifestsOf(folder).find(({ kind }) => kind === 'InferenceService')!;
  const args: string[] = service.spec.predictor.containers[0].args;
  return Program.start(
    'llm-d-inference-sim',
    args.map((argument) => argument.replace(/^--port=.*/, `--port=${port}`)),
  );
}

const chat = { model: 'simulator-model', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 5 };
const stream = { ...chat, stream: true, stream_options: { include_usage: true } };

describeCluster(
  'a request to examples/request-limits, through what the real controllers have made of it',
  () => {
    let plane: ControlPlane;
    let model: Program;
    let limitador: Server;
    let envoy: Envoy;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      await plane.apply(folder);
      await plane.untilGood(folder);
      const modelPort = await freePort();
      model = startSimulator(modelPort);
      await model.untilReady(async () => {
        return fetch(`http://127.0.0.1:${modelPort}/health`).then(
          ({ status }) => status === 200,
          () => false,
        );
      });
      limitador = await Server.limitador((await listed('limitadors'))[0]!.spec.limits);
      const sent = discover(plane.istiod.address, await gatewayPod('inference-gateway'));
      const wasm = connectionManager(sent).http_filters.find(({ name }: Json) => name === 'envoy.filters.http.wasm');
      const configuration = authenticated(runnable(sent, modelPort), sent, plane.authorinoPort);
      const { binary, reason } = findEnvoy();
      if (!binary) throw new Error(reason);
      envoy = await Envoy.startFrom(binary, rateLimited(configuration, wasm, sent.clusters, limitador.port));
    }, 180_000);

    afterAll(async () => {
      await envoy?.stop();
      await limitador?.kill();
      await model?.stop();
      await plane?.empty();
      await plane?.stop();
    });

    const ask = (key: string | undefined, request: object): Promise<Reply> =>
      send(envoy.port, {
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
        body: JSON.stringify(request),
      });

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
  ...controlPlaneTools,
  'llm-d-inference-sim',
  'limitador',
);
