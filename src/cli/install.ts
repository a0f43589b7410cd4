import { InvalidArgumentError, Option, type Command } from 'commander';
import type { InstallOptions } from '../operations/install/install';
import { STEP_NAMES } from '../operations/install/step-names';
import { addClusterOptions } from './cluster-options';
import { addNotes, addUsage, CHANGING_EXIT_CODES } from './help';
import { operations } from './operations';

const NOTES = [
  'Brings what the cluster lacks (Gateway API, Istio, cert-manager, KServe, Kuadrant, the Prometheus operator, at the versions of maas.yaml), then the platform. What somebody else has installed is left alone. Run again, it does nothing that is done; it goes on where it was ended, and upgrades to a changed maas.yaml.',
  'Without a maas.yaml the flags --simulator, --qwen3, --install-all-models (both) or --deploy-kind (the simulator) choose one and write it: with --token-rate-limit tiers have 200, 1000 and 5000 tokens a minute, without it 5, 20 and 100 requests in 2 minutes. With a maas.yaml these flags change nothing; they have to agree with it.',
];

/** Adds `cdk8s-maas install`. */
export function registerInstall(program: Command): void {
  const command = program.command('install').description('bring the platform, and what it needs, into a cluster');
  addClusterOptions(command)
    .option('--dry-run', 'print every command and object, change nothing')
    .option('-y, --yes', 'do not ask')
    .addOption(new Option('--from-step <step>', 'leave out the steps before it').choices(STEP_NAMES))
    .option('--mirror <place>', 'address or folder that has the downloads; --dry-run lists them')
    .option('--timeout <seconds>', 'how long something may take to become good (default: 600, models 3600)', seconds)
    .option('--simulator', 'with the simulated model, which needs no GPU')
    .option('--qwen3', 'with Qwen3 0.6B, which needs a GPU')
    .option('--install-all-models', 'with both')
    .option('--deploy-kind', 'on a kind cluster llm-maas, which is made unless it is there; with the simulator')
    .option('--token-rate-limit', 'with limits of tokens; without it a chosen maas.yaml limits requests')
    .option('--check-gpu', 'refuse unless nodes have the GPUs that the models need')
    .option('--skip-metrics', 'without Prometheus')
    .option('--ocp', 'for OpenShift, whatever the cluster looks like')
    .option('--no-ocp', 'for plain Kubernetes, whatever the cluster looks like')
    .action(async (options: InstallOptions) => {
      refuseContradictions(command, options);
      await operations().install(options);
    });
  addNotes(command, ...NOTES);
  addUsage(command, {
    examples: [
      'cdk8s-maas install --simulator --token-rate-limit',
      'cdk8s-maas install --config production.yaml --context production --dry-run',
      'cdk8s-maas install --from-step kserve',
      'cdk8s-maas install --mirror https://mirror.example.com/maas',
    ],
    exitCodes: CHANGING_EXIT_CODES,
  });
}

function refuseContradictions(command: Command, { deployKind, ocp, context }: InstallOptions): void {
  if (!deployKind) return;
  if (ocp) command.error('error: --deploy-kind makes a cluster of plain Kubernetes, so it cannot be used with --ocp');
  if (context !== undefined && context !== 'kind-llm-maas') {
    command.error(
      'error: --deploy-kind installs on context kind-llm-maas, so it cannot be used with another --context',
    );
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of seconds');
  return value;
}
