import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { serverFolderVariable } from './suite';
import { until } from './until';

/**
 * Runs a program and kills it once its own standard input ends. That is a pipe which closes with this process, however it
 * ends: none of the operators watches its parent itself.
 */
export const untilInputCloses = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & program=$!',
  '{ cat <&3; kill -9 "$program"; } >/dev/null 2>&1 & watcher=$!',
  'exec 3<&-',
  'wait "$program"; code=$?',
  'kill "$watcher"; exit "$code"',
].join('\n');

export interface ProgramOptions {
  /** Beside PATH and KUBECONFIG. @default - nothing */
  readonly environment?: NodeJS.ProcessEnv;
  /** Puts files where the program looks for them, before it starts: its working directory and TMPDIR. @default - none */
  readonly prepare?: (folder: string) => void;
}

/** A program of the tool table that runs beside the tests, in a temporary folder of its own. */
export class Program {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static start(tool: string, args: readonly string[], options: ProgramOptions = {}): Program {
    const folder = mkdtempSync(join(tmpdir(), `cdk8s-maas-${tool}-`));
    options.prepare?.(folder);
    const env = {
      PATH: process.env.PATH,
      KUBECONFIG: join(process.env[serverFolderVariable]!, 'kubeconfig'),
      TMPDIR: folder,
      ...options.environment,
    };
    const log = openSync(join(folder, 'log'), 'a');
    const command = ['-c', untilInputCloses, tool, toolPath(tool)!, ...args];
    const child = spawn('/bin/sh', command, { cwd: folder, env, stdio: ['pipe', log, log] });
    closeSync(log);
    return new Program(tool, child, folder);
  }

  /** All that it has printed. */
  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** Waits for something that shows it to be ready; rejects with the end of its log. */
  async untilReady(isReady: () => Promise<boolean>): Promise<void> {
    await until(`${this.name} is ready`, 60, async () => {
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended with ${this.child.exitCode}`);
      return isReady();
    }).catch((error: Error) => {
      const lastLines = this.log.split('\n').slice(-20).join('\n');
      throw new Error(`${error.message}; the end of its log:\n${lastLines}`, { cause: error });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.stdin!.end();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
