/**
 * Reading, walking and writing the CRD files under imports/crds/: shared by `npm run import` and `npm run import:refresh`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Document, isCollection, isPair, isScalar, parseAllDocuments } from 'yaml';

export const importsDirectory = join(dirname(fileURLToPath(import.meta.url)), '..', 'imports');
export const crdsDirectory = join(importsDirectory, 'crds');

/** Up to this many characters a mapping or list stays on one line: short to scroll through, still a line a field to diff. */
const ONE_LINE = 100;

/** What a string may consist of to stay without quotes. kubectl's parser stumbles over others within braces, e.g. "?". */
const PLAIN = /^[\w./ -]*$/;

/**
 * The table of where every CRD comes from.
 *
 * @returns {Array<{component: string, repository: string, module: string, version: string, commit: string, folder?: string,
 *   note?: string, groups: Record<string, string[]>}>}
 */
export function readSources() {
  return JSON.parse(readFileSync(join(crdsDirectory, 'sources.json'), 'utf8'));
}

/** The CRD files that become L1 constructs: one per API group, so not those in sub-folders. */
export function listCrdFiles() {
  return readdirSync(crdsDirectory)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}

/**
 * The CustomResourceDefinitions of a YAML text; other kinds are left out.
 *
 * @param {string} text YAML with any number of documents
 * @param {string} name what to call the text in an error
 */
export function parseCrds(text, name) {
  const objects = parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw new Error(`${name}: ${document.errors[0].message}`);
    return document.toJS();
  });
  return objects.filter((object) => object?.kind === 'CustomResourceDefinition');
}

/**
 * Calls `visit` with every schema below (and with) this one. `visit` sees schemas only, never the map under `properties`,
 * so a property that is called "description" is not mistaken for the text of that name.
 *
 * @param {object} schema an OpenAPI v3 schema
 * @param {(schema: object) => void} visit may change the schema; called before its children
 */
export function walkSchema(schema, visit) {
  if (typeof schema !== 'object' || schema === null) return;
  visit(schema);
  const children = [
    ...Object.values(schema.properties ?? {}),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((key) => schema[key] ?? []),
    ...['items', 'additionalProperties', 'not'].map((key) => schema[key]),
  ];
  for (const child of children) walkSchema(child, visit);
}

/** The schema of each version of a CRD. */
export function schemasOf(crd) {
  return crd.spec.versions.map((version) => version.schema?.openAPIV3Schema).filter(Boolean);
}

/**
 * The text of a CRD file. The same CRDs always give the same bytes; strings that YAML 1.1 (kubectl) would take for
 * booleans are quoted.
 *
 * @param {object[]} crds
 * @param {string} [header] the first line, a comment
 */
export function formatCrds(crds, header) {
  const byName = [...crds].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  const documents = byName.map((crd) => {
    const document = new Document(crd, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
    setFlow(document.contents);
    document.contents.flow = false;
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
  });
  return `${header ? `# ${header}\n` : ''}${documents.join('---\n')}`;
}

/** Marks collections that fit on a line as flow style; returns the length of the node on one line. */
function setFlow(node) {
  if (isPair(node)) return setFlow(node.key) + setFlow(node.value) + 2;
  if (isScalar(node)) return quote(node);
  if (!isCollection(node)) return 4;
  const length = node.items.reduce((sum, item) => sum + setFlow(item) + 2, 2);
  node.flow = length <= ONE_LINE;
  return length;
}

/** Puts a string that may end up within braces into quotes, where it needs them; returns its length. */
function quote(scalar) {
  const length = String(scalar.value).length;
  if (length <= ONE_LINE && typeof scalar.value === 'string' && !PLAIN.test(scalar.value)) scalar.type = 'QUOTE_SINGLE';
  return length;
}
