import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { bootstrap, type EnvoyOptions } from './bootstrap';

const DOWNLOAD_MILLISECONDS = 180_000;

const STARTUP_MILLISECONDS = 10_000;

const LOG_MILLISECONDS = 2_000;

/** Path of the Envoy binary (of Istio 1.31, or of a version), or why this machine has none. Downloads it once. */
export function findEnvoy(version = ''): { readonly binary?: string; readonly reason?: string } {
  const script = path.join(__dirname, '../../scripts/envoy.mjs');
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [script, ...(version ? [version] : [])], {
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
    /** Lines that access logs have written to standard output; they come with some delay. */
    readonly accessLog: readonly string[],
  ) {}

  /**
   * Starts Envoy and returns when its listener takes requests.
   *
   * @throws Error with Envoy's own output when it does not come up.
   */
  static start(binary: string, options: EnvoyOptions): Promise<Envoy> {
    return Envoy.startFrom(binary, bootstrap(options), options.concurrency);
  }

  /** As {@link start}, from a whole configuration with one listener on a free port of the loopback interface. */
  static async startFrom(
    binary: string,
    configuration: object,
    concurrency = 2,
    options: readonly string[] = [],
  ): Promise<Envoy> {
    const folder = mkdtempSync(path.join(tmpdir(), 'maas-envoy-'));
    const configurationFile = path.join(folder, 'envoy.json');
    const addressFile = path.join(folder, 'admin');
    writeFileSync(configurationFile, JSON.stringify(configuration));
    const child = spawn(
      binary,
      [
        ...['-c', configurationFile, '--admin-address-path', addressFile],
        ...['--concurrency', String(concurrency), '--disable-hot-restart', '--log-level', 'warning', ...options],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    const lines: string[] = [];
    child.stdout.on('data', (data: Buffer) => lines.push(...data.toString().trim().split('\n')));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const deadline = Date.now() + STARTUP_MILLISECONDS;
    while (Date.now() < deadline && child.exitCode === null) {
      const found = await readyPort(addressFile);
      if (found) {
        return new Envoy(child, folder, found.port, found.adminAddress, () => output, lines);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`Envoy did not start:\n${output}`);
  }

  get processId(): number {
    return this.process.pid!;
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

  /** What Prometheus gets. */
  async prometheus(filter: string): Promise<string> {
    const query = `filter=${encodeURIComponent(filter)}`;
    return (await fetch(`http://${this.adminAddress}/stats/prometheus?${query}`)).text();
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What Envoy's admin page says of its listeners, as far as it is read here. */
interface Listeners {
  readonly listener_statuses?: {
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

async function readyPort(addressFile: string): Promise<{ port: number; adminAddress: string } | undefined> {
  try {
    const adminAddress = readFileSync(addressFile, 'utf8').trim();
    const ready = await fetch(`http://${adminAddress}/ready`);
    const listeners = (await (await fetch(`http://${adminAddress}/listeners?format=json`)).json()) as Listeners;
    const port = listeners.listener_statuses?.[0]?.local_address.socket_address.port_value;
    return ready.ok && port ? { port, adminAddress } : undefined;
  } catch {
    return undefined; // not there yet
  }
}
