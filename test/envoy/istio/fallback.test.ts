import { spawn } from 'node:child_process';
import { freePort } from '../../support/free-port';
import { freshMinute, limits, send, type Request } from '../client';
import { Envoy } from '../envoy';
import { loopback } from '../loopback';
import { events, json, ModelServer, textEvent, THIRTY_TOKENS } from '../model-server';
import { Provider } from './provider';
import { TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio, OLDEST_AND_USUAL } from './suite';
import { manifests, translate, type Json, type Translation } from './translation';

jest.setTimeout(90_000);

const FOLDER = 'examples/fallback/dist';
const FILES = ['00-namespaces', '30-gateway', '50-limits', '60-models', '70-routes'];
const clusterOf = (service: string) => `outbound|80||${service}-predictor.llm.svc.cluster.local`;
const CLOSED_PORT = 1;

/** The example, with what Kubernetes adds for both of its models. */
function objects(): Json[] {
  const found = manifests(FOLDER, FILES);
  const copies = found
    .filter(({ metadata }) => metadata.name.startsWith('vllm-simulator-predictor'))
    .map((object) =>
      JSON.parse(JSON.stringify(object).replaceAll('vllm-simulator', 'small').replaceAll('0.20', '0.21')),
    );
  return [...found, ...copies];
}

/** Where the models of the cluster are: a port, or no pod that is ready. */
interface Places {
  readonly simulator?: number;
  readonly small?: number;
}

describeWithIstio(
  'a model with a fallback, behind the listener that Istio makes',
  ({ envoy, translator, simulator: binary }) => {
    let translation: Translation;
    let provider: Provider;
    let simulator: ModelServer;
    let small: ModelServer;
    const running: Envoy[] = [];
    let users = 0;

    beforeAll(async () => {
      translation = translate(translator, objects());
      provider = await Provider.start('api.openai.com');
      const { data } = objects().find(({ metadata }) => metadata.name === 'inference-gateway-external-keys');
      provider.mount({ ...data, 'openai.key': 'sk-platform' });
      [simulator, small] = [await ModelServer.start(), await ModelServer.start()];
    });
    afterAll(async () => {
      await simulator?.stop();
      await small?.stop();
      await provider?.stop();
    });
    beforeEach(() => {
      simulator.answer = json({ ...THIRTY_TOKENS, model: 'simulator' });
      small.answer = json({ ...THIRTY_TOKENS, model: 'small' });
      provider.answer = json({ ...THIRTY_TOKENS, model: 'provider' });
      for (const list of [simulator.seen, small.seen, provider.asked]) list.length = 0;
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((each) => each.stop()));
    });

    /** A gateway with the listeners inside of Envoy, and the models where a test wants them. */
    async function start(places: Places, spoil: (resources: Json) => void = () => undefined): Promise<Envoy> {
      const configuration: Json = provider.runnable(translation, CLOSED_PORT);
      const { static_resources: resources } = configuration;
      const inner = translation.listeners.filter(({ internal_listener }) => internal_listener !== undefined);
      resources.listeners.push(...inner);
      resources.clusters.push(...translation.clusters.filter(({ name }) => name.startsWith('maas.')));
      configuration.bootstrap_extensions = translation.bootstrap.bootstrap_extensions;
      for (const [service, port] of [
        ['vllm-simulator', places.simulator],
        ['small', places.small],
      ] as const) {
        const cluster = resources.clusters.find(({ name }: Json) => name === clusterOf(service));
        cluster.load_assignment.endpoints =
          port === undefined ? [] : [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }];
      }
      spoil(resources);
      const gateway = await Envoy.startFrom(envoy, configuration);
      running.push(gateway);
      return gateway;
    }

    const ask = (gateway: Envoy, model: string, request: Request & { user?: string } = {}) => {
      const { user = `user-${users++}`, ...rest } = request;
      const headers = { [USER_HEADER]: user, [TIER_HEADER]: 'premium', authorization: 'APIKEY tenant_key' };
      const body = JSON.stringify({ model, messages: [] });
      return send(gateway.port, { host: `${model}.maas.local`, body, ...rest, headers });
    };
    const answeredBy = ({ status, body }: { status: number; body: string }) => [status, JSON.parse(body).model];

    test('it answers itself while it can', async () => {
      const gateway = await start({ simulator: simulator.port, small: small.port });
      expect(answeredBy(await ask(gateway, 'simulator'))).toEqual([200, 'simulator']);
      expect(small.seen).toEqual([]);
    });

    test.each([
      ['has no pod that is ready', undefined],
      ['cannot be connected to', CLOSED_PORT],
    ])('another answers when it %s', async (_, port) => {
      const gateway = await start({ simulator: port, small: small.port });
      expect(answeredBy(await ask(gateway, 'simulator'))).toEqual([200, 'small']);
      const path = '/v1/embeddings?a=b';
      expect(answeredBy(await ask(gateway, 'simulator', { path }))).toEqual([200, 'small']);
    });

    test.each([500, 502, 503, 504])('another answers when it answers %i, and each is asked once', async (status) => {
      const gateway = await start({ simulator: simulator.port, small: small.port });
      simulator.answer = json({ error: 'no' }, {}, status);
      expect(answeredBy(await ask(gateway, 'simulator'))).toEqual([200, 'small']);
      expect([simulator.seen.length, small.seen.length]).toEqual([1, 1]);
    });

    test('another answers when it ends the connection before it answers', async () => {
      const gateway = await start({ simulator: simulator.port, small: small.port });
      simulator.answer = (request) => void request.socket.destroy();
      expect(answeredBy(await ask(gateway, 'simulator'))).toEqual([200, 'small']);
    });

    test.each([400, 401, 404, 413, 422, 429])('what it answers with %i the client gets', async (status) => {
      const gateway = await start({ simulator: simulator.port, small: small.port });
      simulator.answer = json({ error: 'mine' }, {}, status);
      const reply = await ask(gateway, 'simulator');
      expect([reply.status, reply.body]).toEqual([status, '{"error":"mine"}']);
      expect(small.seen).toEqual([]);
    });

    test('an answer that has begun is not begun again', async () => {
      const gateway = await start({ simulator: simulator.port, small: small.port });
      simulator.answer = async (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {}\n\n', () => response.destroy());
      };
      await expect(ask(gateway, 'simulator')).rejects.toThrow();
      expect(small.seen).toEqual([]);
    });

    test('what the other answers is charged to the budget of the caller, as of the model that was asked', async () => {
      await freshMinute(10);
      const gateway = await start({ small: small.port });
      const user = 'charged';
      expect(limits(await ask(gateway, 'simulator', { user }))).toEqual({
        limit: '1000',
        consumed: '30',
        remaining: '970',
      });
      const usage = { prompt_tokens: 40, completion_tokens: 5, total_tokens: 45 };
      small.answer = events([textEvent('Hello'), { choices: [], usage }]);
      expect((await ask(gateway, 'simulator', { user })).status).toBe(200);
      small.answer = json({ ...THIRTY_TOKENS, usage: { total_tokens: 925 } });
      expect(limits(await ask(gateway, 'simulator', { user })).remaining).toBe('0');
      expect((await ask(gateway, 'simulator', { user })).status).toBe(429);
      expect(small.seen).toHaveLength(3);
      const counted = await gateway.prometheus('charged_tokens');
      expect([...counted.matchAll(/model="([^"]+)"/g)].map(([, model]) => model)).toEqual(['simulator-model']);
    });

    test('the other is asked by its own name: the real simulator knows no other', async () => {
      const port = await freePort();
      const service = objects().find(({ kind, metadata }) => kind === 'InferenceService' && metadata.name === 'small');
      const args: string[] = service.spec.predictor.containers[0].args;
      const child = spawn(
        binary,
        args.map((argument) => argument.replace(/^--port=.*/, `--port=${port}`)),
        { stdio: 'ignore' },
      );
      try {
        const gateway = await start({ small: port });
        const messages = [{ role: 'user', content: 'Say "model": "simulator-model".' }];
        const body = JSON.stringify({ model: 'simulator-model', max_tokens: 5, messages });
        let reply = await ask(gateway, 'simulator', { body });
        while (reply.status === 503) {
          reply = await ask(gateway, 'simulator', { body }); // not there yet; the test's own limit ends this
        }
        expect(answeredBy(reply)).toEqual([200, 'small']);
        const { total_tokens: tokens } = JSON.parse(reply.body).usage;
        expect(limits(reply).consumed).toBe(String(tokens));
        const unreadable = await ask(gateway, 'simulator', { body: '{"mod\\u0065l":"simulator-model","messages":[]}' });
        expect([unreadable.status, JSON.parse(unreadable.body).error.code]).toEqual([400, 'invalid_body']);
      } finally {
        child.kill();
      }
    });

    test('the other learns neither key nor user', async () => {
      const gateway = await start({ small: small.port });
      await ask(gateway, 'simulator');
      expect(small.seen).toHaveLength(1);
      const names = Object.keys(small.seen[0]!);
      expect(names.filter((name) => name.startsWith('x-maas-') || name === 'authorization')).toEqual([]);
    });

    test('a provider as the other gets our key, its own name of the model, and nothing of the client', async () => {
      const gateway = await start({});
      expect(answeredBy(await ask(gateway, 'small'))).toEqual([200, 'provider']);
      expect(provider.asked.map(({ url, headers, body }) => [url, headers.authorization, headers.host, body])).toEqual([
        ['/v1/chat/completions', 'Bearer sk-platform', 'api.openai.com', '{"model":"gpt-4.1-mini","messages":[]}'],
      ]);
      expect(JSON.stringify(provider.asked)).not.toMatch(/tenant_key|user-|premium|x-envoy/);
    });

    test('a provider that fails has a model of the cluster behind it, which does not get the key', async () => {
      const gateway = await start({ simulator: simulator.port });
      expect(answeredBy(await ask(gateway, 'assistant'))).toEqual([200, 'provider']);
      expect(provider.asked[0]?.headers.authorization).toBe('Bearer sk-platform');
      for (const status of [503, 401]) {
        provider.answer = json({ error: 'no' }, {}, status);
        expect(answeredBy(await ask(gateway, 'assistant'))).toEqual([200, 'simulator']);
      }
      provider.answer = json({ error: 'no' }, {}, 429);
      expect((await ask(gateway, 'assistant')).status).toBe(429);
      expect(simulator.seen).toHaveLength(2);
      expect(JSON.stringify(simulator.seen)).not.toMatch(/sk-platform|tenant_key/);
    });

    test('there is one fallback, not a chain of them', async () => {
      const gateway = await start({});
      const reply = await ask(gateway, 'simulator');
      expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([503, 'service_unavailable']);
      expect(provider.asked).toEqual([]);
    });

    test('what the other does not offer is not there: other APIs, the list of models', async () => {
      const gateway = await start({});
      for (const [method, path] of [
        ['POST', '/v1/responses'],
        ['POST', '/v1/messages'],
        ['GET', '/v1/models'],
      ] as const) {
        const reply = await ask(gateway, 'small', { method, path });
        expect([path, reply.status, JSON.parse(reply.body).error.code]).toEqual([path, 503, 'service_unavailable']);
      }
      expect(provider.asked).toEqual([]);
    });

    test('a request beyond the buffer of the gateway has no second try', async () => {
      const gateway = await start({ simulator: simulator.port, small: small.port });
      simulator.answer = json({ error: 'mine' }, {}, 503);
      const body = JSON.stringify({ model: 'simulator', input: 'a'.repeat(1_500_000) });
      expect((await ask(gateway, 'simulator', { body })).status).toBe(503);
      expect([simulator.seen.length, small.seen.length]).toEqual([1, 0]);
    });

    test('in a mesh of another domain nobody finds the models: none answers but a provider', async () => {
      const gateway = await start({ simulator: simulator.port, small: small.port }, (resources) => {
        const names = [clusterOf('vllm-simulator'), clusterOf('small')];
        for (const cluster of resources.clusters) {
          if (names.includes(cluster.name)) cluster.name = cluster.name.replace('cluster.local', 'research.example');
        }
        // A listener whose routes lead nowhere is one that Envoy does not take.
        resources.listeners = resources.listeners.filter(
          (listener: Json) => !names.some((name) => JSON.stringify(listener).includes(name)),
        );
      });
      const reply = await ask(gateway, 'simulator');
      expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([503, 'service_unavailable']);
      expect(answeredBy(await ask(gateway, 'small'))).toEqual([200, 'provider']);
      expect([simulator.seen, small.seen]).toEqual([[], []]);
    });

    test('from nowhere else a listener inside of Envoy can be reached', () => {
      const inner = translation.listeners.filter(({ name }) => name.startsWith('maas.'));
      expect(inner.map(({ name }) => name).sort()).toEqual([
        'maas.fallback.assistant',
        'maas.fallback.simulator',
        'maas.fallback.small',
        'maas.first.assistant',
      ]);
      expect(inner.filter(({ address, internal_listener }) => address !== undefined || !internal_listener)).toEqual([]);
    });
  },
  OLDEST_AND_USUAL,
);
