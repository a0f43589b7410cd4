import { deploymentMode } from '../../src/models/deployment-mode';

test.each([
  ['0.13.0', 'RawDeployment'],
  ['0.15.2', 'RawDeployment'],
  ['0.16.0-rc1', 'Standard'],
  ['0.16.0', 'Standard'],
  ['0.20.0', 'Standard'],
  ['1.0.0', 'Standard'],
  ['1.2.0', 'Standard'],
  [undefined, 'Standard'],
])('KServe %s calls plain Deployments %s', (version, mode) => {
  expect(deploymentMode(version)).toBe(mode);
});
