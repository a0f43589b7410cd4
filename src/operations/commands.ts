/** What `cdk8s-maas` does with a cluster, one function a command: the entry of the bundle that the command line loads late. */
export { install } from './install/install';
export { uninstall } from './install/uninstall';
