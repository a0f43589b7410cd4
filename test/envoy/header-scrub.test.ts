import { HeaderScrubFilter, MaasGateway } from '../../src';
import { synthesize } from '../support/synth';
import { send } from './client';
import { describeWithEnvoy, type Gateway } from './suite';

/** The filter exactly as the EnvoyFilter carries it. */
const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => new HeaderScrubFilter(chart, 'scrub', { gateway }));
const scrub: object = find('EnvoyFilter').spec.configPatches[0].patch.value;

function askOf({ envoy, model }: Gateway, request: object) {
  model.seen.length = 0;
  return send(envoy.port, request);
}

describeWithEnvoy('behind the header scrub', { filtersBefore: [scrub] }, (running) => {
  test('a client that names itself is nobody', async () => {
    const reply = await askOf(running, { user: 'mallory', tier: 'premium' });
    expect(reply.status).toBe(403);
    expect(running.model.seen).toEqual([]);
  });

  test('no x-maas-* and no x-envoy-fault-* header of a client passes, whatever its case; others do', async () => {
    const headers = {
      ...{ 'X-MaaS-User': 'mallory', 'x-maas-future': '1', 'X-Envoy-Fault-Delay-Request': '9000' },
      ...{ 'x-massive': 'yes', accept: 'text/plain' },
    };
    const reply = await askOf(running, { method: 'GET', path: '/v1/models', headers });
    expect(reply.status).toBe(200);
    const [seen = {}] = running.model.seen;
    expect(Object.keys(seen).filter((name) => /^x-(maas|envoy-fault)-/.test(name))).toEqual([]);
    expect(seen).toMatchObject({ 'x-massive': 'yes', accept: 'text/plain' });
  });
});

/** Refuses as Kuadrant's plugin passes on what Authorino says. */
const refusal = {
  name: 'refusal',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    default_source_code: {
      inline_string: `
        function envoy_on_request(handle)
          handle:respond({[':status'] = '401', ['x-ext-auth-reason'] = 'the ways in', ['www-authenticate'] = 'Bearer'}, 'no')
        end`,
    },
  },
};

describeWithEnvoy('a refusal behind the header scrub', { filtersBefore: [scrub, refusal] }, (running) => {
  test('does not name the ways in', async () => {
    const { status, headers } = await askOf(running, {});
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('x-ext-auth-reason');
    expect(headers['www-authenticate']).toBe('Bearer');
  });
});

describeWithEnvoy('a refusal without the header scrub', { filtersBefore: [refusal] }, (running) => {
  test('does: the filter is what takes the header away', async () => {
    expect((await askOf(running, {})).headers['x-ext-auth-reason']).toBe('the ways in');
  });
});

describeWithEnvoy('without the header scrub', {}, (running) => {
  test('the same client is served: the filter is what refuses it', async () => {
    expect((await askOf(running, { user: 'mallory', tier: 'premium' })).status).toBe(200);
    const headers = { 'x-maas-future': '1', 'x-envoy-fault-delay-request': '9000' };
    await askOf(running, { method: 'GET', path: '/v1/models', headers });
    expect(running.model.seen[0]).toMatchObject(headers);
  });
});
