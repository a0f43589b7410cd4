import { spawn } from 'node:child_process';
import { OperationError } from './operation-error';

/** What a program printed and how it ended. */
export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** How a program is run. */
export interface ProgramOptions {
  /** @default - nothing */
  readonly stdin?: string;
  /** Seconds after which it is ended. @default - none */
  readonly timeoutSeconds?: number;
  /** Ends it. @default - it is let finish */
  readonly signal?: AbortSignal;
}

/** Where the programs that we need come from. */
const SOURCES: Readonly<Record<string, string>> = {
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  helm: 'https://helm.sh/docs/intro/install/',
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
};

/**
 * Runs a program of the PATH and captures what it prints.
 *
 * It gets a process group of its own: Ctrl-C in the terminal reaches this process only, which decides what is let finish.
 *
 * @returns whatever its exit code is; 124 after its time is up
 * @throws OperationError when there is no such program
 */
export function runProgram(
  name: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr, timedOut] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const end = () => child.kill('SIGTERM');
    const { timeoutSeconds } = options;
    const timer = timeoutSeconds && setTimeout(() => ((timedOut = true), end()), timeoutSeconds * 1000);
    options.signal?.addEventListener('abort', end);
    const settle = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === 'ENOENT' ? missing(name) : new OperationError(`cannot run ${name}: ${error.message}`));
    });
    child.on('close', (code) => {
      settle();
      resolve({ stdout, stderr, exitCode: timedOut ? 124 : (code ?? 143) });
    });
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

function missing(name: string): OperationError {
  const source = SOURCES[name];
  return new OperationError(
    `cannot run ${name}: there is no such program on the PATH${source === undefined ? '' : `; it comes from ${source}`}`,
  );
}
