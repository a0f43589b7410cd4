import { Duration } from 'cdk8s';
import { FORMATS } from '../../src/config/formats';
import { formatGatewayApiDuration, parseGatewayApiDuration } from '../../src/limits/gateway-api-duration';

test.each([
  ['2m', 120_000],
  ['1h30m', 5_400_000],
  ['90s', 90_000],
  ['500ms', 500],
  ['1h2m3s4ms', 3_723_004],
  ['5ms1m', 60_005],
  ['1s1s', 2_000],
  ['0s', 0],
  ['99999h', 359_996_400_000],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseGatewayApiDuration(text).toMilliseconds()).toBe(milliseconds);
});

test.each(['', '2', 'm', '2 m', '2M', '-2m', '1.5h', '2d', '100000h', '1h1h1h1h1h', '2m\n', '2mm'])(
  '%j is no duration',
  (text) => {
    expect(() => parseGatewayApiDuration(text)).toThrow(
      new Error(`duration: got "${text}", expected a Gateway API duration such as "2m" or "1h30m"`),
    );
    expect(text).not.toMatch(FORMATS.duration.pattern);
  },
);

test.each([
  [Duration.minutes(2), '2m'],
  [Duration.seconds(5_400), '1h30m'],
  [Duration.days(1), '24h'],
  [Duration.millis(3_723_004), '1h2m3s4ms'],
  [Duration.millis(60_005), '1m5ms'],
  [Duration.hours(99_999), '99999h'],
])('%s is written with the largest units first', (duration, text) => {
  expect(formatGatewayApiDuration(duration)).toBe(text);
});

test.each([
  [Duration.seconds(0), 0],
  [Duration.hours(100_000), 360_000_000_000],
])('%s cannot be written', (duration, milliseconds) => {
  expect(() => formatGatewayApiDuration(duration)).toThrow(
    new Error(`duration: got ${milliseconds} ms, expected more than nothing and less than 100000 hours`),
  );
});
