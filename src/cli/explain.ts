import type { Command } from 'commander';
import { listNames, quote } from '../config/problem';
import { readConfiguration } from '../config/read';
import { resolveSettings, type PlatformSettings } from '../config/settings';
import { didYouMean } from '../config/suggest';
import { explainName } from '../explain/explanation';
import { formatExplanations } from '../explain/text';
import { SynthesisError } from '../output/output';
import { reportMistakes } from '../output/synthesize';
import { addUsage, READING_EXIT_CODES } from './help';
import { addConfiguration, addJson, type ConfigurationOptions, type JsonOptions } from './options';

/** Adds `cdk8s-maas explain`. */
export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('say what a tier, user or model of the configuration may do')
    .argument('<name>', 'name of a tier, user or model; one that is several shows all');
  addConfiguration(command).action(explain);
  addJson(command, 'a JSON list, one entry for each that has the name');
  addUsage(command, {
    examples: ['cdk8s-maas explain free', 'cdk8s-maas explain alice --config environments/production.yaml --json'],
    exitCodes: { ...READING_EXIT_CODES, 1: 'nothing has that name, or the configuration is not right' },
  });
}

function explain(name: string, { config, json = false }: ConfigurationOptions & JsonOptions): void {
  const explanations = reportMistakes(() => {
    const settings = resolveSettings(readConfiguration(config));
    const found = explainName(settings, name);
    if (found.length === 0) {
      throw new SynthesisError(`${config}: ${unknownName(settings, name)}`);
    }
    return found;
  });
  if (explanations !== undefined) {
    process.stdout.write(json ? `${JSON.stringify(explanations, undefined, 2)}\n` : formatExplanations(explanations));
  }
}

function unknownName(settings: PlatformSettings, name: string): string {
  const [tiers, users, models] = [settings.tiers, settings.users, settings.models].map((items) =>
    items.map((item) => item.name),
  ) as [string[], string[], string[]];
  const expected = `one of the tiers ${listNames(tiers)}, the users ${listNames(users)}, the models ${listNames(models)}`;
  const fix = didYouMean(name, [...tiers, ...users, ...models], '');
  return `got ${quote(name)}, expected ${expected}${fix === '' ? '' : `; ${fix}`}`;
}
