import { Duration } from 'cdk8s';
import { MODEL_PORT } from './model-port';

/** How long a model may load its weights before Kubernetes restarts it. */
export const DEFAULT_STARTUP_TIMEOUT = Duration.minutes(30);

/** How long a pod that goes may finish its answers: 8,000 tokens at 30 a second. */
export const DEFAULT_TERMINATION_GRACE_PERIOD = Duration.minutes(5);

/**
 * Seconds in which a pod that goes still takes requests, because the Gateway does not know of it yet: what KServe's own
 * templates for vLLM have.
 */
const NOTICE_SECONDS = 15;

/** Seconds in which processes end that have nothing more to do. */
const EXIT_SECONDS = 5;

/** Shortest grace period in which there is time to finish something, in seconds. */
export const SHORTEST_GRACE_PERIOD = 30;

/** Shortest time in which a model could load, in seconds. */
export const SHORTEST_STARTUP = 60;

/** How often a model that loads is asked, in seconds. */
const STARTUP_PERIOD = 10;

/**
 * `/health` waits in one event loop with all that vLLM reads and writes of requests: long prompts and many streams hold it up for
 * seconds, and after Kubernetes' 1 second a busy pod would lose its requests, then its process. 5 seconds are the shortest period.
 */
const HEALTH = { httpGet: { path: '/health', port: MODEL_PORT }, timeoutSeconds: 5 };

/** Whether vLLM has loaded its weights in time. */
export function startupProbe(timeout: Duration) {
  return {
    ...HEALTH,
    periodSeconds: STARTUP_PERIOD,
    failureThreshold: Math.ceil(timeout.toSeconds() / STARTUP_PERIOD),
  };
}

/** Whether vLLM serves, and whether it has to be restarted. */
export const PROBES = {
  readinessProbe: { ...HEALTH, periodSeconds: 5 },
  livenessProbe: { ...HEALTH, periodSeconds: 30, failureThreshold: 3 },
};

/** Lets the Gateway learn first that the pod goes; its grace period runs meanwhile. */
export const LIFECYCLE = { preStop: { sleep: { seconds: NOTICE_SECONDS } } };

/** Has vLLM (0.18 or newer) finish what it has begun; without it SIGTERM ends every request at once. */
export function shutdownArgument(gracePeriod: Duration): string {
  return `--shutdown-timeout=${gracePeriod.toSeconds() - NOTICE_SECONDS - EXIT_SECONDS}`;
}
