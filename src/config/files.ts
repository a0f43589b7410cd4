import { readFileSync, statSync, type Stats } from 'node:fs';
import { MAXIMUM_BYTES, sizeProblem } from './source';
import type { Problem, SourceLocation } from './problem';

/** Ids of the checks on files. */
export const FILE_RULES = [
  'file-missing',
  'file-directory',
  'file-irregular',
  'file-unreadable',
  'extends-value',
  'extends-cycle',
] as const;

/** Id of a check on files. */
export type FileRule = (typeof FILE_RULES)[number];

/** The `extends` that names a file. */
export interface Reference {
  /** What is written after `extends`. */
  readonly text: string;
  /** Where it is written. */
  readonly at: SourceLocation;
}

/**
 * Reads a file as a whole, unless it is too large.
 *
 * @param file path of the file
 * @param reference the `extends` that names it; without one, the command line does
 * @returns what it holds, or the problem that keeps it from being read
 */
export function readBytes(file: string, reference: Reference | undefined): Uint8Array | Problem {
  const problem = (rule: FileRule, state: string, expected: string, fix: string): Problem => {
    if (reference === undefined) {
      return fileProblem(rule, { file }, [], state, expected, fix);
    }
    return fileProblem(rule, reference.at, ['extends'], `${JSON.stringify(reference.text)}, ${state}`, expected, fix);
  };
  const missing = (): Problem => {
    const fix =
      reference === undefined
        ? 'name the file with --config'
        : `its path is relative to the folder of ${reference.at.file}`;
    return problem('file-missing', 'no such file', 'a configuration file', fix);
  };
  try {
    const status: Stats = statSync(file);
    if (status.isDirectory()) {
      return problem(
        'file-directory',
        'a directory',
        'a configuration file',
        'name a file in it, for example maas.yaml',
      );
    }
    if (!status.isFile()) {
      return problem(
        'file-irregular',
        'a pipe, socket or device',
        'a regular file',
        'save the configuration to a file',
      );
    }
    return status.size > MAXIMUM_BYTES ? sizeProblem(status.size, file) : readFileSync(file);
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (['ENOENT', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE', 'ENAMETOOLONG'].includes(code)) {
      return missing();
    }
    const state = code === 'EACCES' || code === 'EPERM' ? 'no permission' : `an error of the system (${code})`;
    return problem(
      'file-unreadable',
      state,
      'a file that can be read',
      'check its permissions and those of its folders',
    );
  }
}

/** A problem with a file or with `extends`. */
export function fileProblem(
  rule: FileRule,
  location: SourceLocation,
  path: (string | number)[],
  got: string,
  expected: string,
  fix: string,
): Problem {
  return { rule, path, pointAt: 'value', got, expected, fix, location };
}
