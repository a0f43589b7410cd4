import type { EnvoyOptions } from './bootstrap';
import { Envoy, findEnvoy } from './envoy';
import { limits, send } from './client';
import { json, ModelServer } from './model-server';

/** The seed's tiers, and some that the seed does not have. */
export const CONFIGURATION = {
  tiers: {
    free: { enforce: true, windows: { minute: 200, hour: 5_000, day: 50_000 } },
    premium: { enforce: true, windows: { minute: 1_000, hour: 30_000, day: 500_000 } },
    large: { enforce: true, windows: { minute: 1_000_000, month: 1_000_000_000 } },
    daily: { enforce: true, windows: { day: 1_000 } },
    monthly: { enforce: true, windows: { month: 1_000_000_000 } },
    small: { enforce: true, windows: { minute: 60, hour: 60 } },
    observed: { enforce: false, windows: { minute: 40 } },
    unlimited: { enforce: true, windows: {} },
  },
  models: {
    'simulator.maas.local': { name: 'simulator-model', prompt: 1, completion: 1, cached: 1 },
    'big.maas.local': { name: 'big', prompt: 2, completion: 2, cached: 2 },
    'odd.maas.local': { name: 'odd', prompt: 1.1, completion: 1.1, cached: 1.1 },
    'half.maas.local': { name: 'half', prompt: 0.5, completion: 0.5, cached: 0.5 },
    'kinds.maas.local': { name: 'kinds', prompt: 2, completion: 3, cached: 0.5 },
  },
} as const;

/** A tier's tokens left, as an answer that costs nothing tells. */
export async function remaining({ envoy, model }: Gateway, user: string, tier = 'large'): Promise<number> {
  model.answer = json({ error: 'no' }, {}, 500);
  return Number(limits(await send(envoy.port, { user, tier })).remaining);
}

/** An Envoy in front of a model server, there while the tests of one `describe` run. */
export interface Gateway {
  envoy: Envoy;
  model: ModelServer;
}

/**
 * A `describe` whose tests have a real Envoy with the token limit filter; skipped, with the reason, where there is none.
 */
export function describeWithEnvoy(
  name: string,
  options: Omit<EnvoyOptions, 'modelPort'> & { readonly version?: string },
  tests: (gateway: Gateway) => void,
): void {
  const found = findEnvoy(options.version);
  if (!found.binary) {
    process.stderr.write(`skipped: ${name}: ${found.reason}\n`);
    describe.skip(name, () => tests({} as Gateway));
    return;
  }
  describe(name, () => {
    const gateway = {} as Gateway;
    beforeAll(async () => {
      gateway.model = await ModelServer.start();
      gateway.envoy = await Envoy.start(found.binary!, {
        configuration: CONFIGURATION,
        ...options,
        modelPort: gateway.model.port,
      });
    }, 20_000);
    afterAll(async () => {
      await gateway.envoy?.stop();
      await gateway.model?.stop();
    });
    tests(gateway);
  });
}

/** In the middle of an hour: in its last minute the minute ends with it, and which of the two refuses is open. */
export const MIDDLE_OF_AN_HOUR = Date.UTC(2026, 10, 25, 12, 30, 10) / 1000;

/** The script with a clock that stands in the middle of an hour. */
export function withStandingClock(script: string): string {
  return script.replace('local now = os.time()', `local now = ${MIDDLE_OF_AN_HOUR}`);
}
