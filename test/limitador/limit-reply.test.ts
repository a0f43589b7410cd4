import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { RateLimitError } from 'openai';
import { LimitReplyFilter, MaasGateway, TokenLimit, TokenLimitPolicy } from '../../src';
import { Envoy, findEnvoy } from '../envoy/envoy';
import { loopback, oneEndpoint } from '../envoy/loopback';
import { synthesize } from '../support/synth';
import { operatorLimits, wasmDescriptors, type Policy } from './operator';
import { describeWithLimitador, Server } from './servers';

const ROUTE = 'llm/simulator-domain-route';
const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => {
  const tiers = [{ tier: 'free', limits: [TokenLimit.perMinute(2)] }];
  new TokenLimitPolicy(chart, 'policy', { gateway, tiers });
  new LimitReplyFilter(chart, 'reply', { gateway, retryAfterSeconds: 60 });
});
const POLICY = find('TokenRateLimitPolicy') as Policy;

/** What the EnvoyFilter merges into the connection manager. */
const { typed_config: MERGED } = find('EnvoyFilter').spec.configPatches[0].patch.value;

/** The model's own refusal, which is none of ours. */
const MODEL_REPLY = { error: { message: 'the queue is full', type: 'overloaded', code: null, param: null } };

/** Envoy with its own rate limit filter in the place of Kuadrant's wasm: both refuse by a local reply. */
function bootstrap(modelPort: number, limitadorPort: number, merged: object) {
  const http2 = {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
  const [[limit = ''] = []] = wasmDescriptors(POLICY, { user: 'x', tier: 'free' }).map((one) => Object.keys(one));
  const actions = [
    { generic_key: { descriptor_key: limit, descriptor_value: '1' } },
    { request_headers: { header_name: 'x-maas-user', descriptor_key: 'auth.identity.user' } },
  ];
  const route = { cluster: 'model', rate_limits: [{ actions }] };
  const connectionManager = {
    stat_prefix: 'gateway',
    route_config: { virtual_hosts: [{ name: 'models', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }] },
    http_filters: [
      {
        name: 'envoy.filters.http.ratelimit',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit',
          domain: ROUTE,
          failure_mode_deny: true,
          timeout: '5s',
          rate_limit_service: {
            transport_api_version: 'V3',
            grpc_service: { envoy_grpc: { cluster_name: 'limitador' } },
          },
        },
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
    ...merged,
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: connectionManager };
  return {
    admin: { address: loopback(0) },
    static_resources: {
      listeners: [{ name: 'gateway', address: loopback(0), filter_chains: [{ filters: [filter] }] }],
      clusters: [
        { name: 'model', ...oneEndpoint('model', modelPort) },
        { name: 'limitador', ...oneEndpoint('limitador', limitadorPort), ...http2 },
      ],
    },
  };
}

function startEnvoy(configuration: object): Promise<Envoy> {
  const { binary, reason } = findEnvoy();
  if (binary === undefined) {
    throw new Error(reason);
  }
  return Envoy.startFrom(binary, configuration, 1);
}

describeWithLimitador('a 429 of the second engine', () => {
  let model: HttpServer;
  let limitador: Server;
  let envoy: Envoy;
  beforeAll(async () => {
    model = createServer((request, response) => {
      response.writeHead(request.url === '/busy' ? 429 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(MODEL_REPLY));
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    limitador = await Server.limitador(operatorLimits(POLICY, [ROUTE]));
    const { port } = model.address() as AddressInfo;
    envoy = await startEnvoy(bootstrap(port, limitador.port, MERGED));
  }, 180_000);
  afterAll(async () => {
    envoy?.stop();
    await limitador?.kill();
    model?.close();
    model?.closeAllConnections();
  });

  const ask = (user: string, path = '/v1/chat/completions') =>
    fetch(`http://127.0.0.1:${envoy.port}${path}`, { headers: { 'x-maas-user': user } });

  test("has the body of OpenAI's API and a retry-after", async () => {
    expect((await ask('alice')).status).toBe(200);
    expect((await ask('alice')).status).toBe(200);
    const refused = await ask('alice');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toBe('application/json');
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await refused.json()).toEqual({
      error: {
        message: 'the limit of your tier is reached; its shortest window lasts 60 seconds',
        type: 'tokens',
        code: 'rate_limit_exceeded',
        param: null,
      },
    });
  });

  test('of the model itself passes as it is', async () => {
    const refused = await ask('bob', '/busy');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await refused.json()).toEqual(MODEL_REPLY);
  });

  test('is a RateLimitError of the OpenAI SDK', async () => {
    const client = new OpenAI({
      apiKey: 'any',
      baseURL: `http://127.0.0.1:${envoy.port}/v1`,
      maxRetries: 0,
      defaultHeaders: { 'x-maas-user': 'carol' },
    });
    const create = () => client.chat.completions.create({ model: 'simulator-model', messages: [] });
    await create();
    await create();
    const error: unknown = await create().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', type: 'tokens' });
  });

  test('is only for a reached limit: another local reply stays as it is', async () => {
    await limitador.kill();
    const failed = await ask('dave');
    expect(failed.status).toBe(500);
    expect(failed.headers.get('retry-after')).toBeNull();
  });
});
