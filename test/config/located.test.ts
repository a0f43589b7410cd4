import { locate, toValue, writtenText } from '../../src/config/located';
import { parseSource } from '../../src/config/source';

const { root } = parseSource(
  Buffer.from(
    ['# comment', 'tiers:', '  - name: free', '    tokens:', '      minute: 200', 'versions: { istio: 1.30 }', ''].join(
      '\n',
    ),
  ),
  'maas.yaml',
);

test.each([
  ['a key', ['tiers'], 'key', 2, 1],
  ['a value that is a list', ['tiers'], 'value', 3, 3],
  ['an item', ['tiers', 0], 'value', 3, 5],
  ['a nested key', ['tiers', 0, 'tokens', 'minute'], 'key', 5, 7],
  ['a nested value', ['tiers', 0, 'tokens', 'minute'], 'value', 5, 15],
  ["a missing key: its parent's", ['tiers', 0, 'tokens', 'day'], 'key', 4, 5],
  ['a missing key of an item: the item', ['tiers', 0, 'enforce'], 'value', 3, 5],
  ["a missing item: the list's key", ['tiers', 7], 'value', 2, 1],
  ['a path through a scalar', ['tiers', 0, 'name', 'x', 'y'], 'value', 3, 5],
  ['a path of the wrong kind', ['tiers', 'name'], 'value', 2, 1],
  ['a missing key at the top: the first line', ['users'], 'key', 2, 1],
  ['nothing: the top', [], 'value', 2, 1],
] as const)('locate %s', (_, path, pointAt, line, column) => {
  expect(locate(root!, path, pointAt)).toEqual({ file: 'maas.yaml', line, column });
});

test('toValue gives the plain value', () => {
  expect(toValue(root!)).toEqual({ tiers: [{ name: 'free', tokens: { minute: 200 } }], versions: { istio: 1.3 } });
});

test('writtenText knows how a number is written', () => {
  expect(writtenText(root!, ['versions', 'istio'])).toBe('1.30');
  expect(writtenText(root!, ['versions', 'kserve'])).toBeUndefined();
  expect(writtenText(root!, ['tiers', 0, 'name'])).toBeUndefined();
});

test('a key __proto__ is a key, and changes no prototype', () => {
  const { root: spoiled } = parseSource(
    Buffer.from('__proto__: { polluted: true }\na: { __proto__: { b: 1 } }\n'),
    'x',
  );
  const value = toValue(spoiled!) as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(['__proto__', 'a']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(value.polluted).toBeUndefined();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
