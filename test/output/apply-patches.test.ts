import { App, Testing } from 'cdk8s';
import { ConfigurationError, MaasPlatform, type MaasPlatformProps } from '../../src';

/** Objects of the default platform after its patches. */
function objectsWith(patches: MaasPlatformProps['patches'], props: MaasPlatformProps = {}) {
  const app = new App();
  new MaasPlatform(app, 'maas', { ...props, patches });
  const objects = app.charts.flatMap((chart) => Testing.synth(chart));
  return (kind: string, name: string, namespace?: string) =>
    objects.find(
      ({ kind: ofKind, metadata }) =>
        ofKind === kind && metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
    );
}

describe('patches of a configuration', () => {
  test('reach any object of the platform, of any file', () => {
    const find = objectsWith([
      { target: { kind: 'Gateway', name: 'inference-gateway' }, merge: { metadata: { labels: { team: 'a' } } } },
      {
        target: { kind: 'Namespace', name: 'llm' },
        jsonPatch: [{ op: 'add', path: '/metadata/labels/team', value: 'b' }],
      },
    ]);
    expect(find('Gateway', 'inference-gateway').metadata.labels.team).toBe('a');
    expect(find('Namespace', 'llm').metadata.labels).toMatchObject({ team: 'b', 'app.kubernetes.io/part-of': 'maas' });
  });

  test('reach own objects', () => {
    const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' }, data: { a: '1' } };
    const target = { kind: 'ConfigMap', name: 'own' };
    const find = objectsWith([{ target, merge: { data: { a: '2' } } }], { objects: [own] });
    expect(find('ConfigMap', 'own').data).toEqual({ a: '2' });
  });

  test('of one object apply in their order', () => {
    const target = { kind: 'Namespace', name: 'llm' };
    const find = objectsWith([
      { target, merge: { metadata: { labels: { step: 'one' } } } },
      {
        target,
        jsonPatch: [
          { op: 'test', path: '/metadata/labels/step', value: 'one' },
          { op: 'replace', path: '/metadata/labels/step', value: 'two' },
        ],
      },
    ]);
    expect(find('Namespace', 'llm').metadata.labels.step).toBe('two');
  });

  test('tell objects of one name apart by their namespace', () => {
    const target = { kind: 'Role', name: 'models-aas-observability', namespace: 'llm' };
    const find = objectsWith([{ target, merge: { metadata: { labels: { team: 'a' } } } }]);
    const teams = ['llm', 'kuadrant-system'].map((name) => find('Role', target.name, name).metadata.labels.team);
    expect(teams).toEqual(['a', undefined]);
  });
});

describe('patches of a configuration fail', () => {
  const problemsOf = (patches: MaasPlatformProps['patches']) => {
    try {
      objectsWith(patches);
    } catch (error) {
      return error instanceof ConfigurationError ? error.problems : error;
    }
    return 'no problem';
  };
  const merge = { metadata: { labels: { team: 'a' } } };

  test('when there is no such object, with the one that was meant', () => {
    expect(problemsOf([{ target: { kind: 'Gateway', name: 'inference-gatewai' }, merge }])).toMatchObject([
      {
        rule: 'patch-target',
        path: ['patches', 0, 'target'],
        got: 'Gateway inference-gatewai',
        expected: 'an object of this platform',
        fix: 'did you mean Gateway inference-gateway?',
      },
    ]);
  });

  test('when the namespace is another', () => {
    const target = { kind: 'Gateway', name: 'inference-gateway', namespace: 'llm2' };
    expect(problemsOf([{ target, merge }])).toMatchObject([
      {
        rule: 'patch-target',
        got: 'Gateway llm2/inference-gateway',
        fix: 'did you mean Gateway llm/inference-gateway?',
      },
    ]);
  });

  test('when there are several of that name', () => {
    expect(problemsOf([{ target: { kind: 'Role', name: 'models-aas-observability' }, merge }])).toMatchObject([
      {
        rule: 'patch-target',
        expected: 'one object',
        fix: expect.stringMatching(/^add its namespace, one of (?=.*llm-observability)(?=.*kuadrant-system)/),
      },
    ]);
  });

  test('when they change nothing or do not apply: every one of them at once', () => {
    const target = { kind: 'Namespace', name: 'llm' };
    expect(
      problemsOf([
        { target, merge: { metadata: { name: 'llm' } } },
        { target, merge },
        { target, jsonPatch: [{ op: 'remove', path: '/spec/finalizers' }] },
        { target: { kind: 'Nothing', name: 'at-all' }, merge },
      ]),
    ).toMatchObject([
      { rule: 'patch-effect', path: ['patches', 0, 'merge'], got: 'the patch of Namespace llm changes nothing' },
      { rule: 'patch-effect', path: ['patches', 2, 'jsonPatch'], expected: 'a change of Namespace llm' },
      { rule: 'patch-target', path: ['patches', 3, 'target'], fix: 'look for it in dist/' },
    ]);
  });
});
