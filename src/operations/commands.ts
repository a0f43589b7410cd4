/** What `cdk8s-maas` does with a cluster, one function a command: the entry of the bundle that the command line loads late. */
export { printToken, type TokenOptions } from './token/token';
export { testPlatform, type TrialOptions } from './trial/test-platform';
