import type { Command } from 'commander';
import { readConfiguration } from '../config/read';
import { resolveSettings } from '../config/settings';
import { drawPlatform } from '../explain/diagram';
import { reportMistakes } from '../output/synthesize';
import { addUsage, READING_EXIT_CODES } from './help';
import { addConfiguration, type ConfigurationOptions } from './options';

/** Adds `cdk8s-maas diagram`. */
export function registerDiagram(program: Command): void {
  const command = program.command('diagram').description('print the platform as a Mermaid flowchart');
  addConfiguration(command).action(printDiagram);
  addUsage(command, {
    examples: ['cdk8s-maas diagram', 'cdk8s-maas diagram --config environments/production.yaml > platform.mmd'],
    exitCodes: READING_EXIT_CODES,
  });
}

function printDiagram({ config }: ConfigurationOptions): void {
  process.stdout.write(reportMistakes(() => drawPlatform(resolveSettings(readConfiguration(config)))) ?? '');
}
