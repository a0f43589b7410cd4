/** What `cdk8s-maas` does with a cluster, one function a command: the entry of the bundle that the command line loads late. */
export { createKey } from './keys/create';
export { printKeys } from './keys/list';
export { revokeKeys } from './keys/revoke';
export { rotateKey } from './keys/rotate';
export { setTier } from './keys/set-tier';
export { printToken, type TokenOptions } from './token/token';
export { testPlatform, type TestOptions } from './test/test-platform';
export { withClusterManifests } from './diff/cluster-manifests';
export { verify } from './verify/verify';
export { install } from './install/install';
export { uninstall } from './install/uninstall';
