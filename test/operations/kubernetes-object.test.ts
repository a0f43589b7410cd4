import { identityOf, nameOf, referenceOf, resourceOf } from '../../src/operations/kubernetes-object';

const gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  name: 'inference-gateway',
  namespace: 'llm',
};

test('an object is named as all messages name it', () => {
  const { name, namespace, ...rest } = gateway;
  expect(nameOf({ ...rest, metadata: { name, namespace } })).toBe('Gateway llm/inference-gateway');
  expect(nameOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm' } })).toBe('Namespace llm');
});

test('its reference has a namespace only where it has one', () => {
  expect(referenceOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm', uid: 'u' } })).toEqual({
    ...{ apiVersion: 'v1', kind: 'Namespace', name: 'llm' },
  });
  expect('namespace' in referenceOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm' } })).toBe(false);
});

test('kubectl is told the kind with its group: another may have the name', () => {
  expect(resourceOf(gateway)).toBe('Gateway.v1.gateway.networking.k8s.io');
  expect(resourceOf({ apiVersion: 'v1', kind: 'Secret' })).toBe('Secret');
});

test('an object is the same in every version, and another in another group, kind, namespace or by another name', () => {
  expect(identityOf(gateway)).toBe(identityOf({ ...gateway, apiVersion: 'gateway.networking.k8s.io/v1beta1' }));
  expect(identityOf({ ...gateway, apiVersion: 'v1' })).toBe(identityOf({ ...gateway, apiVersion: 'v2' }));
  for (const other of [
    { apiVersion: 'networking.istio.io/v1' },
    { kind: 'Route' },
    { namespace: 'other' },
    { name: 'a' },
  ]) {
    expect(identityOf(gateway)).not.toBe(identityOf({ ...gateway, ...other }));
  }
  expect(identityOf({ apiVersion: 'v1', kind: 'Namespace', name: 'llm' })).not.toBe(
    identityOf({ apiVersion: 'v1', kind: 'Namespace', name: 'llm', namespace: 'x' }),
  );
});
