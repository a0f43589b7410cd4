import { Duration } from 'cdk8s';

/** Form of a Gateway API duration (GEP-2257). */
export const GATEWAY_API_DURATION_PATTERN = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;

/** Units of a Gateway API duration in milliseconds, the largest first. */
const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/**
 * Reads a Gateway API duration (GEP-2257), for example `2m` or `1h30m`.
 * @throws when the text is no such duration
 */
export function parseGatewayApiDuration(text: string): Duration {
  if (!GATEWAY_API_DURATION_PATTERN.test(text)) {
    throw new Error(`duration: got "${text}", expected a Gateway API duration such as "2m" or "1h30m"`);
  }
  const milliseconds = new Map<string, number>(UNITS);
  const parts = [...text.matchAll(/([0-9]+)(ms|[hms])/g)];
  return Duration.millis(
    parts.reduce((sum, [, count, unit]) => sum + Number(count) * (milliseconds.get(unit ?? '') ?? 0), 0),
  );
}

/**
 * Writes a duration as Gateway API and Kuadrant take it: largest units first.
 * @throws when the duration can't be written: nothing at all, or 100,000 hours or more
 */
export function formatGatewayApiDuration(duration: Duration): string {
  let rest = duration.toMilliseconds();
  if (rest === 0 || rest >= 100_000 * 3_600_000) {
    throw new Error(`duration: got ${rest} ms, expected more than nothing and less than 100000 hours`);
  }
  let text = '';
  for (const [unit, milliseconds] of UNITS) {
    const count = Math.floor(rest / milliseconds);
    rest -= count * milliseconds;
    text += count > 0 ? `${count}${unit}` : '';
  }
  return text;
}
