import type { Clock } from '../clock';
import { checkInterruption, type Session } from '../session';
import type { Connection } from '../connection';

/** What waiting needs. */
export interface Waiting {
  readonly session: Pick<Session, 'interruption' | 'terminal'>;
  readonly connection: Pick<Connection, 'now'>;
  readonly clock: Clock;
}

/** Seconds beyond the turn of a minute that are waited: the gateway's clock is known to a second. */
const MARGIN_SECONDS = 1.5;

const MILLISECONDS = 1000;

/** Seconds of the gateway's minute that are left. */
export function secondsLeft(milliseconds: number): number {
  return 60 - ((milliseconds / MILLISECONDS) % 60);
}

/** The minute of the gateway's clock, a number that grows by one. */
export function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / (60 * MILLISECONDS));
}

/**
 * Waits and says why.
 * @throws Interrupted
 */
export async function waitFor(
  { session, clock }: Pick<Waiting, 'session' | 'clock'>,
  seconds: number,
  why: string,
): Promise<void> {
  const { interruption, terminal } = session;
  if (seconds <= 0) return;
  terminal.note(`waiting ${Math.ceil(seconds)} s: ${why}`);
  await clock.pause(seconds * MILLISECONDS, interruption);
  checkInterruption({ interruption });
}

/** Waits for the next minute of the gateway where this one is nearly over. */
export async function freshMinute(waiting: Waiting, secondsNeeded: number): Promise<void> {
  const left = secondsLeft(waiting.connection.now());
  if (left < secondsNeeded) await waitFor(waiting, left + MARGIN_SECONDS, 'a fresh minute, in which a limit is whole');
}
