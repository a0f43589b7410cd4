/** Tests against real kube-apiservers, one a worker; see test/cluster/README.md. */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/cluster'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/cluster/harness/global-setup.ts',
  globalTeardown: '<rootDir>/test/cluster/harness/global-teardown.ts',
  setupFiles: ['<rootDir>/test/cluster/harness/worker-setup.ts'],
  maxWorkers: 2,
  testTimeout: 120_000,
  verbose: true,
};
