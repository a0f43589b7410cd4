// What `maas install` does of the platform's own objects, without the components: `apply-platform [seconds to wait]`.
const { runOperation } = require('../../../lib/src/operations/run-operation.js');
const { applyObjects, applyPlatform } = require('../../../lib/src/operations/install/apply-platform.js');

const [, , text] = process.argv;
const seconds = Number(text);
const apply =
  text === undefined ? applyObjects : (session) => applyPlatform(session, { seconds, modelSeconds: seconds });
void runOperation({ config: 'maas.yaml', color: false }, async (session) => void (await apply(session)));
