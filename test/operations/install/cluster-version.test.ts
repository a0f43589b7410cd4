import { compareVersions, versionIn } from '../../../src/operations/install/cluster-version';

test.each([
  ['v1.34.4+k3s1', '1.34.4'],
  ['v1.18.2', '1.18.2'],
  ['1.31.4-distroless', '1.31.4'],
  ['1.31.0-alpha.1', '1.31.0-alpha.1'],
  ['v0.16.0-rc1', '0.16.0-rc1'],
  ['kuadrant-operator.v1.5.2', '1.5.2'],
  ['latest', undefined],
  ['', undefined],
  [undefined, undefined],
])('the version in %s is %s', (text, version) => {
  expect(versionIn(text)).toBe(version);
});

test.each([
  ['1.31.4', '1.31.4', 0],
  ['1.9.0', '1.31.0', -1],
  ['1.31.4', '1.31.10', -1],
  ['2.0.0', '1.99.99', 1],
  ['1.31.0-rc.1', '1.31.0', -1],
  ['1.31.0', '1.31.0-rc.1', 1],
  ['1.31.0-alpha.1', '1.31.0-beta.0', -1],
])('%s against %s', (one, other, sign) => {
  expect(Math.sign(compareVersions(one, other))).toBe(sign);
});
