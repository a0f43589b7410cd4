import { newKey } from '../../../src/operations/keys/new-key';

const filled = (byte: number) => new Uint8Array(32).fill(byte);

test('a key has a prefix and 43 digits, of any number', () => {
  expect(newKey(filled(0))).toBe(`maas_${'0'.repeat(43)}`);
  expect(newKey(Uint8Array.from([...filled(0).slice(1), 61]))).toBe(`maas_${'0'.repeat(42)}z`);
  expect(newKey(Uint8Array.from([...filled(0).slice(1), 62]))).toBe(`maas_${'0'.repeat(41)}10`);
});

test('the greatest number fits: no bit of it is lost', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const value = [...newKey(filled(255)).slice('maas_'.length)].reduce(
    (sum, digit) => sum * 62n + BigInt(digits.indexOf(digit)),
    0n,
  );
  expect(value).toBe(2n ** 256n - 1n);
});

test('keys are random', () => {
  const keys = Array.from({ length: 1000 }, () => newKey());
  expect(new Set(keys).size).toBe(1000);
  expect(keys.filter((key) => !/^maas_[0-9A-Za-z]{43}$/.test(key))).toEqual([]);
});
