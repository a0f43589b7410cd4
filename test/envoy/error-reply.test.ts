import { Duration } from 'cdk8s';
import * as net from 'node:net';
import OpenAI from 'openai';
import { ErrorReplyFilter, MaasGateway } from '../../src';
import { identityRequiredHttpFilter } from '../../src/gateway/identity-required-filter';
import { synthesize } from '../support/synth';
import { send, type Reply, type Request } from './client';
import { json } from './model-server';
import { describeWithEnvoy, type Gateway } from './suite';

/** What the EnvoyFilter merges into the connection manager. */
const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => new ErrorReplyFilter(chart, 'reply', { gateway }));
const { local_reply_config } = find('EnvoyFilter').spec.configPatches[0].patch.value.typed_config;

/** Replies of other filters: with a content type, as AuthPolicies give them, and without, as Kuadrant's plugin does. */
const otherFilter = {
  name: 'other',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    default_source_code: {
      inline_string: `
        function envoy_on_request(handle)
          local status = handle:headers():get('x-test-status')
          if status then
            handle:respond({[':status'] = status, ['content-type'] = handle:headers():get('x-test-type')}, 'its own')
          end
        end`,
    },
  },
};

const smallBodies = {
  name: 'small-bodies',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer',
    max_request_bytes: 1000,
  },
};

const connectionManager = {
  max_request_headers_kb: 8,
  route_config: {
    validate_clusters: false,
    virtual_hosts: [
      {
        name: 'models',
        domains: ['simulator.maas.local', '127.0.0.*'],
        routes: [
          { match: { path: '/v1/away' }, route: { cluster: 'no-such-cluster' } },
          { match: { path: '/v1/slow' }, route: { cluster: 'model', timeout: '0.1s' } },
          { match: { path: '/v1/chat/completions' }, route: { cluster: 'model' } },
          { match: { path: '/v1/models' }, route: { cluster: 'model' } },
        ],
      },
    ],
  },
};

const alice = { user: 'alice', tier: 'free' };

const fromOtherFilter = (status: number, type?: string): Request => ({
  ...alice,
  headers: { 'x-test-status': String(status), ...(type && { 'x-test-type': type }) },
});

function errorOf({ status, headers, body }: Reply) {
  return { status, contentType: headers['content-type'], ...JSON.parse(body) };
}

function expectedError(status: number, type: string, code: string, message: string) {
  return { status, contentType: 'application/json', error: { message, type, param: null, code } };
}

const NO_ROUTE = expectedError(
  404,
  'invalid_request_error',
  'unknown_url',
  'Nothing is served at this host, path and method.',
);

/** Sends text as it is, and returns what comes back until the connection is closed. */
function sendText({ envoy }: Gateway, text: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(envoy.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', reject);
    socket.on('end', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      const [, status] = /^HTTP\/1.1 (\d+)/.exec(head) ?? [];
      const [, type] = /content-type: (\S+)/.exec(head) ?? [];
      resolve({ status: Number(status), headers: { 'content-type': type }, body } as Reply);
    });
  });
}

const behind = {
  filtersBefore: [otherFilter, smallBodies, identityRequiredHttpFilter()],
  connectionManager: { ...connectionManager, local_reply_config },
};

describeWithEnvoy('behind the error replies', behind, (running) => {
  const ask = (request: Request) => send(running.envoy.port, request);

  test.each<[string, Request]>([
    ['an unknown host', { ...alice, host: 'unknown.maas.local' }],
    ['an unknown host, without a key', { host: 'unknown.maas.local' }],
    ['an unknown path', { ...alice, path: '/metrics' }],
    ['an unknown path, without a key', { path: '/metrics', method: 'GET' }],
  ])('%s is 404, as OpenAI clients read it', async (_, request) => {
    expect(errorOf(await ask(request))).toEqual(NO_ROUTE);
  });

  test('a route without an identity is 403', async () => {
    expect(errorOf(await ask({}))).toEqual(
      expectedError(403, 'invalid_request_error', 'identity_required', 'The gateway knows no user for this request.'),
    );
  });

  test.each<[string, number, string, string, string, Request]>([
    [
      ...(['a model that is away', 503, 'server_error', 'service_unavailable'] as const),
      'The model, or something on the way to it, is not available.',
      { ...alice, path: '/v1/away' },
    ],
    [
      ...(['a body that is too large', 413, 'invalid_request_error', 'request_too_large'] as const),
      'The request is too large.',
      { ...alice, body: 'x'.repeat(2000) },
    ],
    [
      ...(['a plain 500 of another filter', 500, 'server_error', 'internal_error'] as const),
      'The gateway failed.',
      fromOtherFilter(500),
    ],
    [
      ...(['a plain 429 of another filter', 429, 'tokens', 'rate_limit_exceeded'] as const),
      'The limit of your tier is reached.',
      fromOtherFilter(429),
    ],
    [
      ...(['any other status', 418, 'invalid_request_error', 'refused'] as const),
      'The gateway refuses this request with status 418.',
      fromOtherFilter(418),
    ],
  ])('%s is %i, as OpenAI clients read it', async (_, status, type, code, message, request) => {
    expect(errorOf(await ask(request))).toEqual(expectedError(status, type, code, message));
  });

  test('a model that does not answer in time is 504', async () => {
    running.model.answer = () => undefined;
    expect(errorOf(await ask({ ...alice, path: '/v1/slow' }))).toEqual(
      expectedError(504, 'server_error', 'gateway_timeout', 'The model did not answer in time.'),
    );
  });

  test('what is no HTTP is 400, and headers that are too large are 431', async () => {
    expect(errorOf(await sendText(running, 'hello\r\n\r\n'))).toEqual(
      expectedError(400, 'invalid_request_error', 'bad_request', 'The request is malformed.'),
    );
    const large = `GET / HTTP/1.1\r\nhost: a\r\nx-large: ${'a'.repeat(20_000)}\r\n\r\n`;
    expect(errorOf(await sendText(running, large))).toEqual(
      expectedError(431, 'invalid_request_error', 'headers_too_large', 'The headers of the request are too large.'),
    );
  });

  test.each([401, 403, 404, 429, 500])('a %i with a content type of its own is untouched', async (status) => {
    const reply = await ask(fromOtherFilter(status, 'application/problem+json'));
    expect(reply).toMatchObject({ status, body: 'its own' });
    expect(reply.headers['content-type']).toBe('application/problem+json');
  });

  test.each([404, 500, 503])('a %i of the model itself is untouched, whatever it says', async (status) => {
    running.model.answer = (_request, response) => void response.writeHead(status).end('the model says no');
    expect(await ask(alice)).toMatchObject({ status, body: 'the model says no' });
  });

  test('HEAD has no body', async () => {
    expect(await ask({ ...alice, method: 'HEAD', path: '/metrics' })).toMatchObject({ status: 404, body: '' });
  });

  test("OpenAI's own SDK has a class for each", async () => {
    const errorAt = async (path: string, headers: Record<string, string>) => {
      const client = new OpenAI({
        apiKey: 'not looked at here',
        baseURL: `http://127.0.0.1:${running.envoy.port}${path}`,
        defaultHeaders: headers,
        maxRetries: 0,
      });
      return client.models.list().catch((error: unknown) => error);
    };
    const identity = { 'x-maas-user': 'alice', 'x-maas-tier': 'free' };
    expect(await errorAt('/v9', identity)).toBeInstanceOf(OpenAI.NotFoundError);
    expect(await errorAt('/v1', {})).toBeInstanceOf(OpenAI.PermissionDeniedError);
    const failed = await errorAt('/v1', { ...identity, 'x-test-status': '503' });
    expect(failed).toBeInstanceOf(OpenAI.InternalServerError);
    expect(failed).toMatchObject({
      code: 'service_unavailable',
      type: 'server_error',
      message: '503 The model, or something on the way to it, is not available.',
    });
  });
});

describeWithEnvoy(
  'without the error replies',
  { filtersBefore: [identityRequiredHttpFilter()], connectionManager },
  (running) => {
    test('the same refusals are plain text or empty: the filter is what makes them JSON', async () => {
      running.model.answer = json({});
      expect(await send(running.envoy.port, {})).toMatchObject({ status: 403, body: 'RBAC: access denied' });
      expect(await send(running.envoy.port, { ...alice, path: '/metrics' })).toMatchObject({ status: 404, body: '' });
    });
  },
);

const sleepy = synthesize(
  (chart) => new ErrorReplyFilter(chart, 'reply', { gateway, retryAfter: Duration.seconds(30) }),
);
const replies = sleepy.find('EnvoyFilter').spec.configPatches[0].patch.value.typed_config;

describeWithEnvoy('where models may sleep', { connectionManager: { ...connectionManager, ...replies } }, (running) => {
  test.each([
    ['a model that is away', '/v1/away', 503, '30'],
    ['an unknown path', '/metrics', 404, undefined],
  ])('%s: when to ask again', async (_, path, status, seconds) => {
    const reply = await send(running.envoy.port, { ...alice, path });
    expect([reply.status, reply.headers['retry-after']]).toEqual([status, seconds]);
    expect(JSON.parse(reply.body)).toHaveProperty('error.code');
  });
});
