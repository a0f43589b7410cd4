import { foreignIn } from '../../../src/operations/install/foreign-objects';

const sketch = (kind: string, name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'llm', uid: `uid-${name}`, ...metadata },
});
const own = { identities: new Set([' Secret llm/alice-apikey']), uids: new Set(['uid-gateway']) };
const names = (...contents: ReturnType<typeof sketch>[]) =>
  foreignIn(contents, own).map(({ metadata }) => metadata.name);

test("what is the platform's, made by it, or there by itself is not foreign", () => {
  expect(
    names(
      sketch('Secret', 'alice-apikey'),
      sketch('Service', 'gateway-istio', { ownerReferences: [{ uid: 'uid-gateway' }] }),
      sketch('ConfigMap', 'kube-root-ca.crt'),
      sketch('ServiceAccount', 'default'),
      sketch('Event', 'something-happened'),
    ),
  ).toEqual([]);
});

test('everything else is, and what is made by that is told by that', () => {
  expect(
    names(
      sketch('Secret', 'bob-apikey'),
      sketch('ConfigMap', 'alice-apikey'),
      sketch('ServiceAccount', 'robot'),
      sketch('Deployment', 'tool'),
      sketch('ReplicaSet', 'tool-1', { ownerReferences: [{ uid: 'uid-tool' }] }),
    ),
  ).toEqual(['bob-apikey', 'alice-apikey', 'robot', 'tool']);
});

test('what somebody outside of the namespace owns is foreign, too', () => {
  expect(names(sketch('ConfigMap', 'of-an-operator', { ownerReferences: [{ uid: 'uid-elsewhere' }] }))).toEqual([
    'of-an-operator',
  ]);
});
