import { DELETION_PROTECTION_LABEL, MAAS_LABELS } from '../../../src/labels';
import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import {
  isHeldByUs,
  knownRecords,
  namesOf,
  originOf,
  reasonToKeep,
  staysUntilUninstall,
} from '../../../src/operations/install/object-origin';
import { EMPTY_RECORD } from '../../../src/operations/install/record-format';

const applied = [{ manager: 'cdk8s-maas', operation: 'Apply' }];
const object = (metadata: object = {}, kind = 'Secret'): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'alice-apikey', namespace: 'llm', labels: MAAS_LABELS, ...metadata },
});
const reference = { apiVersion: 'v1', kind: 'Secret', namespace: 'llm', name: 'alice-apikey' };
const nobody = knownRecords(EMPTY_RECORD, new Map());
const ours = knownRecords({ created: [reference] }, new Map());
const theirs = knownRecords(EMPTY_RECORD, new Map([['team-b', { ...EMPTY_RECORD, created: [reference] }]]));
const protection = { labels: { ...MAAS_LABELS, [DELETION_PROTECTION_LABEL]: 'true' } };

describe('whose an object is that the platform applies', () => {
  test.each([
    ['one that is not there', object(), undefined, nobody, 'created'],
    ['one of an earlier install', object(), object({ managedFields: applied }), ours, 'created'],
    ['one of kubectl apply -f dist/', object(), object(), nobody, 'created'],
    ['one that others may use and that was there', object(protection), object({ labels: {} }), nobody, 'shared'],
    ['one that others may use, of kubectl apply', object(protection), object(protection), nobody, 'shared'],
    [
      'one that others may use and that install made',
      object(protection),
      object({ managedFields: applied }),
      ours,
      'created',
    ],
    ['one in the record that somebody has made anew', object(protection), object({ labels: {} }), ours, 'shared'],
    ['one that an operator has made', object({}, 'Limitador'), object({ labels: {} }, 'Limitador'), nobody, 'shared'],
    [
      'one of the user that was there',
      object({ labels: {} }, 'ConfigMap'),
      object({ labels: {} }, 'ConfigMap'),
      nobody,
      'shared',
    ],
  ])('%s: %#', (_, manifest, live, known, origin) => {
    expect(originOf(manifest, live, known)).toBe(origin);
  });

  test.each([
    ['of somebody else', object(), object({ labels: { app: 'x' } }), nobody, 'is there and is not this platform'],
    [
      'a Secret of the user that was there',
      object({ labels: {} }),
      object({ labels: {} }),
      nobody,
      'is there and is not',
    ],
    [
      'of somebody who calls it owned',
      object(),
      object({ labels: {}, ownerReferences: [{ uid: '1' }] }),
      nobody,
      'is there and is not',
    ],
    ['of another platform', object(), object(), theirs, 'belongs to the platform of namespace team-b'],
  ])('is none of ours when it is %s', (_, manifest, live, known, words) => {
    expect(originOf(manifest, live, known)).toEqual({ problem: expect.stringContaining(words) as string });
  });
});

test('only what install itself has applied is deleted, whatever the record says', () => {
  expect(reasonToKeep(object({ managedFields: applied }), ours)).toBeUndefined();
  expect(reasonToKeep(object(), ours)).toBe('somebody else has made it anew');
  expect(reasonToKeep(object({ managedFields: [{ manager: 'cdk8s-maas', operation: 'Update' }] }), ours)).toBeDefined();
  expect(reasonToKeep(object({ managedFields: applied }), theirs)).toBe('the platform of namespace team-b has it');
});

test('what holds something of others, or data, is not deleted because the configuration changes', () => {
  expect(
    ['Secret', 'Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim'].filter((kind) =>
      staysUntilUninstall(object({}, kind)),
    ),
  ).toEqual(['Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim']);
  expect(staysUntilUninstall(object(protection))).toBe(true);
  expect(staysUntilUninstall(object(protection, 'ValidatingAdmissionPolicy'))).toBe(false);
});

test('a policy is let go of only when nobody else holds it', () => {
  const policy = (...finalizers: string[]) => object({ finalizers }, 'ValidatingAdmissionPolicy');
  expect(isHeldByUs(policy(DELETION_PROTECTION_LABEL))).toBe(true);
  expect(isHeldByUs(policy(DELETION_PROTECTION_LABEL, 'example.com/x'))).toBe(false);
  expect(isHeldByUs(policy())).toBe(false);
});

test('messages name a few objects', () => {
  expect(
    namesOf([reference, { ...reference, name: 'b' }, { apiVersion: 'v1', kind: 'Namespace', name: 'llm' }], 2),
  ).toBe('Secret llm/alice-apikey, Secret llm/b, 1 more');
});
