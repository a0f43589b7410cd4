import { isAtLeast, parseQuantity } from '../../../src/config/rules/units';

test.each([
  ['1', 1],
  ['500m', 0.5],
  ['1.5', 1.5],
  ['1Ki', 1024],
  ['2Gi', 2 ** 31],
  ['3G', 3e9],
  ['1Ei', undefined],
  ['', undefined],
  ['Gi', undefined],
])('the quantity %s is %p', (text, expected) => {
  expect(parseQuantity(text)).toBe(expected);
});

test.each([
  ['1.30.0', '1.30.0', true],
  ['1.31.4', '1.30.0', true],
  ['1.29.9', '1.30.0', false],
  ['1.4.10', '1.4.2', true],
  ['2.0.0', '1.30.0', true],
  ['1.30.0-rc.1', '1.30.0', false],
  ['1.30.1-rc.1', '1.30.0', true],
])('%s is at least %s: %p', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});
