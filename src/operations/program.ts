import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { OperationError } from './operation-error';

/** What a program printed and how it ended. */
export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  /** As shells have it: 124 after its time was up, 128 and the signal's number where a signal ended it. */
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

/** Exit code of a program whose time is up, as `timeout` has it. */
const TIME_IS_UP = 124;

/** Milliseconds that a program gets to end by itself. */
const GRACE = 5000;

/**
 * Runs a program of the PATH and captures what it prints.
 *
 * It gets a process group of its own: Ctrl-C in the terminal reaches this process only, which decides what is let finish.
 * When this process ends while the program runs, the program is ended, too, with all that it has started.
 *
 * @returns whatever its exit code is
 * @throws OperationError when there is no such program
 */
export function runProgram(
  name: string,
  args: readonly string[],
  { stdin = '', timeoutSeconds, signal }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    // The environment is named for the tests, in which `process` is a copy that `spawn` does not look at.
    const child = spawn(name, args, { env: process.env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const release = endWithThisProcess(child);
    let [stdout, stderr, timedOut] = ['', '', false];
    const timers: NodeJS.Timeout[] = [];
    const end = () => {
      endGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => endGroup(child, 'SIGKILL'), GRACE));
    };
    const settle = () => {
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', end);
      release();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === 'ENOENT' ? missing(name) : new OperationError(`cannot run ${name}: ${error.message}`));
    });
    child.on('close', (code, endedBy) => {
      settle();
      const ended = endedBy === null ? 0 : 128 + constants.signals[endedBy];
      resolve({ stdout, stderr, exitCode: timedOut ? TIME_IS_UP : (code ?? ended) });
    });
    if (timeoutSeconds !== undefined) {
      timers.push(setTimeout(() => ((timedOut = true), end()), timeoutSeconds * 1000));
    }
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

const running = new Set<ChildProcess>();

/** @returns what is called once the program has ended. */
function endWithThisProcess(child: ChildProcess): () => void {
  if (running.size === 0) process.on('exit', endAll);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  };
}

function endAll(): void {
  for (const child of running) endGroup(child, 'SIGTERM');
}

/** Ends a program with what it has started, which may hold its output open. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

function missing(name: string): OperationError {
  const source = SOURCES[name];
  return new OperationError(
    `cannot run ${name}: there is no such program on the PATH${source === undefined ? '' : `; it comes from ${source}`}`,
  );
}
