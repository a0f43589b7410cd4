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

  test('no x-maas-* header of a client passes, whatever its case; others do', async () => {
    const headers = { 'X-MaaS-User': 'mallory', 'x-maas-future': '1', 'x-massive': 'yes', accept: 'text/plain' };
    const reply = await askOf(running, { method: 'GET', path: '/v1/models', headers });
    expect(reply.status).toBe(200);
    const [seen = {}] = running.model.seen;
    expect(Object.keys(seen).filter((name) => name.startsWith('x-maas-'))).toEqual([]);
    expect(seen).toMatchObject({ 'x-massive': 'yes', accept: 'text/plain' });
  });
});

describeWithEnvoy('without the header scrub', {}, (running) => {
  test('the same client is served: the filter is what refuses it', async () => {
    expect((await askOf(running, { user: 'mallory', tier: 'premium' })).status).toBe(200);
    const headers = { 'x-maas-future': '1' };
    await askOf(running, { method: 'GET', path: '/v1/models', headers });
    expect(running.model.seen[0]).toMatchObject(headers);
  });
});
