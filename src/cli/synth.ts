import type { Command } from 'commander';
import { writeManifests } from '../output/output';
import { reportMistakes } from '../output/synthesize';
import { addUsage, READING_EXIT_CODES } from './help';
import { addConfigurations, type ConfigurationsOptions } from './options';
import { addPlatforms } from './platforms';

/** Options of `synth`. */
export interface SynthOptions extends ConfigurationsOptions {
  /** Folder to write to. */
  readonly out: string;
  /** Whether only problems are printed. */
  readonly quiet?: boolean;
}

/** Adds `cdk8s-maas synth`. */
export function registerSynth(program: Command): void {
  const command = program
    .command('synth')
    .description('check the configuration and write the YAML; on a problem nothing is written');
  addConfigurations(command)
    .option('-o, --out <folder>', 'folder to write to', 'dist')
    .option('-q, --quiet', 'print problems only')
    .action(synthesizePlatforms);
  addUsage(command, {
    examples: [
      'cdk8s-maas synth',
      'cdk8s-maas synth --config environments/production.yaml --out dist/production',
      'cdk8s-maas synth --config team-a.yaml team-b.yaml',
    ],
    exitCodes: { ...READING_EXIT_CODES, 1: 'the configuration or the folder is not right' },
  });
}

/** `cdk8s-maas synth`. */
export function synthesizePlatforms({ config, out, quiet = false }: SynthOptions): void {
  const result = reportMistakes(() => writeManifests((app) => addPlatforms(app, config), out));
  if (result !== undefined && !quiet) {
    const removed = result.removed.length > 0 ? `, removed ${result.removed.join(', ')}` : '';
    process.stdout.write(`wrote ${result.files.length} files to ${result.folder}/${removed}\n`);
  }
}
