import { firstRepeated } from '../src/first-repeated';

test.each([
  [[], undefined],
  [['a', 'b', 'A'], undefined],
  [['a', 'b', 'b', 'a'], 'b'],
])('of %j it is %p', (texts, expected) => {
  expect(firstRepeated(texts)).toBe(expected);
});
