import { App } from 'cdk8s';
import type { Command } from 'commander';
import { validateApp } from '../output/output';
import { reportMistakes } from '../output/synthesize';
import { addUsage, READING_EXIT_CODES } from './help';
import { addConfigurations, type ConfigurationsOptions } from './options';
import { addPlatforms } from './platforms';

interface ValidateOptions extends ConfigurationsOptions {
  /** Whether only problems are printed. */
  readonly quiet?: boolean;
}

/** Adds `cdk8s-maas validate`. */
export function registerValidate(program: Command): void {
  const command = program.command('validate').description('check the configuration only');
  addConfigurations(command).option('-q, --quiet', 'print problems only').action(checkPlatforms);
  addUsage(command, {
    examples: ['cdk8s-maas validate', 'cdk8s-maas validate --config environments/production.yaml'],
    exitCodes: READING_EXIT_CODES,
  });
}

/** Also builds the objects, because patches and other platforms are checked against them. */
function checkPlatforms({ config, quiet = false }: ValidateOptions): void {
  const valid = reportMistakes(() => {
    const app = new App();
    addPlatforms(app, config);
    validateApp(app);
    return true;
  });
  if (valid && !quiet) {
    process.stdout.write(`${config.join(', ')}: no problem found\n`);
  }
}
