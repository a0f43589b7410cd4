/**
 * Refreshes imports/crds/ from the upstream projects: `npm run import:refresh`.
 *
 * The table imports/crds/sources.json decides which component, version and files. A file comes out of the component's Go
 * module (`go mod download`, which also checks its sum), and from GitHub at the pinned commit where the module is not to
 * be had. What is written are whole CRDs, all versions, without the `description` texts of their schemas.
 *
 *   npm run import:refresh                      everything
 *   npm run import:refresh -- --only kserve     one component
 *   npm run import:refresh -- --from DIR        without network: DIR/<component>/<version>/<file name>
 *
 * Afterwards `npm run import` regenerates the constructs.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { crdsDirectory, formatCrds, parseCrds, readSources, schemasOf, walkSchema } from './crd-files.mjs';

/** The folder of a component's Go module in the module cache; downloads it when needed. */
async function moduleFolder(source) {
  const environment = { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'on' };
  const run = promisify(execFile);
  const options = { env: environment, cwd: tmpdir() };
  const name = `${source.module}@${source.version}`;
  const result = await run('go', ['mod', 'download', '-json', name], options).catch((error) => error);
  if (result.code === 'ENOENT') throw new Error('the command "go" is not installed');
  const answer = result.stdout ? JSON.parse(result.stdout) : { Error: result.stderr || result.message };
  if (answer.Error) throw new Error(`no Go module ${name}: ${answer.Error.split('\n').at(-1).trim()}`);
  return answer.Dir;
}

/** Reads one file of a component from GitHub, at the pinned commit. */
async function readFromGitHub(source, path) {
  const address = `https://raw.githubusercontent.com/${source.repository}/${source.commit}/${path}`;
  const response = await fetch(address).catch((error) => ({ ok: false, status: error.cause?.code ?? error.message }));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.text();
}

/**
 * How to read the files of a component: a function from path to text.
 *
 * @param {object} source a row of sources.json
 * @param {string} [localFolder] what --from named
 */
async function openSource(source, localFolder) {
  if (localFolder) {
    return (path) => readFileSync(join(localFolder, source.component, source.version, basename(path)), 'utf8');
  }
  try {
    const folder = await moduleFolder(source);
    return (path) => readFileSync(join(folder, path), 'utf8');
  } catch (error) {
    console.log(`${source.component}: ${error.message}; trying GitHub`);
    return (path) => readFromGitHub(source, path);
  }
}

/** Removes what only weighs: description texts of schemas, and labels that are still Helm templates. */
function tidy(crd) {
  for (const schema of schemasOf(crd)) {
    walkSchema(schema, (node) => {
      if (typeof node.description === 'string') delete node.description;
    });
  }
  const labels = Object.entries(crd.metadata.labels ?? {}).filter(([, value]) => !value.includes('{{'));
  if (labels.length > 0) crd.metadata.labels = Object.fromEntries(labels);
  else delete crd.metadata.labels;
  return crd;
}

/** Writes the files of one component, one per API group. */
async function refresh(source, localFolder) {
  const read = await openSource(source, localFolder);
  const folder = join(crdsDirectory, source.folder ?? '');
  const header = `${source.component} ${source.version} (${source.repository}): written by "npm run import:refresh"`;
  const texts = [];
  for (const [group, paths] of Object.entries(source.groups)) {
    const crds = [];
    for (const path of paths) crds.push(...parseCrds(await read(path), path));
    const ofGroup = crds.filter((crd) => crd.spec.group === group);
    if (ofGroup.length === 0) throw new Error(`no CRD of group ${group} in ${paths.join(', ')}`);
    texts.push({ path: join(folder, `${group}.yaml`), text: formatCrds(ofGroup.map(tidy), header) });
  }
  mkdirSync(folder, { recursive: true });
  for (const { path, text } of texts) writeFileSync(path, text);
  console.log(`${source.component} ${source.version}: ${Object.keys(source.groups).join(', ')}`);
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, from: { type: 'string' } } });
  const sources = readSources().filter(({ component }) => !values.only || component === values.only);
  if (sources.length === 0) throw new Error(`--only: there is no component "${values.only}" in sources.json`);
  for (const source of sources) {
    await refresh(source, values.from).catch((error) => {
      console.error(`${source.component} ${source.version}: not refreshed, its files are as before: ${error.message}`);
      process.exitCode = 1;
    });
  }
}

main().catch((error) => {
  console.error(`import:refresh: ${error.message}`);
  process.exitCode = 1;
});
