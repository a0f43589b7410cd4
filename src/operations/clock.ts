import { pauseFor } from './session';

/** Time, and waiting. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits; no longer than until the signal is aborted. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const CLOCK: Clock = { now: () => Date.now(), pause: pauseFor };
