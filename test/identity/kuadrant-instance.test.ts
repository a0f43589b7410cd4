import { KuadrantInstance, type KuadrantInstanceProps } from '../../src/identity/kuadrant-instance';
import { identify, synthesize } from '../support/synth';

const instanceWith = (props?: KuadrantInstanceProps) =>
  synthesize((chart) => new KuadrantInstance(chart, 'kuadrant', props)).manifests;

test('KuadrantInstance with minimal props is what the operator waits for', () => {
  const manifests = instanceWith();
  expect(manifests.map(identify)).toEqual(['Kuadrant kuadrant-system/kuadrant']);
  expect(manifests[0]).toMatchObject({ apiVersion: 'kuadrant.io/v1beta1', spec: {} });
});

test('KuadrantInstance with all props uses them', () => {
  expect(instanceWith({ namespace: 'policies', name: 'mine' }).map(identify)).toEqual(['Kuadrant policies/mine']);
});
