import { explainRefusal } from '../../../src/operations/install/apply-platform';
import { needsRestart, STARTED_WITH } from '../../../src/operations/install/kserve-restart';
import { missingComponents } from '../../../src/operations/install/missing-components';
import { adoptionPatch } from '../../../src/operations/install/shared-fields';
import { describeUninstall } from '../../../src/operations/install/uninstall-words';
import type { KubernetesObject } from '../../../src/operations/kubernetes-object';

test('a missing kind is told with what brings it', () => {
  const kinds = [
    'Gateway (gateway.networking.k8s.io/v1)',
    'EnvoyFilter (networking.istio.io/v1alpha3)',
    'Foo (example.com/v1)',
  ];
  expect(missingComponents(kinds).split('\n').slice(1, 4)).toEqual([
    '  Gateway (gateway.networking.k8s.io/v1): Gateway API is missing',
    '  EnvoyFilter (networking.istio.io/v1alpha3): Istio is missing',
    '  Foo (example.com/v1): no component of ours brings it',
  ]);
});

test.each([
  ['The Job "x" is invalid: spec.template: Invalid value: …: field is immutable', true],
  ['The RoleBinding "x" is invalid: roleRef: Invalid value: …: cannot change roleRef', true],
  ['error: persistentvolumeclaims "x" is forbidden: only dynamically provisioned pvc can be resized', false],
])('what cannot be changed in place has to be made anew: %s', (message, isSo) => {
  expect(explainRefusal('55-storage', message).includes('has to be made anew')).toBe(isSo);
});

describe("KServe's controller is restarted", () => {
  const manifest: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { deploy: 'a', ingress: 'b' },
  };
  const live = (data: object): KubernetesObject => {
    const before = { ...manifest, data };
    const { metadata } = adoptionPatch(manifest, before, 'llm') as KubernetesObject;
    return { ...manifest, metadata: { ...manifest.metadata, annotations: metadata.annotations! } };
  };
  const controller = (mark?: string): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { template: { metadata: { annotations: mark === undefined ? {} : { [STARTED_WITH]: mark } } } },
  });
  test.each([
    ['when its configuration was another one', controller(), live({ deploy: 'x', ingress: 'b' }), true],
    ['not when it was the same already', controller(), live({ ingress: 'b', deploy: 'a', logger: 'x' }), false],
    ['when we have started it with another one', controller('other'), live({ deploy: 'a', ingress: 'b' }), true],
    ['when nobody knows', controller(), manifest, true],
  ])('%s', (_, deployment, configuration, expected) => {
    expect(needsRestart(deployment, manifest, configuration, 'llm')).toBe(expected);
  });
});

test('an uninstall is told a line a kind, with reasons for what stays', () => {
  const object = (kind: string, name: string, namespace?: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace },
  });
  const secrets = Array.from({ length: 12 }, (_, index) => object('Secret', `key-${index}`, 'llm'));
  const text = describeUninstall('llm', {
    leaving: [...secrets, object('PersistentVolumeClaim', 'minio', 'minio'), object('Namespace', 'llm')],
    returned: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', namespace: 'kserve' }],
    used: [{ object: { apiVersion: 'v1', kind: 'Namespace', name: 'minio' }, reason: 'in it is Secret minio/x' }],
    foreign: [],
    components: [],
    stayingComponents: [
      { step: 'kserve', title: 'KServe', version: '0.20.0', complete: true, reason: 'it is used by x' },
    ],
    own: { identities: new Set(), uids: new Set() },
  });
  expect(text.split('\n')).toEqual([
    'of the platform of namespace llm goes:',
    '  Secret llm/key-0, key-1, key-2, key-3, key-4, key-5, key-6, key-7, 4 more',
    '  PersistentVolumeClaim minio/minio, with its data',
    '  Namespace llm',
    'gets back what stood there before:',
    '  ConfigMap kserve/c',
    'stays:',
    '  Namespace minio: in it is Secret minio/x',
    '  KServe 0.20.0: it is used by x',
  ]);
});
