// Applies the platform of maas.yaml as `cdk8s-maas install` does once the components are there: `apply-platform [seconds]`.
const { runOperation } = require('../../../lib/src/operations/run-operation.js');
const { applyPlatform } = require('../../../lib/src/operations/install/apply-platform.js');

const seconds = Number(process.argv[2] ?? 60);
const options = { config: 'maas.yaml', color: false, verbose: process.argv[3] === '--verbose' };
void runOperation(options, (session) => applyPlatform(session, { seconds, modelSeconds: seconds }));
