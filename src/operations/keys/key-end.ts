import { FORMATS, repairText } from '../../config/formats';
import { quote } from '../../config/problem';
import { EXPIRY_PATTERN, expiryInstant } from '../../identity/key-expiry';
import { OperationError } from '../operation-error';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Milliseconds of a span of time such as `90d`: seconds, minutes, hours, days or weeks; nothing when it is none. */
function spanOf(text: string): number | undefined {
  const [, number, unit = ''] = /^([1-9]\d*)([smhdw])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (SECONDS[unit] ?? 0) * 1000;
}

/** The instant in whole seconds, as maas.yaml and annotations have it; nothing beyond the year 2999. */
function instantAfter(now: Date, milliseconds: number): string | undefined {
  const instant = new Date(now.getTime() + milliseconds);
  const text = Number.isNaN(instant.getTime()) ? '' : instant.toISOString().replace(/\.\d+Z$/, 'Z');
  return EXPIRY_PATTERN.test(text) ? text : undefined;
}

/**
 * When a key ends, as `--expires` says it.
 *
 * @param text a day, an instant, or a span from now on
 * @returns a day or an instant, as the annotation has it
 * @throws OperationError when it is none of them, or past
 */
export function expiryFrom(text: string, now: Date): string {
  const span = spanOf(text);
  const expiry = span === undefined ? text : (instantAfter(now, span) ?? '');
  if (!isExpiry(expiry)) {
    const fix = repairText(FORMATS.expiry, text);
    throw new OperationError(
      `--expires: got ${quote(text)}, expected ${FORMATS.expiry.expected}, or a span such as 90d or 12h; ${fix}`,
    );
  }
  if (Date.parse(expiryInstant(expiry)) <= now.getTime()) {
    throw new OperationError(`--expires: got ${quote(text)}, which is past; expected a later day or instant`);
  }
  return expiry;
}

function isExpiry(text: string): boolean {
  try {
    return expiryInstant(text) !== '';
  } catch {
    return false;
  }
}

/**
 * When the old key of a rotation ends, as `--overlap` says it.
 *
 * @param text a span from now on
 * @throws OperationError when it is none
 */
export function overlapEnd(text: string, now: Date): string {
  const span = spanOf(text);
  const end = span === undefined ? undefined : instantAfter(now, span);
  if (end === undefined) {
    throw new OperationError(
      `--overlap: got ${quote(text)}, expected a span such as 7d, 12h, 30m or 10s; for none, revoke the old key afterwards`,
    );
  }
  return end;
}

/**
 * The first instant at which a key no longer works, by its annotation: what Authorino's `timestamp()` takes.
 *
 * @returns nothing for what is neither a day nor an instant, which refuses the key
 */
export function annotatedEnd(expires: string): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(expires)) {
    return dayEnd(expires);
  }
  const instant = new Date(expires);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(expires);
  return isInstant && !Number.isNaN(instant.getTime()) ? instant.toISOString().replace('.000Z', 'Z') : undefined;
}

function dayEnd(day: string): string | undefined {
  const begin = new Date(`${day}T00:00:00Z`);
  // JavaScript takes 30 February for 2 March.
  if (Number.isNaN(begin.getTime()) || !begin.toISOString().startsWith(day)) return undefined;
  begin.setUTCDate(begin.getUTCDate() + 1);
  return begin.toISOString().replace('.000Z', 'Z');
}

/** The earlier of two ends; nothing is never. */
export function earlier(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Date.parse(one) <= Date.parse(other) ? one : other;
}
