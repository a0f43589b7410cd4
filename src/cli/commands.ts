import { App } from 'cdk8s';
import { readConfiguration } from '../config/read';
import { validateApp, writeManifests } from '../output/output';
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

function addPlatforms(app: App, files: readonly string[]): void {
  files.forEach((file, index) => {
    new MaasPlatform(app, index === 0 ? 'maas' : `maas-${index + 1}`, readConfiguration(file));
  });
}
