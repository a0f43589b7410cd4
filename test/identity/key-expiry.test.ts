import { expiryInstant } from '../../src/identity/key-expiry';

test.each([
  ['2027-01-31', '2027-02-01T00:00:00Z'],
  ['2027-12-31', '2028-01-01T00:00:00Z'],
  ['2028-02-29', '2028-03-01T00:00:00Z'],
  ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00Z'],
  ['2027-01-31T23:59:59Z', '2027-01-31T23:59:59Z'],
])('a key with the expiry %s works until %s', (expires, instant) => {
  expect(expiryInstant(expires)).toBe(instant);
});

test.each([
  '2027-02-30',
  '2027-02-29',
  '2027-04-31T12:00:00Z',
  '2027-13-01',
  '2027-00-01',
  '2027-01-00',
  '1999-01-01',
  '2027-1-1',
  '2027-01-31T24:00:00Z',
  '2027-01-31T12:00:60Z',
  '2027-01-31T12:00:00',
  '2027-01-31T12:00:00+01:00',
  '2027-01-31T12:00:00.5Z',
  '2027-01-31T',
  '2027-01-31 ',
  '2027-01-31\n',
  'tomorrow',
  '',
])('%j is no expiry', (expires) => {
  const expected = 'expected a day (2027-01-31) or an instant (2027-01-31T12:00:00Z)';
  expect(() => expiryInstant(expires)).toThrow(new Error(`expiry: got "${expires}", ${expected}`));
});
