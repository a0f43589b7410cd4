import { TokenLimit } from '../../src/limits/token-limit';

const FACTORIES = [
  ['minute', TokenLimit.perMinute],
  ['hour', TokenLimit.perHour],
  ['day', TokenLimit.perDay],
  ['month', TokenLimit.perMonth],
] as const;

describe.each(FACTORIES)('a TokenLimit per %s', (window, of) => {
  test.each([1, 200, 2 ** 35])('of %d', (tokens) => {
    expect(of(tokens)).toMatchObject({ window, tokens });
  });

  test.each([0, -1, 0.5, NaN, Infinity, 2 ** 35 + 1])('fails with %d', (tokens) => {
    expect(() => of(tokens)).toThrow(
      new Error(`token limit per ${window}: got ${tokens}, expected a whole number from 1 to 34359738368`),
    );
  });
});
