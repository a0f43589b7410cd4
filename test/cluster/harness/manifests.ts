import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { loadAll } from 'js-yaml';

/** The repository. */
export const root = resolve(__dirname, '..', '..', '..');

/** A Kubernetes object as it stands in a file; its shape is what the API server judges. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
    /** Given by the API server, as are the next. */
    readonly uid?: string;
    readonly ownerReferences?: readonly { readonly uid: string }[];
    readonly generation?: number;
    readonly creationTimestamp?: string;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  [member: string]: any;
}

export interface ManifestFile {
  readonly path: string;
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

/** A folder of synthesized YAML: dist/ or an example's. */
export interface PlatformFolder {
  /** As a person would type it: `dist`, `examples/oidc/dist`. */
  readonly name: string;
  readonly path: string;
  readonly files: readonly ManifestFile[];
}

/** @returns dist/ and the dist/ of every example, or its sub-folders where it has several platforms' worth. */
export function platformFolders(): PlatformFolder[] {
  return ['dist', ...namesIn('examples').map((name) => `examples/${name}/dist`)].flatMap((name) => {
    const environments = namesIn(name).map((environment) => `${name}/${environment}`);
    return (environments.length > 0 ? environments : [name]).map(readPlatformFolder);
  });
}

function namesIn(folder: string): string[] {
  const path = join(root, folder);
  const entries = existsSync(path) ? readdirSync(path, { withFileTypes: true }) : [];
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return folders.sort();
}

/** @returns the YAML files of a folder of the repository in the order in which kubectl takes them; none if it is not there. */
export function readPlatformFolder(name: string): PlatformFolder {
  const path = join(root, name);
  const names = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith('.yaml')) : [];
  return { name, path, files: names.sort().map((file) => readManifestFile(join(path, file))) };
}

export function readManifestFile(path: string): ManifestFile {
  const manifests = (loadAll(readFileSync(path, 'utf8')) as (Manifest | null)[]).filter(
    (manifest) => manifest !== null,
  );
  return { path, name: basename(path), manifests };
}

export function manifestsOf(folder: PlatformFolder): Manifest[] {
  return folder.files.flatMap((file) => file.manifests);
}

/** @returns how this page and the tests name an object: `ConfigMap kserve/inferenceservice-config`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}

/** @returns kubectl's arguments that mean this object: `authpolicies.v1.kuadrant.io gateway -n llm`. */
export function reference({ apiVersion, kind, metadata }: Manifest): string[] {
  const [version, group] = apiVersion.split('/').reverse();
  const resource = group ? `${kind}.${version}.${group}` : kind;
  return [resource, metadata.name, ...(metadata.namespace ? ['--namespace', metadata.namespace] : [])];
}

/** @returns objects as one document, for the standard input of kubectl. */
export function listOf(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
