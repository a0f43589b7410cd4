// How `npm run tools` gets Keycloak: by Maven, with its configuration compiled, so that a test starts it in seconds.
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const OLDEST_JAVA = 17;

/** The build options of the demo's Deployment: with others Keycloak compiles anew at each start. */
const BUILD_OPTIONS = { KC_HEALTH_ENABLED: 'true' };

/** Keycloak's launcher ends with this code once it has compiled a configuration, for its script to start it again. */
const COMPILED = 10;

/**
 * Fetches the release that the pom names, and compiles it for the development mode.
 *
 * @param {string} folder of the pom.xml
 * @param {string} output where the release goes; its parent is there
 * @throws with one line for the user when something is missing or fails
 */
export function installKeycloak(folder, output) {
  requireJava();
  const work = `${output}.maven`;
  try {
    const maven = run('mvn', ['--batch-mode', '--quiet', `-Dto=${work}`, 'process-resources'], { cwd: folder });
    if (maven.error) throw new Error(`keycloak needs Maven (https://maven.apache.org), ${notRun('mvn', maven)}`);
    if (maven.status !== 0) throw new Error(`keycloak: 'mvn process-resources' ended with ${maven.status}`);
    const release = readdirSync(work).find((name) => /^keycloak-[\d.]+$/.test(name));
    renameSync(join(work, release), output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  compile(output);
}

function requireJava() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const need = `keycloak needs Java ${OLDEST_JAVA} or newer (https://openjdk.org)`;
  if (java.error) throw new Error(`${need}, ${notRun('java', java)}`);
  const [said = ''] = java.stderr.split('\n');
  const major = Number(/version "(\d+)/.exec(said)?.[1]);
  if (!(major >= OLDEST_JAVA)) throw new Error(`${need}, got ${said}`);
}

/** `kc.sh build` knows the production mode only; `start-dev` compiles by itself, and its script would go on to start. */
function compile(home) {
  const jar = join(home, 'lib', 'quarkus-run.jar');
  const properties = [`-Dkc.home.dir=${home}`, '-Djava.util.logging.manager=org.jboss.logmanager.LogManager'];
  const launcher = ['-cp', jar, 'io.quarkus.bootstrap.runner.QuarkusEntryPoint', 'start-dev'];
  const { status } = run('java', [...properties, ...launcher], { env: { ...process.env, ...BUILD_OPTIONS } });
  if (status !== COMPILED) throw new Error(`keycloak: compiling its configuration ended with ${status}`);
}

function run(command, parameters, options) {
  return spawnSync(command, parameters, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
}

function notRun(command, { error }) {
  return `but '${command}' cannot be run: ${error.message}`;
}
