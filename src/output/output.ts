import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdk8s';
import { PLATFORM_FILES } from './file-names';

/** What a synthesis wrote. */
export interface SynthesisResult {
  /** Folder that was written to. */
  readonly folder: string;
  /** Names of the files, in the order in which `kubectl apply` takes them. */
  readonly files: string[];
  /** Names of files of an earlier synthesis that are gone. */
  readonly removed: string[];
}

/** A mistake of the user, or of the place: its message says everything, a stack trace would only hide it. */
export class SynthesisError extends Error {
  public override readonly name = 'SynthesisError';
}

/** Files that a platform writes; `<name>-` in front where the platform has a name. */
const PLATFORM_FILE = new RegExp(`^((?:[a-z0-9-]+-)?)(?:${PLATFORM_FILES.join('|')})\\.k8s\\.yaml$`);

/**
 * Synthesizes an App into a folder: everything, or nothing.
 *
 * Files are written beside their destination and moved when all of them are there. Files of an earlier synthesis of the
 * same platform that are no longer written are removed; every other file in the folder stays. A folder that is a
 * symbolic link is followed.
 *
 * @param build puts charts into the App
 * @param folder destination; made when it does not exist
 * @throws SynthesisError when the objects are not valid, or the folder can't be written
 */
export function writeManifests(build: (app: App) => void, folder: string): SynthesisResult {
  let created: string | undefined;
  let temporary: string | undefined;
  let building = false;
  try {
    created = fs.mkdirSync(folder, { recursive: true });
    const destination = fs.realpathSync(folder);
    temporary = fs.mkdtempSync(path.join(destination, '.synth-'));
    const app = new App({ outdir: temporary, recordConstructMetadata: false });
    building = true;
    build(app);
    building = false;
    validateApp(app);
    synth(app);
    return { folder, ...moveFiles(temporary, destination) };
  } catch (error) {
    throw building ? error : asSynthesisError(error, folder);
  } finally {
    cleanUp(temporary, folder, created);
  }
}

function moveFiles(from: string, to: string): Pick<SynthesisResult, 'files' | 'removed'> {
  const files = fs.readdirSync(from).sort();
  const folders = fs
    .readdirSync(to, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  const blocked = files.find((file) => folders.includes(file));
  if (blocked !== undefined) {
    throw new SynthesisError(`cannot write ${path.join(to, blocked)}: it is a folder, expected a file`);
  }
  const removed = staleFiles(to, files).filter((file) => !folders.includes(file));
  for (const file of files) {
    fs.renameSync(path.join(from, file), path.join(to, file));
  }
  for (const file of removed) {
    fs.rmSync(path.join(to, file));
  }
  return { files, removed };
}

/**
 * Runs what constructs check at the end (`node.addValidation`), in an App that is complete.
 * @throws SynthesisError with everything that they found
 */
export function validateApp(app: App): void {
  const found = app.node
    .findAll()
    .flatMap((construct) => construct.node.validate().map((message) => `[${construct.node.path}] ${message}`));
  if (found.length > 0) {
    throw new SynthesisError(`Validation failed with the following errors:\n  ${found.join('\n  ')}`);
  }
}

function synth(app: App): void {
  // The same input gives the same bytes: cdk8s would take this as a wish for another order of keys.
  const { CDK8S_DISABLE_SORT: unsorted } = process.env;
  delete process.env.CDK8S_DISABLE_SORT;
  try {
    app.synth();
  } finally {
    if (unsorted !== undefined) {
      process.env.CDK8S_DISABLE_SORT = unsorted;
    }
  }
}

function staleFiles(destination: string, written: readonly string[]): string[] {
  const prefixes = new Set(written.map((file) => PLATFORM_FILE.exec(file)?.[1]));
  return fs
    .readdirSync(destination)
    .filter((file) => !written.includes(file) && prefixes.has(PLATFORM_FILE.exec(file)?.[1] ?? '?'))
    .sort();
}

/** Removes what was made on the way: the temporary folder, and empty folders from `folder` up to `created`. */
function cleanUp(temporary: string | undefined, folder: string, created: string | undefined): void {
  if (temporary !== undefined) {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  if (created !== undefined) {
    const above = path.dirname(path.resolve(created));
    for (let current = path.resolve(folder); current !== above; current = path.dirname(current)) {
      if (fs.readdirSync(current).length > 0) {
        return;
      }
      fs.rmdirSync(current);
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it is not writable; make it writable or choose another folder',
  EPERM: 'it is not writable; make it writable or choose another folder',
  EROFS: 'it is on a read-only file system; choose another folder',
  ENOSPC: 'the disk is full; nothing was changed',
  EDQUOT: 'the disk quota is used up; nothing was changed',
  EEXIST: 'it is a file, expected a folder',
  ENOTDIR: 'a part of its path is a file, expected a folder',
  ENOENT: 'it is a symbolic link to nowhere',
};

/** An error of the file system as what the user can do about it; any other as it is. */
export function asSynthesisError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
  const reason = code === undefined ? undefined : REASONS[code];
  return reason === undefined ? error : new SynthesisError(`cannot write to ${folder}: ${reason}`);
}
