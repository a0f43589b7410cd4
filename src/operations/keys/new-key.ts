import { randomBytes } from 'node:crypto';

/** What every key begins with, so that scanners of secrets find one that got lost: `maas_[0-9A-Za-z]{43}`. */
export const KEY_PREFIX = 'maas_';

/** Random bytes in a key: 256 bits. */
const KEY_BYTES = 32;

/** One word for a double click, and nothing that a shell, a URL or JSON would have to quote. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Digits that 256 bits take at most. */
const KEY_DIGITS = 43;

/**
 * A new API key: `maas_` and a random number of 256 bits, written with 62 digits.
 *
 * @param random the number, 32 bytes
 */
export function newKey(random: Uint8Array = randomBytes(KEY_BYTES)): string {
  let rest = BigInt(`0x${Buffer.from(random).toString('hex')}`);
  let digits = '';
  while (digits.length < KEY_DIGITS) {
    digits = DIGITS.charAt(Number(rest % BigInt(DIGITS.length))) + digits;
    rest /= BigInt(DIGITS.length);
  }
  return KEY_PREFIX + digits;
}
