import { realpathSync } from 'node:fs';
import * as nodePath from 'node:path';
import { checkValue } from './check';
import { resolveConfigFiles } from './config-files';
import type { MaasPlatformProps } from './configuration';
import { fileProblem, readBytes, type Reference } from './files';
import { toValue, writtenText, type Located, type LocatedMap } from './located';
import { mergeSources } from './merge';
import { locateIn, rememberOrigin } from './origin';
import { ConfigurationError, showValue, sortProblems, type Problem } from './problem';
import { parseSource } from './source';

export { isChecked, locateProblems, sourceOf } from './origin';

/**
 * Reads a configuration from a file and the files that it extends, and checks it.
 *
 * @param file path of the file, for example `maas.yaml`; messages name it as it is given here
 * @returns the configuration, frozen: `MaasPlatform` takes it as checked
 * @throws ConfigurationError with every problem of the files, their text, the shape and the cross-checks
 */
export function readConfiguration(file: string): MaasPlatformProps {
  return readConfigurationWith(file, readBytes);
}

/**
 * Like `readConfiguration`, with the text of the first file at hand.
 *
 * @param text the YAML
 * @param file name for messages; `extends` is looked for in its folder
 * @throws ConfigurationError with every problem
 */
export function parseConfiguration(text: string, file: string): MaasPlatformProps {
  const bytes = Buffer.from(text);
  return readConfigurationWith(file, (current, reference) =>
    reference === undefined ? bytes : readBytes(current, reference),
  );
}

/** What reads the files of a configuration: those bytes, or the problem that keeps them from being read. */
export type FileReader = (file: string, reference: Reference | undefined) => Uint8Array | Problem;

/**
 * Like `readConfiguration`, for files that are not on the disk.
 *
 * @param file path of the first file; `extends` is relative to its folder
 * @param read reads it, and with a reference what it extends
 * @throws ConfigurationError with every problem
 */
export function readConfigurationWith(file: string, read: FileReader): MaasPlatformProps {
  return finish(readChain(file, read));
}

/** The files of a configuration, the overlay first and its base last. */
interface Chain {
  readonly roots: LocatedMap[];
  readonly files: string[];
  readonly problems: Problem[];
  /** Whether the roots say what the author meant, so that it makes sense to check them. */
  reliable: boolean;
}

function finish({ roots, files, problems, reliable }: Chain): MaasPlatformProps {
  const merged = roots.reduceRight<LocatedMap | undefined>(
    (base, overlay) => (base === undefined ? overlay : mergeSources(base, overlay)),
    undefined,
  );
  if (merged === undefined || !reliable) {
    throw new ConfigurationError(sortProblems(problems, files));
  }
  const root = resolveConfigFiles(merged, problems);
  const value = toValue(root) as MaasPlatformProps;
  const found = checkValue(value, { extraKeys: ['extends'], writtenText: (path) => writtenText(root, path) });
  const all = locateIn(root, files, [...problems, ...found]);
  if (all.length > 0) {
    throw new ConfigurationError(all);
  }
  rememberOrigin(value, root, files);
  return value;
}

function readChain(file: string, read: FileReader): Chain {
  const chain: Chain = { roots: [], files: [], problems: [], reliable: true };
  const identities = new Set<string>();
  let next: { file: string; reference?: Reference } | undefined = { file };
  while (next !== undefined) {
    const { file: current, reference }: { file: string; reference?: Reference } = next;
    next = undefined;
    const bytes = read(current, reference);
    chain.files.push(current);
    const identity = identify(current);
    if (reference !== undefined && identities.has(identity)) {
      chain.problems.push(cycleProblem(reference));
      chain.reliable = false;
    } else if (!(bytes instanceof Uint8Array)) {
      chain.problems.push(bytes);
      chain.reliable = false;
    } else {
      identities.add(identity);
      next = readOne(bytes, current, chain);
    }
  }
  return chain;
}

/** Adds one file to the chain; returns the one that it extends. */
function readOne(bytes: Uint8Array, file: string, chain: Chain): { file: string; reference: Reference } | undefined {
  const { root, problems, reliable } = parseSource(bytes, file);
  chain.problems.push(...problems);
  chain.reliable &&= reliable;
  if (root === undefined) {
    return undefined;
  }
  const entries = new Map(root.entries);
  const base = entries.get('extends')?.value;
  entries.delete('extends');
  chain.roots.push({ ...root, entries });
  if (base === undefined) {
    return undefined;
  }
  const reference = readReference(base);
  if (!('text' in reference)) {
    chain.problems.push(reference);
    return undefined;
  }
  return { file: resolveReference(reference.text, file), reference };
}

function readReference(base: Located): Reference | Problem {
  if (base.kind === 'scalar' && typeof base.value === 'string' && base.value !== '') {
    return { text: base.value, at: base.at };
  }
  const got = showValue(toValue(base));
  return fileProblem('extends-value', base.at, ['extends'], got, 'the path of one file', 'write `extends: base.yaml`');
}

/** The path as messages show it: relative to where the first file's is. */
function resolveReference(text: string, file: string): string {
  return nodePath.isAbsolute(text) ? text : nodePath.join(nodePath.dirname(file), text);
}

function identify(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return nodePath.resolve(file);
  }
}

function cycleProblem({ text, at }: Reference): Problem {
  return fileProblem(
    'extends-cycle',
    at,
    ['extends'],
    JSON.stringify(text),
    'a file that does not lead back to itself',
    'remove one `extends` of the circle',
  );
}
