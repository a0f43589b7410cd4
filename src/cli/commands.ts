import { App } from 'cdk8s';
import { listNames, quote } from '../config/problem';
import { readConfiguration } from '../config/read';
import { resolveSettings, type PlatformSettings } from '../config/settings';
import { didYouMean } from '../config/suggest';
import { drawPlatform } from '../explain/diagram';
import { explainName } from '../explain/explanation';
import { formatExplanations } from '../explain/text';
import { SynthesisError, validateApp, writeManifests } from '../output/output';
import { reportMistakes } from '../output/synthesize';
import { MaasPlatform } from '../platform/platform';

/** Options of `validate`. */
export interface CheckOptions {
  /** Configuration files, one platform each. */
  readonly config: string[];
  /** Whether only problems are printed. */
  readonly quiet?: boolean;
}

/** Options of `synth`. */
export interface SynthesizeOptions extends CheckOptions {
  /** Folder to write to. */
  readonly out: string;
}

/** Options of `diagram`. */
export interface ReadOptions {
  /** Configuration file. */
  readonly config: string;
}

/** Options of `explain`. */
export interface ExplainOptions extends ReadOptions {
  /** Whether JSON is printed in place of text. */
  readonly json?: boolean;
}

/** `cdk8s-maas synth`. */
export function synthesizePlatforms(options: SynthesizeOptions): void {
  const result = reportMistakes(() => writeManifests((app) => addPlatforms(app, options.config), options.out));
  if (result !== undefined && !options.quiet) {
    const removed = result.removed.length > 0 ? `, removed ${result.removed.join(', ')}` : '';
    process.stdout.write(`wrote ${result.files.length} files to ${result.folder}/${removed}\n`);
  }
}

/** `cdk8s-maas validate`: also builds the objects, because patches and other platforms are checked against them. */
export function checkPlatforms(options: CheckOptions): void {
  const valid = reportMistakes(() => {
    const app = new App();
    addPlatforms(app, options.config);
    validateApp(app);
    return true;
  });
  if (valid && !options.quiet) {
    process.stdout.write(`${options.config.join(', ')}: no problem found\n`);
  }
}

/** `cdk8s-maas explain NAME`. */
export function explain(name: string, options: ExplainOptions): void {
  const explanations = reportMistakes(() => {
    const settings = resolveSettings(readConfiguration(options.config));
    const found = explainName(settings, name);
    if (found.length === 0) {
      throw new SynthesisError(`${options.config}: ${unknownName(settings, name)}`);
    }
    return found;
  });
  if (explanations !== undefined) {
    const text = options.json ? `${JSON.stringify(explanations, undefined, 2)}\n` : formatExplanations(explanations);
    process.stdout.write(text);
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

/** `cdk8s-maas diagram`. */
export function printDiagram(options: ReadOptions): void {
  const diagram = reportMistakes(() => drawPlatform(resolveSettings(readConfiguration(options.config))));
  process.stdout.write(diagram ?? '');
}

function addPlatforms(app: App, files: readonly string[]): void {
  files.forEach((file, index) => {
    new MaasPlatform(app, index === 0 ? 'maas' : `maas-${index + 1}`, readConfiguration(file));
  });
}
