import { IdentityRequiredFilter, MaasGateway } from '../../src';
import { synthesize } from '../support/synth';
import { send } from './client';
import { describeWithEnvoy, type Gateway } from './suite';

/** The filter exactly as the EnvoyFilter carries it. */
const gateway = MaasGateway.fromName('inference-gateway', 'llm');
const { find } = synthesize((chart) => new IdentityRequiredFilter(chart, 'required', { gateway }));
const required: object = find('EnvoyFilter').spec.configPatches[0].patch.value;

/** A request that the token limit lets pass without an identity: it costs nothing. */
const FREE = { method: 'GET', path: '/v1/models' };

function askOf({ envoy, model }: Gateway, request: object) {
  model.seen.length = 0;
  return send(envoy.port, request);
}

describeWithEnvoy('behind the required identity', { filtersBefore: [required] }, (running) => {
  test.each([
    ['no identity', {}],
    ['a user without a tier', { user: 'alice' }],
    ['a tier without a user', { tier: 'free' }],
    ['an empty user', { user: '', tier: 'free' }],
    ['an empty tier', { user: 'alice', tier: '' }],
  ])('%s never reaches the model, whatever the path', async (_, identity) => {
    expect((await askOf(running, { ...FREE, ...identity })).status).toBe(403);
    expect((await askOf(running, identity)).status).toBe(403);
    expect(running.model.seen).toEqual([]);
  });

  test('a user with a tier does, and the token limit still sees both', async () => {
    expect((await askOf(running, { ...FREE, user: 'alice', tier: 'free' })).status).toBe(200);
    const reply = await askOf(running, { user: 'alice', tier: 'free' });
    expect(reply.status).toBe(200);
    expect(reply.headers['x-ratelimit-limit-tokens']).toBe('200');
  });
});

describeWithEnvoy('without the required identity', {}, (running) => {
  test('a free path is open to everybody: the filter is what refuses it', async () => {
    expect((await askOf(running, FREE)).status).toBe(200);
  });
});
