import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { tokenLimitHttpFilter, type TokenLimitScriptConfiguration } from '../../src/limits/lua-script';

/** What an Envoy under test is started with. */
export interface EnvoyOptions {
  /** What the token limit filter is rendered from. */
  readonly configuration: TokenLimitScriptConfiguration;
  /** Port of the model server on the loopback interface. */
  readonly modelPort: number;
  /** @default the regular expressions of Istio's annotation, which let the filter's counters pass */
  readonly statsInclusionRegexps?: readonly string[];
  /** HTTP filters before the token limit. @default none */
  readonly filtersBefore?: readonly object[];
  /** Changes the rendered Lua, to see what a failing script does. @default none */
  readonly editScript?: (script: string) => string;
}

/** What the Gateway's annotation `sidecar.istio.io/statsInclusionRegexps` has to hold. */
export const STATS_INCLUSION_REGEXP = 'http\\..*lua\\..*';

/** The largest piece of a body that Envoy holds: Istio 1.31's edge profile, its smallest. */
const LISTENER_BUFFER_BYTES = 32 * 1024;

const DOWNLOAD_MILLISECONDS = 180_000;

const STARTUP_MILLISECONDS = 10_000;

const LOG_MILLISECONDS = 2_000;

/** Path of the Envoy binary, or why this machine has none. Downloads it once. */
export function findEnvoy(): { readonly binary?: string; readonly reason?: string } {
  const script = path.join(__dirname, '../../scripts/envoy.mjs');
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: DOWNLOAD_MILLISECONDS,
  });
  return status === 0 ? { binary: stdout.trim() } : { reason: error?.message ?? stderr.trim() };
}

/** A running Envoy with one listener as Istio's gateway has it. */
export class Envoy {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    /** Where clients send requests, on the loopback interface. */
    readonly port: number,
    private readonly adminAddress: string,
    private readonly output: () => string,
  ) {}

  /**
   * Starts Envoy with two workers and returns when its listener takes requests.
   *
   * @throws Error with Envoy's own output when it does not come up.
   */
  static start(binary: string, options: EnvoyOptions): Promise<Envoy> {
    return Envoy.startFrom(binary, bootstrap(options));
  }

  /** As {@link start}, from a whole configuration with one listener on a free port of the loopback interface. */
  static async startFrom(binary: string, configuration: object): Promise<Envoy> {
    const folder = mkdtempSync(path.join(tmpdir(), 'maas-envoy-'));
    const configurationFile = path.join(folder, 'envoy.json');
    const addressFile = path.join(folder, 'admin');
    writeFileSync(configurationFile, JSON.stringify(configuration));
    const child = spawn(
      binary,
      [
        ...['-c', configurationFile, '--admin-address-path', addressFile],
        ...['--concurrency', '2', '--disable-hot-restart', '--log-level', 'warning'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let output = '';
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const deadline = Date.now() + STARTUP_MILLISECONDS;
    while (Date.now() < deadline && child.exitCode === null) {
      const found = await readyPort(addressFile);
      if (found) {
        return new Envoy(child, folder, found.port, found.adminAddress, () => output);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`Envoy did not start:\n${output}`);
  }

  /** Everything that Envoy has logged so far, from warnings up. */
  get log(): string {
    return this.output();
  }

  /** Waits until Envoy has logged a text: its log arrives a moment after the response. */
  async waitForLog(text: string): Promise<void> {
    const deadline = Date.now() + LOG_MILLISECONDS;
    while (!this.output().includes(text)) {
      if (Date.now() > deadline) {
        throw new Error(`Envoy has not logged "${text}" but:\n${this.output()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Envoy's statistics whose names match the regular expression. */
  async stats(filter: string): Promise<Map<string, number>> {
    const response = await fetch(`http://${this.adminAddress}/stats?filter=${encodeURIComponent(filter)}`);
    const lines = (await response.text()).trim().split('\n');
    return new Map(lines.map((line) => line.split(/: (?=\d+$)/)).map(([name, value]) => [name!, Number(value)]));
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function readyPort(addressFile: string): Promise<{ port: number; adminAddress: string } | undefined> {
  try {
    const adminAddress = readFileSync(addressFile, 'utf8').trim();
    const ready = await fetch(`http://${adminAddress}/ready`);
    const listeners = await (await fetch(`http://${adminAddress}/listeners?format=json`)).json();
    const port = listeners.listener_statuses?.[0]?.local_address?.socket_address?.port_value;
    return ready.ok && port ? { port, adminAddress } : undefined;
  } catch {
    return undefined; // not there yet
  }
}

function loopback(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function bootstrap(options: EnvoyOptions): object {
  const inclusions = options.statsInclusionRegexps ?? [STATS_INCLUSION_REGEXP];
  return {
    node: { id: 'gateway', cluster: 'inference-gateway' },
    admin: { address: loopback(0) },
    // As istiod writes it: a few prefixes by default, what annotations add behind them.
    stats_config: {
      stats_matcher: {
        inclusion_list: {
          patterns: [
            ...['cluster_manager', 'listener_manager', 'server', 'listener.'].map((prefix) => ({ prefix })),
            ...inclusions.map((regex) => ({ safe_regex: { regex } })),
          ],
        },
      },
    },
    static_resources: { listeners: [gatewayListener(options)], clusters: [modelCluster(options.modelPort)] },
  };
}

function gatewayListener(options: EnvoyOptions): object {
  const filter = tokenLimitHttpFilter(options.configuration);
  const source = filter.typed_config.default_source_code.inline_string;
  const script = options.editScript?.(source) ?? source;
  if (options.editScript && script === source) {
    throw new Error('editScript changed nothing');
  }
  return {
    name: '0.0.0.0_80',
    address: loopback(0),
    per_connection_buffer_limit_bytes: LISTENER_BUFFER_BYTES,
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: 'outbound_0.0.0.0_80;',
              use_remote_address: true,
              normalize_path: true,
              route_config: {
                virtual_hosts: [
                  {
                    name: 'models',
                    domains: ['*'],
                    routes: [{ match: { prefix: '/' }, route: { cluster: 'model', timeout: '0s' } }],
                  },
                ],
              },
              http_filters: [
                ...(options.filtersBefore ?? []),
                { ...filter, typed_config: { ...filter.typed_config, default_source_code: { inline_string: script } } },
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function modelCluster(port: number): object {
  return {
    name: 'model',
    type: 'STATIC',
    connect_timeout: '2s',
    per_connection_buffer_limit_bytes: LISTENER_BUFFER_BYTES,
    load_assignment: {
      cluster_name: 'model',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }],
    },
  };
}
