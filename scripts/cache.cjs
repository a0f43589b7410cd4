// Where fetched and built programs are kept. CommonJS, so that Jest can load what uses it.
const { homedir } = require('node:os');
const { join, resolve } = require('node:path');

/** @returns {string} The folder; never inside the repository. */
function cacheFolder() {
  const userCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return resolve(process.env.CDK8S_MAAS_CACHE || join(userCache, 'cdk8s-maas'));
}

module.exports = { cacheFolder };
