import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolPath } from '../../scripts/tool-table.cjs';
import { freePort } from '../support/free-port';

const START_MILLISECONDS = 30_000;

/** A `describe` whose tests run Prometheus; skipped, with the reason, where it is not built. */
export function describeWithPrometheus(name: string, tests: () => void): void {
  if (toolPath('prometheus') !== undefined && toolPath('promtool') !== undefined) {
    describe(name, tests);
  } else {
    process.stderr.write(`skipped: ${name}: run npm run tools\n`);
    describe.skip(name, tests);
  }
}

/** A real Prometheus that has scraped what it is given, and scrapes nothing more. */
export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly address: string,
  ) {}

  /** @param samples lines of OpenMetrics, each with its time in seconds */
  static async start(samples: readonly string[]): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'maas-prometheus-'));
    const [recorded, configuration, data] = ['samples', 'prometheus.yml', 'data'].map((name) => join(folder, name));
    writeFileSync(recorded!, [...samples, '# EOF', ''].join('\n'));
    writeFileSync(configuration!, '{}\n');
    const import_ = ['tsdb', 'create-blocks-from', 'openmetrics', recorded!, data!];
    execFileSync(toolPath('promtool')!, import_, { stdio: 'pipe' });
    const address = `127.0.0.1:${await freePort()}`;
    const args = [`--config.file=${configuration}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
    const child = spawn(toolPath('prometheus')!, [...args, '--storage.tsdb.retention.time=100y'], { stdio: 'ignore' });
    const prometheus = new Prometheus(child, folder, `http://${address}`);
    await prometheus.untilReady();
    return prometheus;
  }

  private async untilReady(): Promise<void> {
    const deadline = Date.now() + START_MILLISECONDS;
    const isReady = () =>
      fetch(`${this.address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error('Prometheus does not start');
      await sleep(50);
    }
  }

  /**
   * Asks as KEDA does.
   * @returns the one number that KEDA takes, undefined where there is no answer, on which it changes nothing
   * @throws where Prometheus refuses the query, or gives several numbers
   */
  async ask(query: string, seconds: number): Promise<number | undefined> {
    const url = `${this.address}/api/v1/query?query=${encodeURIComponent(query)}&time=${seconds}`;
    const { status, error, data } = (await (await fetch(url)).json()) as {
      status: string;
      error?: string;
      data: { result: { value: [number, string] }[] };
    };
    if (status !== 'success') throw new Error(error);
    if (data.result.length > 1) throw new Error(`${data.result.length} numbers: ${query}`);
    return data.result[0] && Number(data.result[0].value[1]);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
