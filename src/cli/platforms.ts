import type { App } from 'cdk8s';
import { readConfiguration } from '../config/read';
import { MaasPlatform } from '../platform/platform';

/**
 * Puts one platform a configuration file into an App.
 * @throws ConfigurationError with every problem of the first file that has some
 */
export function addPlatforms(app: App, files: readonly string[]): void {
  files.forEach((file, index) => {
    new MaasPlatform(app, index === 0 ? 'maas' : `maas-${index + 1}`, readConfiguration(file));
  });
}
