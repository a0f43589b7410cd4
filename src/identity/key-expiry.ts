/** When a key ends: a day, at whose end in UTC, or an instant. */
export const EXPIRY_PATTERN = /^2\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?$/;

/**
 * The first instant (RFC 3339, UTC) at which a key no longer works: `2027-01-31` gives `2027-02-01T00:00:00Z`.
 *
 * @param expires a day (`2027-01-31`) or an instant (`2027-01-31T12:00:00Z`)
 * @throws when it is neither, or no day of the calendar
 */
export function expiryInstant(expires: string): string {
  const [day = '', time] = expires.split('T');
  const instant = new Date(`${day}T${time ?? '00:00:00Z'}`);
  // JavaScript takes 30 February for 2 March.
  if (!EXPIRY_PATTERN.test(expires) || !instant.toISOString().startsWith(day)) {
    throw new Error(`expiry: got "${expires}", expected a day (2027-01-31) or an instant (2027-01-31T12:00:00Z)`);
  }
  if (time === undefined) {
    instant.setUTCDate(instant.getUTCDate() + 1);
  }
  return instant.toISOString().replace('.000Z', 'Z');
}
