import { isAtLeast } from '../../../src/config/rules/units';

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
