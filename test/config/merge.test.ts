import { locate, toValue, type LocatedMap } from '../../src/config/located';
import { mergeSources } from '../../src/config/merge';
import { parseSource } from '../../src/config/source';

function parse(text: string, file: string): LocatedMap {
  const { root, problems } = parseSource(Buffer.from(text), file);
  expect(problems).toEqual([]);
  return root!;
}

function merge(base: string, overlay: string): LocatedMap {
  return mergeSources(parse(base, 'base.yaml'), parse(overlay, 'overlay.yaml'));
}

test("maps merge key by key, the base's keys first", () => {
  const merged = merge('gateway: { name: a, replicas: 1 }\ndomain: a.test', 'domain: b.test\ngateway: { replicas: 2 }');
  expect(JSON.stringify(toValue(merged))).toBe('{"gateway":{"name":"a","replicas":2},"domain":"b.test"}');
});

test("lists of named things merge by name: the base's order, then what is new", () => {
  const merged = merge(
    'tiers: [{ name: free, tokens: { minute: 1, day: 9 } }, { name: gold }]',
    'tiers: [{ name: new }, { name: gold, enforce: false }, { name: free, tokens: { minute: 2 } }]',
  );
  expect(toValue(merged)).toEqual({
    tiers: [{ name: 'free', tokens: { minute: 2, day: 9 } }, { name: 'gold', enforce: false }, { name: 'new' }],
  });
});

test.each([
  ['of texts', 'l: [a, b]', 'l: [c]', [`c`]],
  ['of unnamed maps', 'l: [{ demo: a }]', 'l: [{ demo: b }]', [{ demo: 'b' }]],
  ['with one unnamed item', 'l: [{ name: a, x: 1 }]', 'l: [{ name: a }, { x: 2 }]', [{ name: 'a' }, { x: 2 }]],
  ['over an unnamed one', 'l: [a]', 'l: [{ name: a }]', [{ name: 'a' }]],
  ['that is empty', 'l: [{ name: a }]', 'l: []', []],
  ['over a map', 'l: { a: 1 }', 'l: [b]', ['b']],
])("a list %s replaces the base's", (_, base, overlay, expected) => {
  expect(toValue(merge(base, overlay))).toEqual({ l: expected });
});

test('null takes an inherited key away, at any depth of maps', () => {
  const merged = merge(
    'domain: a.test\ngateway: { name: a, tls: { secretName: b } }\ntiers: [{ name: free, tokens: { day: 1 } }]',
    'domain: null\ngateway: { tls: ~ }\ntiers: [{ name: free, tokens: }]',
  );
  expect(toValue(merged)).toEqual({ gateway: { name: 'a' }, tiers: [{ name: 'free' }] });
});

test('null inside other lists stays: a merge patch means it', () => {
  expect(toValue(merge('a: 1', 'patches: [{ merge: { spec: null } }]'))).toEqual({
    a: 1,
    patches: [{ merge: { spec: null } }],
  });
});

test('two items of one name in one file are not merged away', () => {
  expect(
    toValue(merge('users: [{ name: a, tier: x }]', 'users: [{ name: a, keys: [] }, { name: a, tier: y }]')),
  ).toEqual({
    users: [
      { name: 'a', tier: 'x', keys: [] },
      { name: 'a', tier: 'y' },
    ],
  });
});

test('every part keeps its place', () => {
  const merged = merge('gateway:\n  name: a\n  replicas: 1\n', '# overlay\ngateway:\n  replicas: 2\n');
  expect(locate(merged, ['gateway', 'name'], 'value')).toEqual({ file: 'base.yaml', line: 2, column: 9 });
  expect(locate(merged, ['gateway', 'replicas'], 'value')).toEqual({ file: 'overlay.yaml', line: 3, column: 13 });
  expect(locate(merged, ['gateway'], 'key')).toEqual({ file: 'overlay.yaml', line: 2, column: 1 });
});
