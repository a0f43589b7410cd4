// `npm run tools`: builds what the cluster and Envoy tests run. Nothing else in this repository compiles Go, Rust or Java.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { installKeycloak } from './keycloak.mjs';
import { linkFlags, plannedPath, root, toolPath, tools } from './tool-table.cjs';

const help = `usage: npm run tools [-- [--list] [NAME ...]]

Builds the programs of the cluster and Envoy tests, all or those named, into a cache outside the repository:
$CDK8S_MAAS_CACHE/tools, else $XDG_CACHE_HOME/cdk8s-maas/tools, else ~/.cache/cdk8s-maas/tools.
What is built already takes no time. The first build needs Go, Rust, Java with Maven, and their registries, and takes some
minutes.

  --list   print name, state and path of each, and build nothing
  --help   print this

exit code: 0 all there, 1 a build failed, 2 wrong usage
`;

/** Something that the user can put right: printed without a stack trace. */
class ToolError extends Error {}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(0)} s`;
}

/** Go as it is called in the tool's folder, where go.mod may choose another toolchain. */
function requireGo(tool) {
  const folder = join(root, tool.folder);
  const wanted = /^go (\S+)/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1] ?? '';
  const go = spawnSync('go', ['env', 'GOVERSION'], { cwd: folder, encoding: 'utf8' });
  const need = `${tool.name} needs Go ${wanted} or newer (https://go.dev/doc/install)`;
  if (go.error) throw new ToolError(`${need}, but 'go' cannot be run: ${go.error.message}`);
  if (go.status !== 0) throw new ToolError(`${need}: ${go.stderr.trim()}`);
  const [major, minor] = versionParts(go.stdout.trim().replace(/^go/, ''));
  const [wantedMajor, wantedMinor] = versionParts(wanted);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new ToolError(`${need}, got ${go.stdout.trim()}`);
  }
}

function versionParts(version) {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}

function run(command, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', fail);
    child.on('exit', (code, signal) => done(code ?? signal));
  });
}

async function compileGo(tool, output) {
  const args = ['build', '-buildvcs=false', `-ldflags=${linkFlags(tool).join(' ')}`, '-o', output, tool.package];
  const env = { ...process.env, GOWORK: 'off', ...tool.environment };
  const ended = await run('go', args, { cwd: join(root, tool.folder), env });
  if (ended !== 0) throw new ToolError(`${tool.name}: 'go build' ended with ${ended}`);
}

/** Cargo's own folder is some hundred megabytes and needed once, so it goes with the build. */
async function compileRust(tool, output) {
  const target = mkdtempSync(join(tmpdir(), 'cdk8s-maas-cargo-'));
  try {
    const args = ['build', '--release', '--locked', '--target-dir', target];
    const ended = await run('cargo', args, { cwd: join(root, tool.folder) }).catch((error) => {
      throw new ToolError(`${tool.name} needs Rust (https://rustup.rs), but 'cargo' cannot be run: ${error.message}`);
    });
    if (ended !== 0) throw new ToolError(`${tool.name}: 'cargo build' ended with ${ended}`);
    copyFileSync(join(target, 'release', tool.name), output);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function installJava(tool, output) {
  try {
    installKeycloak(join(root, tool.folder), output);
  } catch (error) {
    throw new ToolError(error.message);
  }
}

const builders = { go: compileGo, cargo: compileRust, maven: installJava };

/** Builds beside the final name and renames, so that no half-written program is ever taken for a built one. */
async function build(tool) {
  const { builder = 'go' } = tool;
  if (builder === 'go') requireGo(tool);
  const path = plannedPath(tool);
  const unfinished = `${path}.${process.pid}.unfinished`;
  mkdirSync(dirname(path), { recursive: true });
  const started = Date.now();
  const progress = setInterval(() => console.log(`${tool.name}: building, ${seconds(started)}`), 15_000);
  console.log(`${tool.name}: building ${tool.package ?? builder} of ${tool.folder}`);
  try {
    await builders[builder](tool, unfinished);
    renameSync(unfinished, path);
  } finally {
    clearInterval(progress);
    rmSync(unfinished, { recursive: true, force: true });
  }
  console.log(`${tool.name}: built in ${seconds(started)}, ${path}`);
}

function choose(names) {
  const unknown = names.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown) {
    console.error(`no tool '${unknown}': expected one of ${tools.map((tool) => tool.name).join(', ')}`);
    process.exit(2);
  }
  return names.length === 0 ? tools : tools.filter((tool) => names.includes(tool.name));
}

function readArguments() {
  try {
    return parseArgs({ options: { list: { type: 'boolean' }, help: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(help);
} else if (values.list) {
  for (const tool of choose(positionals)) {
    const path = plannedPath(tool);
    console.log(`${tool.name.padEnd(20)} ${existsSync(path) ? 'built  ' : 'missing'} ${path}`);
  }
} else {
  try {
    for (const tool of choose(positionals)) {
      if (toolPath(tool.name)) console.log(`${tool.name}: cached`);
      else await build(tool);
    }
  } catch (error) {
    console.error(error instanceof ToolError ? error.message : error);
    process.exitCode = 1;
  }
}
