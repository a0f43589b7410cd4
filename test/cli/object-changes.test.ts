import { objectChanges } from '../../src/cli/object-changes';

const map = (name: string, data: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'llm' },
  data,
  ...more,
});

test('objects that are added, removed and changed, with the paths and never the values', () => {
  const before = [map('b', {}), map('a', { key: 'secret', list: [1, { x: 1 }], gone: 1 }), map('same', { a: 1 })];
  const after = [
    map('same', { a: 1 }),
    map('d', {}),
    map('a', { key: 'other', list: [1, { x: 2 }], 'a/b': {} }),
    map('c', {}),
  ];
  expect(objectChanges(before, after)).toEqual({
    added: ['ConfigMap llm/c', 'ConfigMap llm/d'],
    removed: ['ConfigMap llm/b'],
    changed: [{ object: 'ConfigMap llm/a', paths: ['data["a/b"]', 'data.gone', 'data.key', 'data.list[1].x'] }],
  });
});

test('lists of two lengths are one change, the order of keys is none', () => {
  const before = [map('a', { list: [1, 2], x: 1, y: 2 })];
  expect(objectChanges(before, [map('a', { y: 2, x: 1, list: [2] })]).changed).toEqual([
    { object: 'ConfigMap llm/a', paths: ['data.list'] },
  ]);
});

test('another version is a change of the same object, another API group another object', () => {
  const route = (apiVersion: string) => ({ apiVersion, kind: 'Gateway', metadata: { name: 'g' } });
  expect(objectChanges([route('a.io/v1beta1')], [route('a.io/v1')])).toEqual({
    added: [],
    removed: [],
    changed: [{ object: 'Gateway g', paths: ['apiVersion'] }],
  });
  expect(objectChanges([route('a.io/v1')], [route('b.io/v1')])).toEqual({
    added: ['Gateway g'],
    removed: ['Gateway g'],
    changed: [],
  });
});
