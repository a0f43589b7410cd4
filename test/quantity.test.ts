import { parseQuantity } from '../src/quantity';

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
