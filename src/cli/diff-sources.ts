import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { MaasPlatformProps } from '../config/configuration';
import { ConfigurationError } from '../config/problem';
import { readConfigurationWith } from '../config/read';
import { MAXIMUM_BYTES } from '../config/source';
import { PLATFORM_FILES } from '../output/file-names';
import { SynthesisError } from '../output/output';
import type { Manifest } from '../platform/manifests';
import { isMap } from '../is-map';

/**
 * The objects of a platform in a folder that was synthesized before; files of others in it are left out.
 *
 * @param folder dist/
 * @param name the platform's `name`, which its files begin with
 * @throws SynthesisError when it cannot be read
 */
export function readManifests(folder: string, name: string | undefined): Manifest[] {
  const ours = new Set(PLATFORM_FILES.map((file) => `${name === undefined ? '' : `${name}-`}${file}.k8s.yaml`));
  return refusing(`cannot read ${folder}`, () => readdirSync(folder))
    .filter((file) => ours.has(file))
    .sort()
    .flatMap((file) => {
      const place = path.join(folder, file);
      const text = refusing(`cannot read ${place}`, () => readFileSync(place, 'utf8'));
      return parseAllDocuments(text, { version: '1.1' }).flatMap((document): Manifest[] => {
        if (document.errors.length > 0) {
          throw new SynthesisError(`cannot read ${place}: it is no YAML; synthesize it anew`);
        }
        const value = refusing(`cannot read ${place}`, (): unknown => document.toJS());
        return isMap(value) ? [value] : [];
      });
    });
}

/**
 * A configuration as a Git revision has it, with what it extended then.
 *
 * @param file path of the file; its folder is in the repository
 * @param revision a commit, branch or tag, for example `HEAD~1`
 * @throws SynthesisError when the revision does not have it, or has it with problems
 */
export function readConfigurationAt(file: string, revision: string): MaasPlatformProps {
  const folder = path.dirname(path.resolve(file));
  const commit = git(folder, `no revision ${revision}`, [
    'rev-parse',
    '--verify',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  const blobOf = (current: string) =>
    // Unlike `git show`, this runs no filter that a repository configures.
    git(folder, `cannot read ${current} at ${revision}`, [
      'cat-file',
      'blob',
      `${commit.toString().trim()}:./${path.relative(folder, path.resolve(current)).replaceAll(path.sep, '/')}`,
    ]);
  try {
    return readConfigurationWith(file, blobOf);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      throw new SynthesisError(`at ${revision}: ${error.message}`);
    }
    throw error;
  }
}

function git(folder: string, failure: string, args: readonly string[]): Buffer {
  return refusing(failure, () =>
    execFileSync('git', ['-C', folder, ...args], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 * MAXIMUM_BYTES }),
  );
}

/** What the system or Git refuses is no mistake of this program: its reason says everything. */
function refusing<Result>(failure: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    const reason = stderr?.toString().trim().split('\n', 1)[0] ?? '';
    throw new SynthesisError(`${failure}: ${reason === '' ? (code ?? message) : reason}`);
  }
}
