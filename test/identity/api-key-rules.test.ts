import fc from 'fast-check';
import { MOST_KNOWN_CHARACTERS, MOST_KNOWN_KEYS } from '../../src/config/rules/keys';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import type { KnownApiKey } from '../../src/identity/api-key-rules';
import { EXPIRES_ANNOTATION, TIER_ANNOTATION, USER_ANNOTATION } from '../../src/identity/api-key-secret';
import { textsOf } from '../support/synth';
import { answer, policyWith, type PolicyRequest } from './policy';

const policyFor = (keys: KnownApiKey[], tiers = ['free', 'premium', 'enterprise']) =>
  policyWith({
    gateway: MaasGateway.fromName('inference-gateway', 'llm'),
    tiers: tiers.map((name) => ({ name })),
    apiKeys: { namespace: 'llm', keys },
  });

/** A Secret as Authorino gives it to the policy. */
function secret(name: string, annotations?: Readonly<Record<string, string>>, namespace = 'llm'): object {
  return { metadata: { name, namespace, ...(annotations && { annotations }) } };
}

const owned = (user: string, tier: string) => ({ [USER_ANNOTATION]: user, [TIER_ANNOTATION]: tier });
const at = (instant: string): PolicyRequest => ({ time: { seconds: Date.parse(instant) / 1000 } });
const NOON = at('2027-01-31T12:00:00Z');

describe('a key whose owner the policy knows', () => {
  const { rules } = policyFor([
    { secretName: 'alice', owner: { user: 'alice', tier: 'free' } },
    { secretName: 'bob', owner: { user: 'bob', tier: 'premium' } },
  ]);
  const withKey = (object: object) =>
    ['api-key-users-bearer', 'api-key-users-apikey'].map((method) => answer(rules, method, object, NOON));
  const alice = { 'x-maas-user': 'alice', 'x-maas-tier': 'free' };

  test.each([
    ['say nothing', undefined],
    ['are empty', {}],
    ['lie', owned('root', 'enterprise')],
    ['lie of the tier only', { [TIER_ANNOTATION]: 'enterprise' }],
  ])('is that owner, whatever the annotations: they %s', (_, annotations) => {
    expect(withKey(secret('alice', annotations))).toEqual([alice, alice]);
  });

  test('in another namespace is no key at all', () => {
    expect(withKey(secret('alice', owned('alice', 'free'), 'tenant'))).toEqual([
      ['key-of-the-platform'],
      ['key-of-the-platform'],
    ]);
  });

  test.each(['alice-2', 'alic', 'ALICE', 'alice\n', ''])(
    'does not lend it to %j, which says itself who it is',
    (name) => {
      const carol = { 'x-maas-user': 'carol', 'x-maas-tier': 'enterprise' };
      expect(withKey(secret(name, owned('carol', 'enterprise')))).toEqual([carol, carol]);
      expect(withKey(secret(name))).toEqual([['known-user-and-tier'], ['known-user-and-tier']]);
    },
  );
});

describe('a key that ends', () => {
  const { rules } = policyFor([
    { secretName: 'day', expires: '2027-01-31' },
    { secretName: 'same-day', expires: '2027-01-31' },
    { secretName: 'noon', expires: '2027-01-31T12:00:00Z' },
    { secretName: 'off', disabled: true },
    { secretName: 'off-later', disabled: true, expires: '2999-01-01' },
    { secretName: 'on', disabled: false },
  ]);
  const passes = (name: string, request: PolicyRequest, annotations: Readonly<Record<string, string>> = {}) => {
    const result = answer(
      rules,
      'api-key-users-bearer',
      secret(name, { ...owned('a', 'free'), ...annotations }),
      request,
    );
    return Array.isArray(result) ? result : result['x-maas-user'];
  };

  test.each([
    ['day', '2027-01-31T23:59:59Z', 'a'],
    ['day', '2027-02-01T00:00:00Z', ['key-in-force']],
    ['same-day', '2027-01-31T23:59:59Z', 'a'],
    ['same-day', '2027-02-01T00:00:00Z', ['key-in-force']],
    ['noon', '2027-01-31T11:59:59Z', 'a'],
    ['noon', '2027-01-31T12:00:00Z', ['key-in-force']],
    ['off', '2026-01-01T00:00:00Z', ['key-in-force']],
    ['off-later', '2026-01-01T00:00:00Z', ['key-in-force']],
    ['on', '2999-01-01T00:00:00Z', 'a'],
    ['other', '2999-01-01T00:00:00Z', 'a'],
  ])('%s at %s: %j', (name, now, expected) => {
    expect(passes(name, at(now))).toEqual(expected);
  });

  test('is refused where nobody says what time it is; one that does not end is not', () => {
    expect(passes('day', {})).toEqual(['key-in-force']);
    expect(passes('other', {}, { [EXPIRES_ANNOTATION]: '2999-01-01' })).toEqual(['key-in-force']);
    expect(passes('other', {})).toBe('a');
  });

  test.each([
    ['2027-01-31', '2027-01-31T23:59:59Z', true],
    ['2027-01-31', '2027-02-01T00:00:00Z', false],
    ['2027-01-31T12:00:00Z', '2027-01-31T11:59:59Z', true],
    ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00Z', false],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T09:59:59Z', true],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00Z', false],
    ['2028-02-29', '2028-02-29T12:00:00Z', true],
    ['9999-12-31', '2027-01-31T12:00:00Z', true],
  ])('by its annotation %s, at %s: %s', (expires, now, expected) => {
    expect(passes('other', at(now), { [EXPIRES_ANNOTATION]: expires })).toEqual(expected ? 'a' : ['key-in-force']);
  });

  test.each([
    '',
    'never',
    '31.01.2999',
    '2999-02-30',
    '2999-1-1',
    '2999-01-31T12:00:00',
    '2999-01-31 ',
    '99999999999',
    'null',
  ])('by the annotation %j, which nobody can read, is refused', (expires) => {
    expect(passes('other', NOON, { [EXPIRES_ANNOTATION]: expires })).toEqual(['key-in-force']);
  });

  test('at the earlier of two ends', () => {
    expect(passes('day', NOON, { [EXPIRES_ANNOTATION]: '2027-01-30' })).toEqual(['key-in-force']);
    expect(passes('noon', NOON, { [EXPIRES_ANNOTATION]: '2999-01-01' })).toEqual(['key-in-force']);
  });

  test('is never let in by an annotation', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('off', 'noon'), (expires, name) => {
        expect(passes(name, NOON, { [EXPIRES_ANNOTATION]: expires })).toEqual(['key-in-force']);
      }),
    );
  });

  test('stands once by its day, however many there are', () => {
    const texts = textsOf(rules).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('2027-02-01T00:00:00Z'))).toEqual([
      expect.stringContaining('in ["day", "same-day"] && '),
    ]);
  });

  test('with an expiry that there is not: an error', () => {
    expect(() => policyFor([{ secretName: 'a', expires: '2027-02-30' }])).toThrow(
      new Error('expiry: got "2027-02-30", expected a day (2027-01-31) or an instant (2027-01-31T12:00:00Z)'),
    );
  });
});

test('as many keys as the configuration allows fit into an expression, and the policy into an annotation', () => {
  const length = MOST_KNOWN_CHARACTERS / MOST_KNOWN_KEYS;
  const keys = Array.from({ length: MOST_KNOWN_KEYS }, (_, index): KnownApiKey => {
    const day = new Date(Date.UTC(2027, 0, 1 + index)).toJSON().slice(0, 10);
    const owner = { user: String(index).padStart(63, 'u'), tier: 'free' };
    return { secretName: String(index).padStart(length, 's'), owner, expires: day };
  });
  const { manifests, rules } = policyFor(keys, ['free']);
  const longest = Math.max(...textsOf(rules).map(({ text }) => [...text].length));
  expect(longest).toBeLessThan(100_000); // what cel-go compiles
  expect(JSON.stringify(manifests[0]).length).toBeLessThan(262_144); // what kubectl apply writes
});
