import { missingComponents } from '../../../src/operations/install/missing-components';

test('a cluster without KEDA is told so', () => {
  const [first, ...rest] = missingComponents(['ScaledObject (keda.sh/v1alpha1)', 'Own (example.com/v1)']).split('\n');
  expect(first).toBe('the cluster does not know kinds that the platform needs; nothing was changed:');
  expect(rest.slice(0, 2)).toEqual([
    '  ScaledObject (keda.sh/v1alpha1): KEDA (models with scaling) is missing',
    '  Own (example.com/v1): no component of ours brings it',
  ]);
});
