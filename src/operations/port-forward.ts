import { spawn, type ChildProcess } from 'node:child_process';
import { Interrupted, OperationError } from './operation-error';
import type { Session } from './session';
import { shellCommand } from './shell';

/** Seconds that kubectl may take until it listens. */
const START_SECONDS = 40;

/** What `kubectl port-forward` prints once it listens. */
const READY = /^Forwarding from 127\.0\.0\.1:(\d+) ->/m;

/** A Service of the cluster, as long as it is forwarded. */
export interface PortForward {
  /** Where it can be reached, on the loopback interface. */
  readonly port: number;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Which port of which Service. */
export interface ForwardedService {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/**
 * Lets the user's kubectl forward a free port of this machine to a Service. It ends with this process, however that ends by
 * itself.
 *
 * @throws OperationError that says what kubectl said
 * @throws Interrupted
 */
export async function forwardPort(
  { kubectl, terminal, interruption }: Pick<Session, 'kubectl' | 'terminal' | 'interruption'>,
  { namespace, service, port }: ForwardedService,
): Promise<PortForward> {
  const args = ['port-forward', `service/${service}`, `:${port}`, `--namespace=${namespace}`, '--address=127.0.0.1'];
  terminal.detail(`$ ${shellCommand('kubectl', ...kubectl.prefix, ...args)}`);
  // A process group of its own: Ctrl-C reaches this process only, which ends it.
  const child = spawn('kubectl', [...kubectl.prefix, ...args], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => void kill(child);
  process.once('exit', end);
  const stop = async () => {
    process.removeListener('exit', end);
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (kill(child)) await ended;
  };
  try {
    const failure = (stderr: string) => kubectl.failure(args, { stderr, exitCode: child.exitCode ?? 1 });
    return { port: await untilReady(child, failure, interruption), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function untilReady(
  child: ChildProcess,
  failure: (stderr: string) => OperationError,
  interruption: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    const settle = (result: number | Error) => {
      clearTimeout(timer);
      interruption.removeEventListener('abort', interrupt);
      if (typeof result === 'number') resolve(result);
      else reject(result);
    };
    const interrupt = () => settle(new Interrupted());
    const timer = setTimeout(
      () => settle(failure(`it has not listened within ${START_SECONDS} s. ${stderr}`)),
      START_SECONDS * 1000,
    );
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const ready = READY.exec(stdout);
      if (ready !== null) settle(Number(ready[1]));
    });
    child.once('error', ({ message }) => settle(new OperationError(`cannot run kubectl: ${message}`)));
    child.once('close', () => settle(failure(stderr)));
    if (interruption.aborted) interrupt();
    else interruption.addEventListener('abort', interrupt);
  });
}

/** @returns whether there was something to end */
function kill({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (pid === undefined || exitCode !== null || signalCode !== null) return false;
  try {
    return process.kill(-pid, 'SIGTERM');
  } catch {
    return false; // it has ended just now
  }
}
