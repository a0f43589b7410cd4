import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { bootstrap, type EnvoyOptions } from './bootstrap';
import { limits, send } from './client';
import { Envoy, findEnvoy } from './envoy';
import { events, json, ModelServer, textEvent, THIRTY_TOKENS } from './model-server';
import { CONFIGURATION, remaining, withStandingClock } from './suite';

jest.setTimeout(90_000);

const FULL = 1_000_000;

/** How long the filters of before an update live on; Istio's default is 45 seconds. */
const DRAIN_SECONDS = 3;

const MILLISECONDS = 20_000;

interface Bootstrap {
  readonly static_resources: { readonly listeners: readonly object[]; readonly clusters: readonly object[] };
}

/** What istiod sends when a filter of the gateway changes, and when the listener itself does. */
const UPDATES: Record<string, { readonly stat: string; readonly change: (version: number) => Partial<EnvoyOptions> }> =
  {
    'another limit': {
      stat: 'listener_manager.listener_in_place_updated',
      change: (version) => ({
        configuration: {
          ...CONFIGURATION,
          tiers: { ...CONFIGURATION.tiers, daily: { enforce: true, windows: { day: 1_000 + version } } },
        },
      }),
    },
    'another filter before ours': {
      stat: 'listener_manager.listener_in_place_updated',
      change: (version) => ({
        filtersBefore: [
          {
            name: `mutation-${version}`,
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
              mutations: {},
            },
          },
        ],
      }),
    },
    'another buffer of the listener': {
      stat: 'listener_manager.listener_modified',
      change: (version) => ({ listener: { per_connection_buffer_limit_bytes: 32 * 1024 + version } }),
    },
  };

/** An Envoy whose listener comes from a file, as istiod's comes from its API. */
class UpdatedGateway {
  private constructor(
    readonly model: ModelServer,
    readonly envoy: Envoy,
    private readonly folder: string,
  ) {}

  static async start(binary: string): Promise<UpdatedGateway> {
    const folder = mkdtempSync(path.join(tmpdir(), 'maas-listener-'));
    const model = await ModelServer.start();
    const { static_resources: resources, ...others } = UpdatedGateway.bootstrap(model, {});
    UpdatedGateway.write(folder, resources.listeners);
    const configuration = {
      ...others,
      static_resources: { clusters: resources.clusters },
      dynamic_resources: { lds_config: { path_config_source: { path: path.join(folder, 'listeners.json') } } },
    };
    const drain = ['--drain-time-s', String(DRAIN_SECONDS), '--drain-strategy', 'immediate']; // as Istio has it
    return new UpdatedGateway(model, await Envoy.startFrom(binary, configuration, 2, drain), folder);
  }

  private static bootstrap(model: ModelServer, options: Partial<EnvoyOptions>): Bootstrap {
    const { port: modelPort } = model;
    return bootstrap({
      configuration: CONFIGURATION,
      editScript: withStandingClock,
      ...options,
      modelPort,
    }) as Bootstrap;
  }

  /** Envoy sees a file that is moved into place. */
  private static write(folder: string, listeners: readonly object[]): void {
    const type = { '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener' };
    const file = path.join(folder, 'listeners.json');
    writeFileSync(
      `${file}.new`,
      JSON.stringify({ resources: listeners.map((listener) => ({ ...type, ...listener })) }),
    );
    renameSync(`${file}.new`, file);
  }

  private async stat(name: string): Promise<number> {
    return (await this.envoy.stats(`^${name}$`)).get(name) ?? 0;
  }

  private async waitFor(name: string, value: number): Promise<void> {
    const deadline = Date.now() + MILLISECONDS;
    while ((await this.stat(name)) !== value) {
      if (Date.now() > deadline) {
        throw new Error(`expected ${name} to become ${value}, got ${await this.stat(name)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Changes the listener and returns when new connections meet the change. */
  async update(stat: string, options: Partial<EnvoyOptions>): Promise<void> {
    const before = await this.stat(stat);
    UpdatedGateway.write(this.folder, UpdatedGateway.bootstrap(this.model, options).static_resources.listeners);
    await this.waitFor(stat, before + 1);
    await this.waitFor('listener_manager.total_listeners_warming', 0);
  }

  /** Waits until nothing of an old listener is left. */
  async drained(): Promise<void> {
    await this.waitFor('listener_manager.total_filter_chains_draining', 0);
    await this.waitFor('listener_manager.total_listeners_draining', 0);
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    await this.model.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const { binary, reason } = findEnvoy();
if (!binary) {
  process.stderr.write(`skipped: listener updates: ${reason}\n`);
}

(binary ? describe : describe.skip).each(Object.entries(UPDATES))('a listener that changes: %s', (_name, update) => {
  let gateway: UpdatedGateway;
  let version = 0;
  const ask = (user: string) => send(gateway.envoy.port, { user, tier: 'large' });
  const change = () => gateway.update(update.stat, update.change(++version));

  beforeAll(async () => {
    gateway = await UpdatedGateway.start(binary!);
  });
  afterAll(() => gateway?.stop());
  beforeEach(() => gateway.drained());

  test('no request is lost or refused, and none is charged twice or not at all', async () => {
    gateway.model.answer = json(THIRTY_TOKENS);
    let running = true;
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      while (running) {
        statuses.push((await ask('busy')).status);
      }
    };
    const clients = Array.from({ length: 4 }, client);
    await change();
    await change();
    await gateway.drained();
    await change();
    running = false;
    await Promise.all(clients);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(statuses.length).toBeGreaterThan(100);
    expect(await remaining(gateway, 'busy')).toBe(FULL - 30 * statuses.length);
  });

  test('a stream that is under way goes on, and counts for both the old and the new listener', async () => {
    gateway.model.answer = events(
      [...Array.from({ length: 50 }, () => textEvent('w'.repeat(400))), { usage: { total_tokens: 70 } }],
      20,
    );
    const stream = ask('streamer');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await change();
    gateway.model.answer = json(THIRTY_TOKENS);
    const meanwhile = await ask('streamer');
    expect(Number(limits(meanwhile).remaining)).toBeLessThan(FULL - 30 - 100); // some text had passed
    expect((await stream).body).toContain('[DONE]');
    expect(await remaining(gateway, 'streamer')).toBe(FULL - 70 - 30);
  });

  test('who asks while the old listener drains keeps what is used, who does not begins again at zero', async () => {
    gateway.model.answer = json(THIRTY_TOKENS);
    await ask('idle');
    await ask('active');
    await change();
    expect(await remaining(gateway, 'active')).toBe(FULL - 30);
    await gateway.drained();
    expect(await remaining(gateway, 'active')).toBe(FULL - 30);
    expect(await remaining(gateway, 'idle')).toBe(FULL);
  });

  test('a stream that is longer than the drain is cut off; its user, too, keeps what is used only by asking', async () => {
    gateway.model.answer = events(
      Array.from({ length: 1_000 }, () => textEvent('twelve bytes')),
      20,
    );
    const outcome = (user: string) =>
      ask(user).then(
        () => 'ended',
        () => 'cut off',
      );
    const streams = [outcome('long and asking'), outcome('long')];
    await new Promise((resolve) => setTimeout(resolve, 200));
    await change();
    await remaining(gateway, 'long and asking');
    expect(await Promise.all(streams)).toEqual(['cut off', 'cut off']);
    await gateway.drained();
    expect(await remaining(gateway, 'long and asking')).toBeLessThan(FULL - 30 * 3);
    expect(await remaining(gateway, 'long')).toBe(FULL);
  });
});
