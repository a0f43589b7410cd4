import type { Command } from 'commander';

/** Options of a command that reads one configuration. */
export interface ConfigurationOptions {
  /** Configuration file. */
  readonly config: string;
}

/** Options of a command that reads the configurations of several platforms. */
export interface ConfigurationsOptions {
  /** Configuration files, one platform each. */
  readonly config: string[];
}

/** Options of a command that can print JSON. */
export interface JsonOptions {
  /** Whether JSON is printed in place of text. */
  readonly json?: boolean;
}

/** Adds `--config` with one file: see `ConfigurationOptions`. */
export function addConfiguration(command: Command): Command {
  return command.option('-c, --config <file>', 'configuration file', 'maas.yaml');
}

/** Adds `--config` with any number of files: see `ConfigurationsOptions`. */
export function addConfigurations(command: Command): Command {
  return command.option(
    '-c, --config <files...>',
    'configuration file; several put several platforms into one folder',
    ['maas.yaml'],
  );
}

/**
 * Adds `--json`: see `JsonOptions`.
 * @param what is printed, an object of the sentence @default 'JSON'
 */
export function addJson(command: Command, what = 'JSON'): Command {
  return command.option('--json', `print ${what}`);
}

/** Adds `--no-color`, which sets `color` to false; a command that prints no colours takes it, too. */
export function addColor(command: Command): Command {
  return command.option('--no-color', 'print no colours, as with the environment variable NO_COLOR');
}
