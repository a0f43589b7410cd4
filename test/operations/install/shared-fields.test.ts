import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import {
  adoptionPatch,
  otherPlatformsOf,
  releasePatch,
  sharedFieldsOf,
  type Fields,
} from '../../../src/operations/install/shared-fields';

const manifest: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'inferenceservice-config',
    namespace: 'kserve',
    labels: { 'app.kubernetes.io/managed-by': 'cdk8s-maas' },
  },
  data: { deploy: 'ours', ingress: 'ours' },
};
const shipped: KubernetesObject = {
  ...manifest,
  metadata: { name: 'inferenceservice-config', namespace: 'kserve', labels: { helm: 'yes' } },
  data: { deploy: 'shipped', logger: 'shipped' },
};
const annotation = 'before.cdk8s-maas/llm';

/** A merge patch, as a server applies it; the objects here have no lists. */
function patch(value: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null) return change;
  const there = (value ?? {}) as Record<string, unknown>;
  const changed = Object.entries(change).map(([key, member]) => [key, patch(there[key], member)] as const);
  const all = Object.entries({ ...there, ...Object.fromEntries(changed) });
  return Object.fromEntries(all.filter(([, member]) => member !== null));
}
const adopt = (live: KubernetesObject, object = manifest): KubernetesObject =>
  patch(live, adoptionPatch(object, live, 'llm')) as KubernetesObject;
const release = (live: KubernetesObject): KubernetesObject =>
  patch(live, releasePatch(live, 'llm')) as KubernetesObject;

test('sets what the manifest says, and says on the object what stood there before', () => {
  const adopted = adopt(shipped);
  expect(adopted.data).toEqual({ deploy: 'ours', ingress: 'ours', logger: 'shipped' });
  expect(adopted.metadata.labels).toEqual({ helm: 'yes', 'app.kubernetes.io/managed-by': 'cdk8s-maas' });
  expect(sharedFieldsOf(adopted, 'llm')).toEqual({
    set: { metadata: { labels: manifest.metadata.labels }, data: manifest.data },
    before: {
      metadata: { labels: { 'app.kubernetes.io/managed-by': null } },
      data: { deploy: 'shipped', ingress: null },
    },
  });
});

test('gives back exactly what was there, however often it was adopted', () => {
  expect(release(adopt(adopt(adopt(shipped))))).toEqual({
    ...shipped,
    metadata: { ...shipped.metadata, annotations: {} },
  });
});

test('an upgrade takes back what the manifest no longer says and keeps the first values', () => {
  const upgraded = adopt(adopt(shipped), { ...manifest, data: { deploy: 'newer', logger: 'newer' } });
  expect(upgraded.data).toEqual({ deploy: 'newer', logger: 'newer' });
  expect(release(upgraded).data).toEqual(shipped.data);
});

test('leaves what others have changed since then', () => {
  const changed = { ...adopt(shipped), data: { ...adopt(shipped).data, deploy: 'changed' } };
  expect(release(changed).data).toEqual({ deploy: 'changed', logger: 'shipped' });
});

test('without a note of what was there, or with a spoiled one, it leaves everything as it is', () => {
  for (const text of ['', '[]', '{"set":1,"before":{}}', 'null']) {
    const live = { ...manifest, metadata: { ...manifest.metadata, annotations: { [annotation]: text } } };
    expect(releasePatch(live, 'llm')).toEqual({ metadata: { annotations: { [annotation]: null } } });
  }
});

test('leaves what another platform uses as well', () => {
  const adopted = adopt(shipped);
  const both = {
    ...adopted,
    metadata: {
      ...adopted.metadata,
      annotations: { ...adopted.metadata.annotations, 'before.cdk8s-maas/team-b': '{}' },
    },
  };
  expect(otherPlatformsOf(both, 'llm')).toEqual(['team-b']);
  expect(release(both).data).toEqual(adopted.data);
});

test('takes away what kubectl apply once wrote by hand, and only that', () => {
  const last = { ...manifest, data: { ...manifest.data, storageInitializer: 'ours' } };
  const live = (lastApplied: object): KubernetesObject => ({
    ...manifest,
    metadata: {
      ...manifest.metadata,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(lastApplied) },
    },
    data: { ...manifest.data, storageInitializer: 'ours', logger: 'shipped' },
  });
  expect(adopt(live(last)).data).toEqual({ ...manifest.data, logger: 'shipped' });
  const ofOthers = { ...last, metadata: { name: 'inferenceservice-config' } };
  expect(adopt(live(ofOthers)).data).toEqual(live(ofOthers).data);
});

describe('lists whose members have names', () => {
  const deployment = (env: object[]): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'operator' },
    spec: { template: { spec: { containers: [{ name: 'manager', env }] } } },
  });
  const ours = deployment([
    { name: 'MODE', value: 'deny' },
    { name: 'OTHER', value: 'deny' },
  ]);
  const live = {
    ...deployment([
      { name: 'MODE', value: 'allow' },
      { name: 'DIR', value: '/' },
    ]),
  };
  const env = (object: Fields) => (object as KubernetesObject).spec.template.spec.containers[0].env as object[];

  test('are set and given back member by member', () => {
    const adoption = adoptionPatch(ours, live, 'llm');
    expect(env(adoption)).toEqual(env(ours));
    const adopted = {
      ...deployment([...env(ours), { name: 'DIR', value: '/' }]),
      metadata: { name: 'operator', annotations: (adoption as KubernetesObject).metadata.annotations },
    };
    expect(env(releasePatch(adopted, 'llm'))).toEqual([
      { name: 'MODE', value: 'allow' },
      { name: 'OTHER', $patch: 'delete' },
    ]);
    const fewer = adoptionPatch(deployment([{ name: 'MODE', value: 'allow' }]), adopted, 'llm');
    expect(env(fewer)).toEqual([
      { name: 'OTHER', $patch: 'delete' },
      { name: 'MODE', value: 'allow' },
    ]);
  });

  test('are one value for kinds of custom resources', () => {
    const custom = { ...ours, apiVersion: 'example.com/v1' };
    const { before } = JSON.parse(
      (adoptionPatch(custom, { ...live, apiVersion: 'example.com/v1' }, 'llm') as KubernetesObject).metadata
        .annotations![annotation]!,
    );
    expect(before.spec).toEqual(live.spec);
  });
});
