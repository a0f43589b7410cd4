import {
  ErrorReplyFilter,
  FailedAuthenticationFilter,
  HeaderScrubFilter,
  IdentityRequiredFilter,
  MaasGateway,
  ModelListFilter,
} from '../../src';
import { synthesize } from '../support/synth';
import { freshMinute, send } from './client';
import { describeWithEnvoy } from './suite';

jest.setTimeout(75_000);

const HOST = 'api.maas.local';

const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => {
  const models = [{ name: 'simulator-model', baseUrl: 'http://simulator.maas.local/v1' }];
  new HeaderScrubFilter(chart, 'scrub', { gateway });
  new FailedAuthenticationFilter(chart, 'slow', { gateway, slowDownAfter: 3 });
  new IdentityRequiredFilter(chart, 'required', { gateway });
  new ErrorReplyFilter(chart, 'reply', { gateway });
  new ModelListFilter(chart, 'list', { gateway, host: HOST, models, tiers: [{ tier: 'free' }] });
});

/** What an EnvoyFilter carries, in the order in which a request meets it. */
function valuesOf(name: string) {
  const { configPatches } = find('EnvoyFilter', name).spec;
  return configPatches.map(({ patch }: { patch: { value: object } }) => patch.value).reverse();
}

/** Stands for Kuadrant: one key is right. */
const authentication = {
  name: 'authentication',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    default_source_code: {
      inline_string: `
        function envoy_on_request(handle)
          local headers = handle:headers()
          if headers:get('authorization') ~= 'Bearer right' then
            handle:respond({[':status'] = '401', ['content-type'] = 'text/x-own', ['x-ext-auth-reason'] = 'why'}, 'own')
          end
          headers:add('x-maas-user', 'alice')
          headers:add('x-maas-tier', 'free')
        end`,
    },
  },
};

const [hostPart, listFilter] = valuesOf('model-list-filter');
const { local_reply_config } = valuesOf('error-reply-filter')[0].typed_config;

const options = {
  concurrency: 1,
  filtersBefore: [
    ...valuesOf('identity-header-scrub-filter'),
    ...valuesOf('failed-authentication-filter'),
    authentication,
    ...valuesOf('identity-required-filter'),
    listFilter,
  ],
  connectionManager: {
    local_reply_config,
    route_config: {
      virtual_hosts: [
        {
          name: 'list',
          domains: [HOST],
          routes: [{ match: { path_separated_prefix: '/v1/models' }, direct_response: { status: 500 } }],
          ...hostPart,
        },
      ],
    },
  },
};

// Istio 1.30's Envoy, and the newest. All other tests run on Istio 1.31's.
for (const version of ['1.38.3', '1.40.0']) {
  describeWithEnvoy(`what Envoy ${version} itself answers`, { ...options, version }, (running) => {
    test('a list, errors that OpenAI clients read, and guesses later and later', async () => {
      await freshMinute(20);
      const ask = async (key: string, path: string) => {
        const headers = { authorization: `Bearer ${key}` };
        return send(running.envoy.port, { method: 'GET', host: HOST, path, headers });
      };
      const list = await ask('right', '/v1/models');
      expect([list.status, JSON.parse(list.body).data.length]).toEqual([200, 1]);
      const noRoute = await ask('right', '/metrics');
      expect([noRoute.status, JSON.parse(noRoute.body).error.code]).toEqual([404, 'unknown_url']);
      for (let guess = 0; guess < 3; guess++) {
        const refused = await ask('wrong', '/v1/models');
        expect([refused.status, refused.body, refused.headers['content-type']]).toEqual([401, 'own', 'text/x-own']);
        expect(refused.headers).not.toHaveProperty('x-ext-auth-reason');
      }
      expect((await ask('wrong', '/v1/models')).headersAfter).toBeGreaterThan(900);
      expect(running.envoy.log).not.toMatch(/script log|lua/i);
    });
  });
}
