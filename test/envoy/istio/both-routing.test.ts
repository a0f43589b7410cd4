import type { MaasPlatformProps } from '../../../src';
import { manifestsOf } from '../../../src/platform/manifests';
import { freshMinute, limits, send, type Request } from '../client';
import { json, THIRTY_TOKENS } from '../model-server';
import { Gateway } from './gateway';
import { TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio } from './suite';
import { manifests, translate, type Json } from './translation';

jest.setTimeout(90_000);

const HOST = 'api.maas.local';
const CHAT = '/v1/chat/completions';

/** The name of one model begins with that of the other, whose tokens count otherwise. */
const WEIGHTS = { qwen: 1, 'qwen-large': 3, v2: 5 } as const;
type Model = keyof typeof WEIGHTS;
const MODELS = Object.keys(WEIGHTS) as Model[];

const PROPS: MaasPlatformProps = {
  gateway: { routing: 'both' },
  models: MODELS.map((name) => ({ name, runtime: 'simulator', weight: WEIGHTS[name] })),
};

const READ_BY_ISTIO = ['Namespace', 'ConfigMap', 'Gateway', 'EnvoyFilter', 'HTTPRoute'];

/** The platform, with what Kubernetes adds for its models. */
function objects(): Json[] {
  const own = manifestsOf(PROPS).filter(({ kind }: Json) => READ_BY_ISTIO.includes(kind));
  const beside = manifests('dist', []);
  const copies = MODELS.flatMap((name, index) =>
    beside
      .filter(({ metadata }) => metadata.name.startsWith('vllm-simulator-predictor'))
      .map((object) =>
        JSON.parse(
          JSON.stringify(object)
            .replaceAll('vllm-simulator', name)
            .replaceAll('0.20', `0.${21 + index}`),
        ),
      ),
  );
  return [...own, ...beside, ...copies];
}

describeWithIstio('models by host and by path, behind the listener that Istio makes', ({ envoy, translator }) => {
  let gateway: Gateway;
  let routes: Json[];
  /** What the model server was asked. */
  const asked: string[] = [];

  beforeAll(async () => {
    const translation = translate(translator, objects());
    routes = translation.routes.flatMap(({ virtual_hosts }) => virtual_hosts as Json[]);
    gateway = await Gateway.start(envoy, translation);
  });
  afterAll(() => gateway?.stop());
  beforeEach(() => {
    asked.length = 0;
    const answer = json(THIRTY_TOKENS);
    gateway.model.answer = (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      return answer(request, response);
    };
  });

  const ask = (user: string, host: string, path: string, request: Request = {}) =>
    send(gateway.envoy.port, {
      host,
      path,
      ...request,
      headers: { [USER_HEADER]: user, [TIER_HEADER]: 'premium', ...request.headers },
    });

  test('each model has a host, and a path at the host of the platform', () => {
    const hosts = routes.flatMap(({ domains }) => domains);
    expect(hosts.sort()).toEqual([HOST, ...MODELS.map((name) => `${name}.maas.local`)].sort());
  });

  test.each(MODELS)('%s answers either way, from one budget and with one weight', async (name) => {
    await freshMinute(5);
    const user = `of ${name}`;
    let remaining = 1000;
    for (const [host, path] of [
      [`${name}.maas.local`, CHAT],
      [HOST, `/${name}${CHAT}`],
      [`${name}.maas.local:80`, `${CHAT}?a=b`],
      ['API.maas.local', `/${name}${CHAT}?a=b`],
    ] as const) {
      const reply = await ask(user, host, path);
      remaining -= 30 * WEIGHTS[name];
      expect([host, path, reply.status, limits(reply)]).toEqual([
        ...[host, path, 200],
        expect.objectContaining({ consumed: String(30 * WEIGHTS[name]), remaining: String(remaining) }),
      ]);
    }
    expect(asked).toEqual([`POST ${CHAT}`, `POST ${CHAT}`, `POST ${CHAT}?a=b`, `POST ${CHAT}?a=b`]);
  });

  test('who has spent the budget at a host is refused at every path, and the other way round', async () => {
    for (const [first, second] of [
      [
        ['v2.maas.local', CHAT],
        [HOST, `/qwen${CHAT}`],
      ],
      [
        [HOST, `/v2${CHAT}`],
        ['qwen.maas.local', CHAT],
      ],
    ] as const) {
      await freshMinute(10);
      const user = `spends at ${first.join('')}`;
      for (let spent = 0; spent < 1000; spent += 150) expect((await ask(user, first[0], first[1])).status).toBe(200);
      expect((await ask(user, second[0], second[1])).status).toBe(429);
      expect((await ask(user, first[0], first[1])).status).toBe(429);
    }
  });

  // All of these are qwen-large to Envoy, so they cost what it costs; none is counted as the cheaper model.
  test.each([
    [HOST, `/qwen-large${CHAT}?/qwen/`],
    [HOST, `/qwen/../qwen-large${CHAT}`],
    [HOST, `/qwen/%2e%2e/qwen-large${CHAT}`],
    [HOST, `/qwen\\..\\qwen-large${CHAT}`],
    [HOST, `/qwen%2Dlarge${CHAT}`],
    [HOST, `/%71wen-large${CHAT}`],
    [HOST, `/./qwen-large/./v1/chat/completions`],
    [HOST, `/qwen-large${CHAT}#/qwen${CHAT}`],
    ['qwen-large.maas.local', `/qwen/..${CHAT}`],
    ['qwen-large.maas.local', `${CHAT}?/qwen${CHAT}`],
    ['QWEN-large.maas.local:80', CHAT],
  ])('%s%s counts as qwen-large', async (host, path) => {
    await freshMinute(5);
    const reply = await ask(`large at ${host}${path}`, host, path);
    expect([reply.status, limits(reply).consumed]).toEqual([200, '90']);
    expect(asked).toHaveLength(1);
  });

  test.each([
    [HOST, `/qwen-${CHAT}`],
    [HOST, `/qwen-l${CHAT}`],
    [HOST, `/qwen-larger${CHAT}`],
    [HOST, `/qwen/qwen-large${CHAT}`],
    [HOST, `//qwen${CHAT}`],
    [HOST, `/qwen//v1/chat/completions`],
    [HOST, `/qwen%2Fv1/chat/completions`],
    [HOST, `/qwen%2f..%2fqwen-large${CHAT}`],
    [HOST, `/QWEN${CHAT}`],
    [HOST, `/Qwen${CHAT}`],
    [HOST, `/qwen;a=b${CHAT}`],
    [HOST, `/qwen%00${CHAT}`],
    [HOST, `/v1${CHAT}`],
    [HOST, `/v2/../v1${CHAT}`],
    [HOST, CHAT],
    ['qwen.maas.local', `/qwen${CHAT}`],
    ['qwen.maas.local', `/qwen-large${CHAT}`],
    ['v1.maas.local', CHAT],
  ])('POST %s%s reaches no model', async (host, path) => {
    const { status } = await ask('mallory', host, path);
    expect([400, 404]).toContain(status);
    expect(asked).toEqual([]);
  });

  test('another host in the headers changes nothing', async () => {
    await freshMinute(5);
    for (const name of [
      'x-forwarded-host',
      'x-original-url',
      'x-rewrite-url',
      'x-envoy-original-path',
      'x-http-path',
    ]) {
      const headers = { [name]: name.endsWith('host') ? 'qwen.maas.local' : `/qwen${CHAT}`, [USER_HEADER]: name };
      const reply = await ask(name, HOST, `/qwen-large${CHAT}`, { headers });
      expect([name, reply.status, limits(reply).consumed]).toEqual([name, 200, '90']);
    }
  });
});
