import { freshMinute, limits, send, type Request } from '../client';
import { json, THIRTY_TOKENS } from '../model-server';
import { Gateway } from './gateway';
import { TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio } from './suite';
import { manifests, translate, type Json, type Translation } from './translation';

jest.setTimeout(90_000);

const FOLDER = 'examples/path-routing/dist';
const HOST = 'api.maas.local';
const PATHS = ['chat/completions', 'completions', 'embeddings', 'responses', 'messages'].map((path) => `/v1/${path}`);
const clusterOf = (service: string) => `outbound|80||${service}-predictor.llm.svc.cluster.local`;

/** The example, with what Kubernetes adds for both of its models. */
function objects(): Json[] {
  const found = manifests(FOLDER);
  const copies = found
    .filter(({ metadata }) => metadata.name.startsWith('vllm-simulator-predictor'))
    .map((object) =>
      JSON.parse(JSON.stringify(object).replaceAll('vllm-simulator', 'large').replaceAll('0.20', '0.21')),
    );
  return [...found, ...copies];
}

describeWithIstio('models by path, behind the listener that Istio makes', ({ envoy, translator }) => {
  let translation: Translation;
  let gateway: Gateway;
  /** What the model server was asked: method and path. */
  const asked: string[] = [];

  beforeAll(async () => {
    translation = translate(translator, objects());
    gateway = await Gateway.start(envoy, translation);
  });
  afterAll(() => gateway?.stop());
  beforeEach(() => {
    asked.length = 0;
    gateway.model.seen.length = 0;
    const answer = json(THIRTY_TOKENS);
    gateway.model.answer = (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      return answer(request, response);
    };
  });

  const ask = (path: string, request: Request = {}) =>
    send(gateway.envoy.port, {
      host: HOST,
      path,
      ...request,
      headers: { [USER_HEADER]: 'alice', [TIER_HEADER]: 'premium', ...request.headers },
    });

  test('there is one host, and each path of a model leads to that model', () => {
    const hosts = translation.routes.flatMap(({ virtual_hosts }) => virtual_hosts);
    expect(hosts.map(({ domains }: Json) => domains)).toEqual([[HOST]]);
    const routes = hosts[0].routes.filter(({ match }: Json) => match.path !== undefined);
    for (const { route, request_headers_to_remove } of routes) {
      expect(route.timeout).toBe('0s');
      expect(request_headers_to_remove).toEqual(['authorization', 'x-maas-user', 'x-maas-tier']);
    }
    const led = routes.map(({ match, route }: Json) => `${match.path} -> ${route.cluster}`);
    const expected = ['simulator', 'large'].flatMap((name) =>
      [...PATHS, '/v1/models'].map((path) => {
        return `/${name}${path} -> ${clusterOf(name === 'simulator' ? 'vllm-simulator' : name)}`;
      }),
    );
    expect(led.sort()).toEqual(expected.sort());
  });

  test.each(PATHS)('the model gets %s, without what told it from others, and with the query', async (path) => {
    expect((await ask(`/simulator${path}`)).status).toBe(200);
    expect((await ask(`/large${path}?a=%2F..&b=c`)).status).toBe(200);
    expect(asked).toEqual([`POST ${path}`, `POST ${path}?a=%2F..&b=c`]);
  });

  test('it learns neither the key nor who asks', async () => {
    await ask('/simulator/v1/chat/completions', { headers: { authorization: 'APIKEY secret' } });
    expect(gateway.model.seen).toHaveLength(1);
    const names = Object.keys(gateway.model.seen[0]!);
    expect(names.filter((name) => name.startsWith('x-maas-') || name === 'authorization')).toEqual([]);
  });

  test('the list of a model is its own, that of the platform is ours', async () => {
    expect((await ask('/simulator/v1/models', { method: 'GET' })).status).toBe(200);
    expect(asked).toEqual(['GET /v1/models']);
    const { status, body } = await ask('/v1/models', { method: 'GET' });
    expect(status).toBe(200);
    expect(JSON.parse(body).data.map(({ base_url }: Json) => base_url)).toEqual([
      'http://api.maas.local/simulator/v1',
      'http://api.maas.local/large/v1',
    ]);
    expect((await ask('/v1/models/large', { method: 'GET' })).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  test('who has no identity gets nothing', async () => {
    const reply = await send(gateway.envoy.port, { host: HOST, path: '/simulator/v1/chat/completions' });
    expect(reply.status).toBe(403);
    expect(asked).toEqual([]);
  });

  test.each([
    ...['/simulator/metrics', '/simulator/sleep', '/simulator/invocations', '/simulator', '/simulator/', '/'],
    ...['/simulator/v1/models', '/simulator/v1', '/simulator/v1/chat/completions/', '/simulator/v1/chat/completions/x'],
    ...['/v1/chat/completions', '/x/simulator/v1/chat/completions', '/simulator/simulator/v1/chat/completions'],
    ...['/Simulator/v1/chat/completions', '/SIMULATOR/v1/chat/completions', '/simulator/V1/chat/completions'],
    ...['//simulator/v1/chat/completions', '/simulator//v1/chat/completions', '/simulator/v1/chat//completions'],
    ...['/simulator%2Fv1/chat/completions', '/simulator/v1/chat%2Fcompletions', '/simulator/v1%2f..%2fmetrics'],
    ...['/simulator/v1/chat/completions/..%2f..%2f..%2fmetrics', '/simulator/v1/chat/completions;/../../metrics'],
    ...['/simulator/v1/chat/completions%3F', '/simulator/v1/chat/completions%00', '/simulator/v1/chat/completions%20'],
    ...['/simulator/v1/chat/completions/../../../metrics', '/simulator/v1/../metrics', '/nobody/v1/chat/completions'],
  ])('POST %s reaches no model', async (path) => {
    const { status } = await ask(path);
    expect([400, 404]).toContain(status);
    expect(asked).toEqual([]);
  });

  test.each([
    ...['/simulator/v1/chat/completions', '/simulator/metrics', '/simulator/health', '/simulator/v1/models/x'],
    ...['/v1/models/../../simulator/metrics', '/v1/models/%2e%2e/%2e%2e/simulator/metrics'],
  ])('GET %s reaches no model', async (path) => {
    const { status } = await ask(path, { method: 'GET' });
    expect([400, 404]).toContain(status);
    expect(asked).toEqual([]);
  });

  test.each(['simulator.maas.local', 'large.maas.local'])('there is no host %s', async (host) => {
    for (const path of ['/v1/chat/completions', '/simulator/v1/chat/completions']) {
      expect((await ask(path, { host })).status).toBe(404);
    }
    expect(asked).toEqual([]);
  });

  test.each([
    ['/simulator/v1/chat/completions', '30'],
    ['/large/v1/chat/completions', '90'],
    ['/large/v1/chat/completions?/simulator/', '90'],
    ['/simulator/../large/v1/chat/completions', '90'],
    ['/simulator/%2e%2e/large/v1/chat/completions', '90'],
    ['/%6carge/v1/chat/completions', '90'],
  ])('30 tokens of %s count %s, however the path and the host are written', async (path, consumed) => {
    for (const host of [HOST, `${HOST}:80`, 'API.maas.local']) {
      await freshMinute(5);
      const reply = await ask(path, { host, headers: { [USER_HEADER]: `user of ${path}` } });
      expect([host, reply.status, limits(reply).consumed]).toEqual([host, 200, consumed]);
    }
  });
});
