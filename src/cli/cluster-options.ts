import type { Command } from 'commander';
import { addConfiguration } from './options';

/** Adds the options that say which cluster is meant, as kubectl has them. */
export function addCluster(command: Command): Command {
  return command
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--kubeconfig <file>', 'kubeconfig (default: as kubectl finds it)');
}

/** Adds the options that every command has which operates a platform: see `SessionOptions`. */
export function addClusterOptions(command: Command): Command {
  return addCluster(addConfiguration(command))
    .option('--namespace <name>', "refuse unless it is the configuration's")
    .option('-q, --quiet', 'print results and mistakes only')
    .option('-v, --verbose', 'print every command that is run');
}
