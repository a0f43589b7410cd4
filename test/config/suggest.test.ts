import { closest, didYouMean, editDistance, farthestSuggestion } from '../../src/config/suggest';

describe('closest', () => {
  test.each([
    ['fre', 'free'],
    ['fere', 'free'],
    ['freee', 'free'],
    ['FREE', 'free'],
    ['premuim', 'premium'],
    ['enterprize', 'enterprise'],
    ['xyz', undefined],
    ['f', undefined],
    ['', undefined],
    ['free', undefined],
  ])('of %j is %j', (word, expected) => {
    expect(closest(word, ['free', 'premium', 'enterprise'])).toBe(expected);
  });

  test('takes the nearest of several', () => {
    expect(closest('nvidia-l40', ['nvidia', 'nvidia-l4', 'nvidia-l40s', 'nvidia-a100'])).toBe('nvidia-l4');
    expect(closest('abcdefg', ['abcd', 'abcdef', 'abcde'])).toBe('abcdef');
  });

  test('is the only longer word that begins with it, when no typing error is plausible', () => {
    expect(closest('issuer', ['issuerUrl', 'audience'])).toBe('issuerUrl');
    expect(closest('URL', ['size', 'urlSecret'])).toBe('urlSecret');
    expect(closest('ur', ['size', 'urlSecret'])).toBeUndefined();
    expect(closest('group', ['groupsClaim', 'groupsOfTiers'])).toBeUndefined();
  });

  test('is quick for a word of four million letters', () => {
    expect(closest('x'.repeat(4_000_000), ['free'])).toBeUndefined();
  });
});

test('a transposition is one typing error', () => {
  expect(editDistance('fere', 'free')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
});

test('a third of the letters may be wrong, at least one', () => {
  expect(['', 'ab', 'abcde', 'abcdef'].map(farthestSuggestion)).toEqual([1, 1, 1, 2]);
});

test('didYouMean falls back to another fix', () => {
  expect(didYouMean('fre', ['free'], 'remove it')).toBe('did you mean "free"?');
  expect(didYouMean('gold', ['free'], 'remove it')).toBe('remove it');
});
