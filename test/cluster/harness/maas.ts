import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { temporaryFolder } from '../../support/folder';
import type { CommandResult } from './kubectl';
import { root } from './manifests';
import { serverFolderVariable } from './suite';

/** The command as the package ships it. */
const command = join(root, 'lib/cli/main.js');

/** How `Maas` runs the command. */
export interface MaasOptions {
  /** Further environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Called with the process once it runs, for signals. */
  readonly started?: (child: ChildProcess) => void;
  /** @default 120 */
  readonly timeoutSeconds?: number;
}

/**
 * A user's folder, from which `maas` is run against the API server of this Jest run: with the real kubectl on the PATH, and
 * with what a test puts in the place of programs that nobody can run here.
 */
export class Maas {
  /** Where maas.yaml is. */
  readonly folder = temporaryFolder();
  private readonly programs = join(this.folder, '.programs');

  constructor() {
    mkdirSync(this.programs);
    symlinkSync(toolPath('kubectl')!, join(this.programs, 'kubectl'));
    this.program('maas', `exec '${process.execPath}' '${command}' "$@"`);
  }

  /** Writes a file of the user. */
  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Puts a shell script on the PATH, in the place of a program. `$REAL_KUBECTL` is kubectl itself. */
  program(name: string, script: string): void {
    const file = join(this.programs, `${name}.new`);
    writeFileSync(file, `#!/bin/sh\nREAL_KUBECTL='${toolPath('kubectl')!}'\n${script}\n`);
    chmodSync(file, 0o755);
    // What runs is not written into.
    renameSync(file, join(this.programs, name));
  }

  /** Runs `maas`, whatever becomes of it. */
  run(args: readonly string[], options: MaasOptions = {}): Promise<CommandResult> {
    return this.shell(
      `exec maas ${args.map((argument) => `'${argument.replaceAll("'", "'\\''")}'`).join(' ')}`,
      options,
    );
  }

  /** What a user's shell has. */
  get environment(): NodeJS.ProcessEnv {
    const server = process.env[serverFolderVariable]!;
    return {
      PATH: [this.programs, process.env.PATH].join(delimiter),
      HOME: this.folder,
      KUBECONFIG: join(server, 'kubeconfig'),
      KUBECACHEDIR: join(server, 'kubectl-cache'),
    };
  }

  /** Runs a line of the shell, as a user types it. */
  shell(line: string, { environment = {}, started, timeoutSeconds = 120 }: MaasOptions = {}): Promise<CommandResult> {
    const env = { ...this.environment, ...environment };
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', line], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        if (code === null) reject(new Error(`${line}: ended by ${signal}\n${stdout}${stderr}`));
        else resolve({ stdout, stderr, exitCode: code });
      });
      started?.(child);
    });
  }
}
