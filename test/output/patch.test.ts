import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { patchManifest, type ManifestPatch } from '../../src/output/patch';

function configMap(data: object = { a: '1', b: '2' }) {
  const chart = new Chart(new App(), 'team');
  const object = new ApiObject(chart, 'object', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'llm' },
    ...{ data },
  });
  return { chart, object, synth: () => Testing.synth(chart)[0] };
}

/** `data` after the patch. */
function patchedData(data: object, patch: ManifestPatch) {
  const { object, synth } = configMap(data);
  patchManifest(object, patch);
  return synth().data;
}

describe('a merge patch', () => {
  // Test cases of RFC 7396, appendix A, as far as manifests have them.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: 'f' }, { a: { bb: { ccc: null } } }, { e: 'f', a: { bb: {} } }],
  ])('of %j with %j', (before, merge, after) => {
    expect(patchedData(before, { merge: { data: merge } })).toEqual(after);
  });

  test('reaches every part of a manifest', () => {
    const { object, synth } = configMap();
    patchManifest(object, { merge: { metadata: { labels: { team: 'a' } }, immutable: true } });
    expect(synth()).toMatchObject({ immutable: true, metadata: { name: 'settings', labels: { team: 'a' } } });
  });

  test.each(['__proto__', 'constructor', 'prototype'])('takes a key %s for what it is: a key', (key) => {
    const merge = JSON.parse(`{ "data": { "${key}": { "polluted": "yes" } } }`);
    const data = patchedData({ a: '1' }, { merge });
    expect(Object.getOwnPropertyNames(data)).toEqual(['a', key]);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a JSON patch', () => {
  test.each([
    [
      { op: 'add', path: '/data/c', value: '3' },
      { a: '1', b: '2', c: '3' },
    ],
    [
      { op: 'replace', path: '/data/a', value: '9' },
      { a: '9', b: '2' },
    ],
    [{ op: 'remove', path: '/data/a' }, { b: '2' }],
    [
      { op: 'move', from: '/data/a', path: '/data/c' },
      { b: '2', c: '1' },
    ],
    [
      { op: 'copy', from: '/data/a', path: '/data/c' },
      { a: '1', b: '2', c: '1' },
    ],
    [
      { op: 'add', path: '/data/x~1y~0z', value: '3' },
      { a: '1', b: '2', 'x/y~z': '3' },
    ],
  ] as const)('of %j', (operation, after) => {
    expect(patchedData({ a: '1', b: '2' }, { jsonPatch: [operation] })).toEqual(after);
  });

  test('applies its operations in order, the same at every synthesis, and stays as it was', () => {
    const patch = {
      jsonPatch: [
        { op: 'add', path: '/data/list', value: [{ n: 1 }] },
        { op: 'add', path: '/data/list/-', value: { n: 2 } },
        { op: 'test', path: '/data/list/1/n', value: 2 },
        { op: 'replace', path: '/data/list/0/n', value: 0 },
      ],
    } as const;
    const before = JSON.stringify(patch);
    const { object, synth } = configMap();
    patchManifest(object, { jsonPatch: [...patch.jsonPatch] });
    expect([synth(), synth()].map(({ data }) => data.list)).toEqual([
      [{ n: 0 }, { n: 2 }],
      [{ n: 0 }, { n: 2 }],
    ]);
    expect(JSON.stringify(patch)).toBe(before);
  });

  test('cannot reach the prototype', () => {
    const { object } = configMap();
    const jsonPatch = [{ op: 'add', path: '/__proto__/polluted', value: 'yes' } as const];
    expect(() => patchManifest(object, { jsonPatch })).toThrow('modifying `__proto__`');
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('patches', () => {
  test('keep fields that the schema of an L1 does not know', () => {
    const chart = new Chart(new App(), 'team');
    const gateway = new MaasGateway(chart, 'gateway', { namespace: 'llm', domain: 'maas.local' });
    const object = ApiObject.of(gateway.node.findChild('Resource'));
    patchManifest(object, { merge: { spec: { newInGatewayApi2: { x: 1 }, listeners: null } } });
    patchManifest(object, { jsonPatch: [{ op: 'add', path: '/spec/infrastructure/alsoNew', value: true }] });
    const { spec } = Testing.synth(chart).find(({ kind }) => kind === 'Gateway');
    expect(spec).toMatchObject({ newInGatewayApi2: { x: 1 }, infrastructure: { alsoNew: true } });
    expect(spec).not.toHaveProperty('listeners');
  });

  test('build on those before them', () => {
    const { object, synth } = configMap();
    patchManifest(object, { merge: { data: { a: 'first' } } });
    patchManifest(object, { jsonPatch: [{ op: 'move', from: '/data/a', path: '/data/c' }] });
    expect(synth().data).toEqual({ b: '2', c: 'first' });
  });

  test('see what is added to the object after them', () => {
    const { object, synth } = configMap();
    patchManifest(object, { merge: { data: { a: null } } });
    object.metadata.addLabel('later', 'yes');
    expect(synth()).toMatchObject({ metadata: { labels: { later: 'yes' } }, data: { b: '2' } });
  });
});

describe('patchManifest fails', () => {
  test.each<[string, ManifestPatch, string]>([
    ['when it changes nothing', { merge: { data: { a: '1' } } }, 'the patch of ConfigMap llm/settings changes nothing'],
    [
      'when it removes nothing',
      { merge: { data: { c: null } } },
      'the patch of ConfigMap llm/settings changes nothing',
    ],
    ['when it is empty', { merge: {} }, 'the patch of ConfigMap llm/settings changes nothing'],
    ['when it has no operations', { jsonPatch: [] }, 'the patch of ConfigMap llm/settings changes nothing'],
    [
      'when its operations undo each other',
      {
        jsonPatch: [
          { op: 'add', path: '/data/c', value: 'x' },
          { op: 'remove', path: '/data/c' },
        ],
      },
      'the patch of ConfigMap llm/settings changes nothing',
    ],
    [
      'when it has neither member',
      {},
      'the patch of ConfigMap llm/settings: got neither of merge and jsonPatch, expected one',
    ],
    [
      'when it has both members',
      { merge: { data: null }, jsonPatch: [] },
      'the patch of ConfigMap llm/settings: got both of merge and jsonPatch, expected one',
    ],
  ])('%s', (_, patch, message) => {
    const { object, synth } = configMap();
    expect(() => patchManifest(object, patch)).toThrow(new Error(message));
    expect(synth().data).toEqual({ a: '1', b: '2' });
  });

  test.each([
    [
      { op: 'replace', path: '/data/missing', value: 'x' },
      'Cannot perform the operation at a path that does not exist',
    ],
    [{ op: 'remove', path: '/data/missing' }, 'Cannot perform the operation at a path that does not exist'],
    [{ op: 'add', path: '/missing/deep', value: 'x' }, 'Cannot perform an `add` operation at the desired path'],
    [{ op: 'test', path: '/data/a', value: 'other' }, 'Test operation failed'],
    [
      { op: 'move', from: '/data/missing', path: '/data/c' },
      'Cannot perform the operation from a path that does not exist',
    ],
  ] as const)('with the operation %j, and the object stays as it was', (operation, message) => {
    const { object, synth } = configMap();
    expect(() => patchManifest(object, { jsonPatch: [operation] })).toThrow(message);
    expect(synth().data).toEqual({ a: '1', b: '2' });
  });
});
