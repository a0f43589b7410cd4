// The programs that `npm run tools` builds for the tests, and where they are kept. CommonJS, so that Jest can load it too.
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, statSync } = require('node:fs');
const { join, relative, resolve, sep } = require('node:path');

const { cacheFolder } = require('./cache.cjs');

const root = resolve(__dirname, '..');

/**
 * @typedef {object} GoTool
 * @property {string} name file name of the program
 * @property {string} folder folder of go.mod and go.sum, relative to the repository
 * @property {string} package what `go build` builds: a folder (`./kasd`) or an import path
 * @property {(version: (module: string) => string) => string[]} [linkFlags] given a look-up of required module versions
 * @property {Record<string, string>} [environment] what `go build` is run with
 */

/** Kubernetes programs say v0.0.0 without this, and kubectl then warns about its distance to the server. */
function kubernetesVersion(version) {
  const release = version('k8s.io/kubernetes');
  const [major, minor] = release.slice(1).split('.');
  const variables = { gitVersion: release, gitMajor: major, gitMinor: minor, gitCommit: '', gitTreeState: 'clean' };
  return Object.entries(variables).map(([name, value]) => `-X=k8s.io/component-base/version.${name}=${value}`);
}

/**
 * @typedef {object} RustTool
 * @property {string} name file name of the program
 * @property {string} folder folder of Cargo.toml and Cargo.lock, relative to the repository
 * @property {'cargo'} builder what tells it from a Go tool
 */

/**
 * @typedef {object} JavaTool
 * @property {string} name name of the folder that it is
 * @property {string} folder folder of pom.xml
 * @property {'maven'} builder what tells it from a Go tool
 */

/** @type {(GoTool | RustTool | JavaTool)[]} To add one: a folder with its go.mod, Cargo.toml or pom.xml under test/cluster/tools/, and a row here. */
const tools = [
  { name: 'kasd', folder: 'test/cluster/tools/kubernetes', package: './kasd', linkFlags: kubernetesVersion },
  {
    name: 'kubectl',
    folder: 'test/cluster/tools/kubernetes',
    package: 'k8s.io/kubernetes/cmd/kubectl',
    linkFlags: kubernetesVersion,
  },
  { name: 'istio-listeners', folder: 'test/cluster/tools/istio', package: './istio-listeners' },
  { name: 'istio-installation', folder: 'test/cluster/tools/istio', package: './istio-installation' },
  {
    name: 'istiod',
    folder: 'test/cluster/tools/istio',
    package: 'istio.io/istio/pilot/cmd/pilot-discovery',
  },
  {
    name: 'llm-d-inference-sim',
    folder: 'test/cluster/tools/simulator',
    package: 'github.com/llm-d/llm-d-inference-sim/cmd/llm-d-inference-sim',
    environment: { CGO_ENABLED: '0' }, // else it links a tokenizer that only its image has
  },
  {
    name: 'kuadrant-operator',
    folder: 'test/cluster/tools/kuadrant',
    package: 'github.com/kuadrant/kuadrant-operator/cmd',
  },
  {
    name: 'authorino-operator',
    folder: 'test/cluster/tools/kuadrant', // whose operator needs its types, so that the two share what they are built from
    package: 'github.com/kuadrant/authorino-operator',
  },
  {
    name: 'kserve-manager-0.20',
    folder: 'test/cluster/tools/kserve-0.20',
    package: 'github.com/kserve/kserve/cmd/manager',
  },
  {
    name: 'kserve-manager-0.15',
    folder: 'test/cluster/tools/kserve-0.15',
    package: 'github.com/kserve/kserve/cmd/manager',
  },
  {
    name: 'kserve-localmodel-0.20',
    folder: 'test/cluster/tools/kserve-0.20',
    package: 'github.com/kserve/kserve/cmd/localmodel',
  },
  {
    name: 'authorino',
    folder: 'test/cluster/tools/authorino',
    package: 'github.com/kuadrant/authorino',
    environment: { CGO_ENABLED: '0' }, // nothing of it is in C
  },
  {
    name: 'prometheus',
    folder: 'test/cluster/tools/prometheus',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
  },
  {
    name: 'promtool',
    folder: 'test/cluster/tools/prometheus',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
  },
  {
    name: 'keda-operator',
    folder: 'test/cluster/tools/keda',
    package: 'github.com/kedacore/keda/v2/cmd/operator',
    environment: { CGO_ENABLED: '0' }, // nothing of it is in C
  },
  { name: 'limitador', folder: 'test/cluster/tools/limitador', builder: 'cargo' },
  { name: 'keycloak', folder: 'test/cluster/tools/keycloak', builder: 'maven' },
];

/** @returns {string} The version of a Go module that the tool's go.mod requires. */
function requiredVersion(tool, module) {
  const goMod = readFileSync(join(root, tool.folder, 'go.mod'), 'utf8');
  const words = goMod.split('\n').map((line) =>
    line
      .replace(/^require /, '')
      .trim()
      .split(' '),
  );
  const found = words.find(([name, version]) => name === module && version?.startsWith('v'));
  if (!found) throw new Error(`${tool.folder}/go.mod requires no ${module}`);
  return found[1];
}

/** @returns {string[]} The arguments of -ldflags. */
function linkFlags(tool) {
  return ['-s', '-w', ...(tool.linkFlags?.((module) => requiredVersion(tool, module)) ?? [])];
}

function filesBelow(folder) {
  const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return paths.filter((path) => statSync(path).isFile()).sort();
}

function sources(tool, folder) {
  if (tool.builder) return filesBelow(folder);
  const own = tool.package.startsWith('./') ? filesBelow(join(folder, tool.package)) : [];
  return [join(folder, 'go.mod'), join(folder, 'go.sum'), ...own];
}

/** @returns {string} What the tool is made of: another input gives another hash, and so another place in the cache. */
function fingerprint(tool) {
  const folder = join(root, tool.folder);
  const hash = createHash('sha256');
  const built = tool.builder ? [tool.builder] : [tool.package, ...linkFlags(tool)];
  hash.update([process.platform, process.arch, ...built].join('\0'));
  for (const path of sources(tool, folder)) {
    hash.update(`\0${relative(folder, path).split(sep).join('/')}\0`).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

/** @returns {string} Where the tool is, or will be once it is built. */
function plannedPath(tool) {
  const extension = process.platform === 'win32' ? '.exe' : '';
  return join(cacheFolder(), 'tools', `${tool.name}-${fingerprint(tool)}`, tool.name + extension);
}

/**
 * @param {string} name
 * @returns {string | undefined} Path of the built tool; undefined when `npm run tools` has not built it.
 */
function toolPath(name) {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool '${name}': expected one of ${tools.map((known) => known.name).join(', ')}`);
  const path = plannedPath(tool);
  return existsSync(path) ? path : undefined;
}

module.exports = { root, tools, linkFlags, plannedPath, toolPath };
