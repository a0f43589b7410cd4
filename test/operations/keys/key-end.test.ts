import { annotatedEnd, earlier, expiryFrom, overlapEnd } from '../../../src/operations/keys/key-end';

const now = new Date('2026-11-27T10:20:30.400Z');

test.each([
  ['2027-01-31', '2027-01-31'],
  ['2026-11-27', '2026-11-27'],
  ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00Z'],
  ['10s', '2026-11-27T10:20:40Z'],
  ['5m', '2026-11-27T10:25:30Z'],
  ['12h', '2026-11-27T22:20:30Z'],
  ['90d', '2027-02-25T10:20:30Z'],
  ['2w', '2026-12-11T10:20:30Z'],
])('--expires %s: %s', (text, expiry) => {
  expect(expiryFrom(text, now)).toBe(expiry);
});

const expected =
  'expected a day, to its end in UTC, or an instant in UTC, or a span such as 90d or 12h; for example "2027-01-31"';

test.each([
  ['2026-11-26', 'which is past; expected a later day or instant'],
  ['2026-11-27T10:20:30Z', 'which is past; expected a later day or instant'],
  ['2027-02-30', expected],
  ['0d', expected],
  ['-1d', expected],
  ['1.5h', expected],
  ['3M', expected],
  ['', expected],
  ['999999d', expected],
  ['999999999999999999999d', expected],
  ['2027-01-31T12:00:00+01:00', `${expected.split('; ')[0]}; write "2027-01-31T11:00:00Z"`],
])('--expires %s is refused', (text, message) => {
  const got = `--expires: got ${JSON.stringify(text)}, `;
  expect(() => expiryFrom(text, now)).toThrow(new Error(got + message));
});

test('--overlap is a span only', () => {
  expect(overlapEnd('7d', now)).toBe('2026-12-04T10:20:30Z');
  for (const text of ['2027-01-31', '0s', 'none', '7 d']) {
    expect(() => overlapEnd(text, now)).toThrow(
      new Error(
        `--overlap: got "${text}", expected a span such as 7d, 12h, 30m or 10s; for none, revoke the old key afterwards`,
      ),
    );
  }
});

test.each([
  ['2027-01-31', '2027-02-01T00:00:00Z'],
  ['9999-12-31', '+010000-01-01T00:00:00Z'],
  ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00Z'],
  ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00Z'],
  ['2027-01-31T12:00:00.5Z', '2027-01-31T12:00:00.500Z'],
  ['2999-02-30', undefined],
  ['2027-13-01', undefined],
  ['never', undefined],
  ['', undefined],
  ['2027-01-31T12:00', undefined],
])('the annotation %s ends a key at %s', (text, end) => {
  expect(annotatedEnd(text)).toBe(end);
});

test('the earlier of two ends wins, and none is never', () => {
  expect(earlier('2027-02-01T00:00:00Z', '2027-01-01T00:00:00Z')).toBe('2027-01-01T00:00:00Z');
  expect(earlier('2027-01-01T00:00:00Z', '+010000-01-01T00:00:00Z')).toBe('2027-01-01T00:00:00Z');
  expect(earlier(undefined, '2027-01-01T00:00:00Z')).toBe('2027-01-01T00:00:00Z');
  expect(earlier('2027-01-01T00:00:00Z', undefined)).toBe('2027-01-01T00:00:00Z');
  expect(earlier(undefined, undefined)).toBeUndefined();
});
