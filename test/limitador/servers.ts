import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../scripts/tool-table.cjs';
import { LimitadorRedis } from '../../src';
import { synthesize } from '../support/synth';
import type { LimitadorLimit } from './operator';

const START_MILLISECONDS = 20_000;

/** Password of the tests' Redis: the server wants one, as the rendered one does. */
const PASSWORD = 'p4ss';

/** A `describe` whose tests run Limitador; skipped, with the reason, where it is not built. */
export function describeWithLimitador(name: string, tests: () => void): void {
  if (toolPath('limitador') !== undefined) {
    describe(name, tests);
  } else {
    process.stderr.write(`skipped: ${name}: run npm run tools\n`);
    describe.skip(name, tests);
  }
}

/** A server of the tests: a program that has said that it is ready. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    /** Port on the loopback interface. */
    readonly port: number,
  ) {}

  /** Limitador's engine with these limits; without a URL its counters are in memory. */
  static async limitador(limits: readonly LimitadorLimit[], redisUrl?: string): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'maas-limitador-'));
    try {
      const file = join(folder, 'limits.json');
      writeFileSync(file, JSON.stringify(limits));
      const parameters = ['127.0.0.1:0', file, ...(redisUrl === undefined ? [] : [redisUrl])];
      const { child, line } = await started(toolPath('limitador')!, parameters, /^127\.0\.0\.1:(\d+)$/m);
      return new Server(child, Number(line[1]));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Redis with the arguments of the rendered one, its volume in a folder. */
  static async redis(folder: string): Promise<Server> {
    const port = await freePort();
    const own = ['--bind', '127.0.0.1', '--port', String(port)];
    const { child } = await started(findRedis(), [...own, ...renderedArguments(folder)], /Ready to accept connections/);
    return new Server(child, port);
  }

  /** URL as the Secret holds it. */
  get redisUrl(): string {
    return `redis://:${PASSWORD}@127.0.0.1:${this.port}`;
  }

  /** Ends the program at once, as a node that dies would. */
  async kill(): Promise<void> {
    if (this.child.signalCode !== null) {
      return;
    }
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** Path of the Redis binary; downloads it once. */
export function findRedis(): string {
  const script = join(__dirname, '../../scripts/redis.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(stderr);
  }
  return stdout.trim();
}

/** What the rendered Deployment starts Redis with, its mount and its Secret filled in. */
function renderedArguments(folder: string): string[] {
  const { find } = synthesize((chart) => new LimitadorRedis(chart, 'redis', { namespace: 'kuadrant-system' }));
  const [container] = find('Deployment').spec.template.spec.containers;
  const [{ mountPath }] = container.volumeMounts;
  const values: Readonly<Record<string, string>> = { [mountPath]: folder, '$(REDIS_PASSWORD)': PASSWORD };
  return container.args.map((argument: string) => values[argument] ?? argument);
}

/** Starts a program and waits for a line of its output. */
function started(command: string, parameters: string[], ready: RegExp) {
  return new Promise<{ child: ChildProcess; line: RegExpExecArray }>((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const give = (problem: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${problem}:\n${output}`));
    };
    const timer = setTimeout(() => give('is not ready in time'), START_MILLISECONDS);
    const read = (data: Buffer) => {
      output += data.toString();
      const line = ready.exec(output);
      if (line !== null) {
        clearTimeout(timer);
        resolve({ child, line });
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(timer);
      give('ended');
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
