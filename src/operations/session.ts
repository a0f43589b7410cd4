import type { MaasPlatformProps } from '../config/configuration';
import { readConfiguration } from '../config/read';
import { resolveSettings, type PlatformSettings } from '../config/settings';
import { manifestFilesOf } from '../platform/manifests';
import { CommandsToCopy } from './commands-to-copy';
import { Kubectl } from './kubectl';
import type { KubernetesObject } from './kubernetes-object';
import { Interrupted, OperationError } from './operation-error';
import { Terminal } from './terminal';

/** What every command that operates a platform is told. */
export interface SessionOptions {
  /** Configuration file. */
  readonly config: string;
  /** Context of the kubeconfig. @default - the current one */
  readonly context?: string;
  /** @default - as kubectl finds it */
  readonly kubeconfig?: string;
  /** Namespace that the configuration must have. @default - any */
  readonly namespace?: string;
  /** Whether colours are allowed. */
  readonly color: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** One file of dist/ with its objects. */
export interface PlatformFileObjects {
  /** `30-gateway` */
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
}

/** What an operation works with. */
export interface Session {
  /** The configuration file, as it was given. */
  readonly config: string;
  readonly props: MaasPlatformProps;
  readonly settings: PlatformSettings;
  /** The objects of dist/, file by file, in the order in which they are applied. */
  readonly files: readonly PlatformFileObjects[];
  readonly kubectl: Kubectl;
  /** For what a person is told to do next. */
  readonly commands: CommandsToCopy;
  readonly terminal: Terminal;
  /** Aborted once the user presses Ctrl-C. */
  readonly interruption: AbortSignal;
}

/** What a terminal is asked for by the options of a command. */
export function openTerminal({ color, quiet, verbose }: Pick<SessionOptions, 'color' | 'quiet' | 'verbose'>): Terminal {
  return new Terminal({ color, verbosity: quiet ? 'quiet' : verbose ? 'verbose' : 'normal' });
}

/**
 * What every operation begins with: reads and checks the configuration, renders its objects; asks no cluster yet.
 *
 * @param props the configuration where no file has it @default - read from `options.config`
 * @throws ConfigurationError with every problem of the configuration
 * @throws OperationError when `--namespace` names another namespace
 */
export function openSession(options: SessionOptions, props = readConfiguration(options.config)): Session {
  const settings = resolveSettings(props);
  if (options.namespace !== undefined && options.namespace !== settings.namespace) {
    throw new OperationError(
      `got --namespace ${options.namespace}, but ${options.config} says namespace: ${settings.namespace}; ` +
        'give the file of the platform that is meant with --config, or leave --namespace out',
    );
  }
  const terminal = openTerminal(options);
  const kubectl = new Kubectl(options, terminal);
  return {
    config: options.config,
    props,
    settings,
    files: manifestFilesOf(props).map(({ name, manifests }) => ({ name, objects: manifests as KubernetesObject[] })),
    kubectl,
    commands: new CommandsToCopy(kubectl.prefix, options.config),
    terminal,
    interruption: onInterrupt(terminal),
  };
}

/** All objects of the platform, in the order in which they are applied. */
export function objectsOf({ files }: Pick<Session, 'files'>): KubernetesObject[] {
  return files.flatMap(({ objects }) => objects);
}

let interruption: AbortController | undefined;

/** The first Ctrl-C aborts the signal, so that what changes the cluster is let finish; the second ends the process. */
function onInterrupt(terminal: Terminal): AbortSignal {
  if (interruption === undefined) {
    const controller = new AbortController();
    interruption = controller;
    const stop = () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
      terminal.warn('interrupted: what has begun is finished, nothing more is begun; once more ends it at once');
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  }
  return interruption.signal;
}

/**
 * Goes on only when nobody has pressed Ctrl-C.
 * @param next how the user goes on later, a sentence
 * @throws Interrupted
 */
export function checkInterruption({ interruption: signal }: Pick<Session, 'interruption'>, next?: string): void {
  if (signal.aborted) throw new Interrupted(next);
}

/**
 * Asks again and again, until an answer is good, the time is up or the user presses Ctrl-C.
 *
 * @param look returns whether it is good
 * @param options.seconds after which it is given up
 * @param options.pause milliseconds between two looks @default 1000
 * @returns whether it was good in time
 * @throws Interrupted
 */
export async function waitUntil(
  { interruption: signal }: Pick<Session, 'interruption'>,
  look: () => Promise<boolean>,
  { seconds, pause = 1000 }: { seconds: number; pause?: number },
): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    checkInterruption({ interruption: signal });
    if (await look()) return true;
    if (Date.now() + pause > end) return false;
    await pauseFor(pause, signal);
  }
}

/** Waits; no longer than until Ctrl-C. */
export function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
