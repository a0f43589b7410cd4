import type { ObjectReference } from '../../../src/operations/kubernetes-object';
import { EMPTY_RECORD, formatRecord, parseRecord } from '../../../src/operations/install/record-format';

const secret = (name: string): ObjectReference => ({ apiVersion: 'v1', kind: 'Secret', namespace: 'llm', name });
const record = {
  components: [
    { step: 'istio', version: '1.31.4', complete: true },
    { step: 'kserve', version: '0.20.0', complete: false },
  ],
  created: [
    { apiVersion: 'v1', kind: 'Namespace', name: 'llm' },
    { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', namespace: 'llm', name: 'inference-gateway' },
    secret('alice-apikey'),
    secret('bob-apikey'),
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'llm', name: 'system:Reader' },
  ],
  shared: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kserve', name: 'inferenceservice-config' }],
};

test('what is written is what is read', () => {
  const data = formatRecord(record);
  expect(data.created.split('\n')).toContain('v1 Secret llm alice-apikey bob-apikey');
  expect(parseRecord(data, 'the record')).toEqual(record);
  expect(parseRecord(formatRecord(EMPTY_RECORD), 'the record')).toEqual(EMPTY_RECORD);
});

test.each([
  ['created', 'v1 Secret llm -a'],
  ['created', 'v1 Secret llm a  b'],
  ['created', 'v1 Secret llm --all'],
  ['created', 'v1 secret llm a'],
  ['created', 'Secret llm a'],
  ['created', 'v1 Secret llm'],
  ['created', 'v1 Secret LLM a'],
  ['created', 'v1 Secret llm a/b'],
  ['created', `v1 Secret llm ${'a'.repeat(254)}`],
  ['created', 'v1 Secret llm a a'],
  ['created', '$(reboot) Secret llm a'],
  ['shared', 'v1 ConfigMap kserve inferenceservice-config;'],
  ['components', 'kserve'],
  ['components', 'kserve https://evil.example.com'],
  ['components', 'kserve 0.20.0 --all'],
  ['components', '../kserve 0.20.0'],
])('refuses %s with %s', (key, text) => {
  const data = { ...formatRecord(EMPTY_RECORD), [key]: `${text}\n` };
  expect(() => parseRecord(data, 'the record')).toThrow(/^the record was edited: got ".*", which no install writes\./);
});

test('refuses what a newer release wrote, and what nobody wrote', () => {
  expect(() => parseRecord({ ...formatRecord(record), format: '2' }, 'the record')).toThrow(
    'the record has format 2, this release reads 1',
  );
  expect(() => parseRecord({}, 'the record')).toThrow('the record has format none');
});

test('holds 20,000 keys with names of 40 letters, and says when it cannot', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => secret(`${String(index).padStart(33, 'u')}-apikey`));
  const created = many(20_000);
  const data = formatRecord({ ...record, created });
  expect(Buffer.byteLength(data.created)).toBeLessThan(1024 * 1024);
  expect(parseRecord(data, 'the record').created).toEqual(created);
  expect(() => formatRecord({ ...record, created: many(26_000) })).toThrow('give users shorter names');
});
