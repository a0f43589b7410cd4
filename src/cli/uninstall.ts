import type { Command } from 'commander';
import type { UninstallOptions } from '../operations/install/uninstall';
import { addClusterOptions } from './cluster-options';
import { addNotes, addUsage, CHANGING_EXIT_CODES } from './help';
import { operations } from './operations';

const NOTES = [
  "Takes away what install brought, and nothing else: the platform's objects, then the components that nobody else uses. What others own gets back what stood there before. It lists everything, with what stays and why, and asks. Ended in between, it goes on when it is run again.",
];

/** Adds `cdk8s-maas uninstall`. */
export function registerUninstall(program: Command): void {
  const command = program.command('uninstall').description('take away what install brought, and nothing else');
  addClusterOptions(command)
    .option('--dry-run', 'print what would go and what would stay, change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--mirror <place>', 'address or folder that has the downloads, as for install')
    .action((options: UninstallOptions) => operations().uninstall(options));
  addNotes(command, ...NOTES);
  addUsage(command, {
    examples: [
      'cdk8s-maas uninstall --dry-run',
      'cdk8s-maas uninstall --config production.yaml --context production',
      'cdk8s-maas uninstall --yes',
    ],
    exitCodes: CHANGING_EXIT_CODES,
  });
}
