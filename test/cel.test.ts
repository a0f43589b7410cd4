import fc from 'fast-check';
import { celEntry, celHostIsOneOf, celList, celString } from '../src/cel';
import { celStringValue, evaluateCel } from './support/cel';

/** Any text that UTF-8 can hold, with a liking for what ends strings. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', "'", '\n', '\r', '\u2028', '\u007f', '\0', '}', ')'),
    fc.string({ unit: 'binary' }),
  ),
});

const hostName = fc
  .array(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'));

describe('celString', () => {
  test.each([
    ['plain', '"plain"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ['" || true || "', '"\\" || true || \\""'],
    ['two\nlines\r', '"two\\nlines\\r"'],
    ['\u0000\u001f\u007f\u2028\u2029', '"\\u0000\\u001f\\u007f\\u2028\\u2029"'],
    ['größe 😀', '"größe 😀"'],
    ['', '""'],
  ])('of %j', (value, literal) => {
    expect(celString(value)).toBe(literal);
  });

  test('is exactly one literal on one line that stands for the text, whatever the text', () => {
    fc.assert(
      fc.property(text, (value) => {
        const literal = celString(value);
        // eslint-disable-next-line no-control-regex -- none of them may be left
        expect(literal).not.toMatch(/[\u0000-\u001f\u007f\u2028\u2029]/);
        expect(celStringValue(literal)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  test('lets no text change the expression around it', () => {
    fc.assert(
      fc.property(text, text, (value, other) => {
        expect(evaluateCel(`x == ${celString(value)}`, { x: other })).toBe(value === other);
      }),
    );
  });
});

describe('celList', () => {
  test('holds every text, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(text), (values) => {
        expect(evaluateCel(celList(values), {})).toEqual(values);
      }),
    );
  });
});

describe('celEntry', () => {
  test('is the entry, or "" where there is none', () => {
    fc.assert(
      fc.property(text, text, (key, value) => {
        expect(evaluateCel(celEntry('m', key), { m: Object.fromEntries([[key, value]]) })).toBe(value);
        expect(evaluateCel(celEntry('m', key), { m: {} })).toBe('');
      }),
    );
  });
});

describe('celHostIsOneOf', () => {
  const matches = (hosts: string[], host: string) => evaluateCel(celHostIsOneOf(hosts), { request: { host } });

  test.each(['a.maas.local', 'a.maas.local:80', 'a.maas.local:65535', 'A.Maas.LOCAL', 'b.maas.local:8080'])(
    'takes %s',
    (host) => {
      expect(matches(['a.maas.local', 'b.maas.local'], host)).toBe(true);
    },
  );

  test.each([
    'c.maas.local',
    'aXmaas.local',
    'a.maas.local.evil.example',
    'evil.a.maas.local',
    'xa.maas.local',
    'a.maas.local:',
    'a.maas.local:80x',
    'a.maas.local\n',
    'a.maas.localb.maas.local',
    '',
  ])('refuses %j', (host) => {
    expect(matches(['a.maas.local', 'b.maas.local'], host)).toBe(false);
  });

  test('takes exactly its hosts, with and without a port', () => {
    fc.assert(
      fc.property(fc.array(hostName, { minLength: 1 }), hostName, fc.nat(65535), (hosts, other, port) => {
        for (const host of hosts) {
          expect([host, host.toUpperCase(), `${host}:${port}`].map((name) => matches(hosts, name))).toEqual([
            true,
            true,
            true,
          ]);
        }
        expect(matches(hosts, other)).toBe(hosts.includes(other));
      }),
    );
  });

  test('takes a host literally, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (host, other) => {
        expect(matches([host], host)).toBe(true);
        const bare = other.replace(/:[0-9]+$/, '').toLowerCase();
        expect(matches([host], other)).toBe([bare, other.toLowerCase()].includes(host.toLowerCase()));
      }),
    );
    expect([matches(['*.maas.local'], '*.maas.local'), matches(['.*'], 'anything'), matches(['a|b'], 'a')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
