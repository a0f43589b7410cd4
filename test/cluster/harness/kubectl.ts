import { spawn } from 'node:child_process';

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface KubectlOptions {
  /** @default - nothing */
  readonly stdin?: string;
  /** Resolve whatever the exit code is; without it a failure rejects with all that kubectl printed. @default false */
  readonly expectFailure?: boolean;
  /** @default 60 */
  readonly timeoutSeconds?: number;
}

/** Runs our kubectl against the API server of this Jest run. */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<CommandResult>;

export interface KubectlProps {
  readonly binary: string;
  readonly kubeconfig: string;
  /** Where kubectl keeps what it discovered: another server may come to the same port. */
  readonly cacheFolder: string;
  /** Where relative paths in its arguments start. */
  readonly workingFolder: string;
}

/** @returns a function that runs kubectl and captures its output. */
export function makeKubectl({ binary, kubeconfig, cacheFolder, workingFolder }: KubectlProps): Kubectl {
  const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: cacheFolder, HOME: cacheFolder };
  return (args, options = {}) =>
    new Promise((resolve, reject) => {
      const timeout = (options.timeoutSeconds ?? 60) * 1000;
      const child = spawn(binary, args, { cwd: workingFolder, env, timeout });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        const command = `kubectl ${args.join(' ')}`;
        if (code === null) {
          reject(new Error(`${command}: ended by ${signal} (it has ${timeout / 1000} s)\n${stdout}${stderr}`));
        } else if (code !== 0 && !options.expectFailure) {
          reject(new Error(`${command}: exit code ${code}\n${stdout}${stderr}`));
        } else {
          resolve({ stdout, stderr, exitCode: code });
        }
      });
      // kubectl may end before it has read everything.
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.stdin ?? '');
    });
}
