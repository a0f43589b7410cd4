/** Tests against a real kube-apiserver, one for the whole run; see test/cluster/README.md. */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/cluster'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/cluster/harness/global-setup.ts',
  globalTeardown: '<rootDir>/test/cluster/harness/global-teardown.ts',
  maxWorkers: 1,
  testTimeout: 120_000,
  verbose: true,
};
