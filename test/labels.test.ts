import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import * as library from '../src';
import { DELETION_PROTECTION_LABEL, KEEP_ANNOTATIONS, MAAS_LABELS, objectMetadata } from '../src/labels';
import { CONSTRUCTS, NAMES } from './support/constructs';
import { identify, synthesize } from './support/synth';

describe('objectMetadata with a name only', () => {
  test('is the name and the labels of every object', () => {
    expect(objectMetadata('thing')).toEqual({
      name: 'thing',
      labels: { 'app.kubernetes.io/part-of': 'maas', 'app.kubernetes.io/managed-by': 'cdk8s-maas' },
    });
  });

  test('has no version: a release would touch every object in every cluster', () => {
    expect(Object.keys(MAAS_LABELS)).not.toContain('app.kubernetes.io/version');
  });
});

describe('objectMetadata with all options', () => {
  const metadata = objectMetadata('thing', {
    namespace: 'llm',
    labels: { app: 'thing' },
    annotations: { note: 'mine' },
    keep: true,
  });

  test('adds to what every object has', () => {
    expect(metadata).toMatchObject({ name: 'thing', namespace: 'llm' });
    expect(metadata.labels).toEqual({ ...MAAS_LABELS, [DELETION_PROTECTION_LABEL]: 'true', app: 'thing' });
    expect(metadata.annotations).toEqual({ ...KEEP_ANNOTATIONS, note: 'mine' });
  });

  test('tells Argo CD and Flux to keep what is not ours', () => {
    expect(metadata.annotations).toMatchObject({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
  });

  test('leaves the tables as they are', () => {
    expect(Object.keys(MAAS_LABELS)).toHaveLength(2);
    expect(Object.keys(KEEP_ANNOTATIONS)).toHaveLength(2);
  });
});

test('the constructs below are all that the package has', () => {
  const constructs = Object.entries(library).filter(([, value]) => isConstruct(value));
  expect(constructs.map(([name]) => name).sort()).toEqual([...Object.keys(CONSTRUCTS), 'MaasPlatform'].sort());
});

describe.each(Object.entries(CONSTRUCTS))("%s in another team's chart", (_, create) => {
  const { app, manifests } = synthesize((chart) => create(chart, NAMES));

  test('makes objects', () => {
    expect(manifests).not.toEqual([]);
  });

  test('makes no chart', () => {
    expect(app.node.findAll().filter((node) => node instanceof Chart)).toHaveLength(1);
  });

  test('gives every object the two labels', () => {
    expect(manifests.filter(({ metadata }) => !hasLabels(metadata.labels)).map(identify)).toEqual([]);
  });

  test('names every object itself: no hash, nothing of the chart', () => {
    const hashed = manifests.filter(({ metadata: { name } }) => /-c[0-9a-f]{7}$|team/.test(name));
    expect(hashed.map(identify)).toEqual([]);
  });

  test('gives the same objects whatever the ids around it', () => {
    const elsewhere = synthesize((chart) => create(new Chart(chart, 'another'), NAMES));
    expect(elsewhere.app.charts.flatMap((chart) => chart.toJson() as unknown[])).toEqual(manifests);
  });
});

function hasLabels(labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(MAAS_LABELS).every(([key, value]) => labels[key] === value);
}

function isConstruct(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof Construct;
}
