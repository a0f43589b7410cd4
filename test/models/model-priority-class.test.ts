import { ModelPriorityClass, type ModelPriorityClassProps } from '../../src/models/model-priority-class';
import type { MaasPlatformProps } from '../../src';
import { explainName } from '../../src/explain/explanation';
import { resolveSettings } from '../../src/config/settings';
import { manifestsOf } from '../../src/platform/manifests';
import { identify, synthesize } from '../support/synth';

type Manifest = ReturnType<typeof synthesize>['manifests'][number];

const synth = (props: ModelPriorityClassProps) => synthesize((chart) => new ModelPriorityClass(chart, 'class', props));

test('ModelPriorityClass: only a value; kept, never the default, and before the pods', () => {
  const { manifests, find } = synth({ name: 'online', value: 1000 });
  expect(manifests.map(identify)).toEqual(['PriorityClass online']);
  expect(find('PriorityClass')).toEqual({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: {
      name: 'online',
      labels: expect.objectContaining({ 'cdk8s-maas/deletion-protection': 'true' }),
      annotations: {
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
        'argocd.argoproj.io/sync-wave': '-1',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      },
    },
    value: 1000,
  });
});

test('ModelPriorityClass: everything', () => {
  const props = { value: -10, preemptionPolicy: 'Never', description: 'what can wait' } as const;
  expect(synth({ name: 'batch', ...props }).find('PriorityClass')).toMatchObject(props);
});

test.each([
  [{ name: 'system-gpus', value: 1 }, 'got "system-gpus", expected a name that does not begin with system-'],
  [{ name: 'a', value: 1_000_000_001 }, 'priority class a: got the value 1000000001, expected a whole number from'],
  [{ name: 'a', value: -2_147_483_649 }, 'got the value -2147483649, expected a whole number from -2147483648 to'],
  [{ name: 'a', value: 0.5 }, 'got the value 0.5, expected a whole number'],
])('ModelPriorityClass: the API server would refuse %j', (props, message) => {
  expect(() => synth(props)).toThrow(message);
});

describe('in maas.yaml', () => {
  const props: MaasPlatformProps = {
    priorityClasses: [{ name: 'online', value: 1000 }],
    models: [
      { name: 'simulator', priorityClass: 'online' },
      { name: 'qwen3', accelerator: 'nvidia', priorityClass: 'of-the-cluster', canary: { weight: 5, gpus: 2 } },
    ],
  };
  const namesOf = (manifests: object[]) => ({
    classes: (manifests as Manifest[]).filter(({ kind }) => kind === 'PriorityClass').map(identify),
    ofPods: (manifests as Manifest[]).flatMap(({ kind, spec }) =>
      kind === 'InferenceService' ? spec.predictor.priorityClassName : [],
    ),
  });

  test('models name them, and those of the cluster', () => {
    expect(namesOf(manifestsOf(props))).toEqual({
      classes: ['PriorityClass online'],
      ofPods: ['online', 'of-the-cluster', 'of-the-cluster'],
    });
  });

  test("the platform's name is before what is of the whole cluster, and what names it", () => {
    expect(namesOf(manifestsOf({ ...props, name: 'staging' }))).toEqual({
      classes: ['PriorityClass staging-online'],
      ofPods: ['staging-online', 'of-the-cluster', 'of-the-cluster'],
    });
  });

  test('only then the protection is about them, whatever else is shared', () => {
    const own = { createNamespaces: false, kserve: { configure: false }, kuadrant: { create: false } };
    const resources = (manifests: object[]) =>
      (manifests as Manifest[])
        .filter(({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name.includes('deletion'))
        .flatMap(({ spec }) => spec.matchConstraints.resourceRules)
        .flatMap((rule: { resources: string[] }) => rule.resources);
    expect(resources(manifestsOf({ ...own, ...props }))).toContain('priorityclasses');
    expect(resources(manifestsOf(own))).toEqual([]);
    expect(resources(manifestsOf({}))).not.toContain('priorityclasses');
  });

  test('explain names the object', () => {
    const objectsOf = (model: string) =>
      JSON.stringify(explainName(resolveSettings({ ...props, name: 'staging' }), model));
    expect(objectsOf('simulator')).toContain('"kind":"PriorityClass","name":"staging-online"');
    expect(objectsOf('qwen3')).not.toContain('PriorityClass');
  });
});
