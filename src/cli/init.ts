import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Option, type Command } from 'commander';
import { asSynthesisError, SynthesisError } from '../output/output';
import { reportMistakes } from '../output/synthesize';
import { addHelpSection, addUsage, READING_EXIT_CODES } from './help';
import {
  mainFileOf,
  nextCommands,
  packageName,
  projectFiles,
  STORIES,
  type OwnPackage,
  type Story,
} from './new-project';

interface InitOptions {
  readonly story: Story;
  readonly force?: boolean;
}

/**
 * Adds `cdk8s-maas init`.
 * @param own what the package.json of this package says
 */
export function registerInit(program: Command, own: OwnPackage): void {
  const command = program
    .command('init')
    .description('begin a project that synthesizes at once; never overwrites a file')
    .argument('[folder]', 'where it is made', '.')
    .addOption(new Option('--story <story>', 'what it begins with').choices(STORIES).default('kind'))
    .option('--force', 'replace the files that it writes, and no others')
    .action((folder: string, { story, force = false }: InitOptions) => {
      const files = projectFiles({
        story,
        name: packageName(path.basename(path.resolve(folder))),
        example: readFileSync(path.join(__dirname, 'stories', story, mainFileOf(story)), 'utf8'),
        own,
      });
      if (reportMistakes(() => writeProject(folder, files, force)) === true) {
        process.stdout.write(`wrote ${[...files.keys()].join(', ')}; next:\n\n${nextCommands(story, folder)}`);
      }
    });
  addHelpSection(command, 'Stories', [
    'kind       a local cluster: demo users, a simulated model, no GPU',
    'openshift  five models on GPUs, keys from Secrets',
    'oidc       tokens of a demo Keycloak beside API keys',
    'library    TypeScript in place of maas.yaml',
  ]);
  addUsage(command, {
    examples: ['cdk8s-maas init my-platform', 'cdk8s-maas init --story openshift my-platform'],
    exitCodes: { ...READING_EXIT_CODES, 1: 'the folder has such files already, or cannot be written' },
  });
}

/** Writes all files, or none when one of them exists. */
function writeProject(folder: string, files: ReadonlyMap<string, string>, force: boolean): true {
  const existing = [...files.keys()].filter((file) => isThere(path.join(folder, file)));
  if (existing.length > 0 && !force) {
    throw new SynthesisError(
      `${folder} already has ${existing.join(', ')}; nothing was written. Choose another folder, or replace them with --force`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of files) {
      writeFileSync(path.join(folder, file), text, { flag: force ? 'w' : 'wx' });
    }
  } catch (error) {
    throw asSynthesisError(error, folder);
  }
  return true;
}

/** A symbolic link to nowhere is there, too. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // Its folder is a file: writing says so.
  }
}
