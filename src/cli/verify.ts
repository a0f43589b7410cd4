import type { Command } from 'commander';
import type { VerifyOptions } from '../operations/verify/verify';
import { addClusterOptions } from './cluster-options';
import { addNotes, addUsage, JUDGING_EXIT_CODES } from './help';
import { operations } from './operations';
import { addJson } from './options';

/** Adds `cdk8s-maas verify`. */
export function registerVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('hold the cluster to the configuration, and say what to do about what is not as it should be');
  addJson(addClusterOptions(command), 'JSON: the rows and how many have which verdict').action(
    (options: VerifyOptions) => operations().verify(options),
  );
  addNotes(
    command,
    'It changes nothing; with --verbose it names what is good, too. docs/verify.md says what each check looks at, and which rights it takes.',
  );
  addUsage(command, {
    examples: [
      'cdk8s-maas verify',
      'cdk8s-maas verify --config environments/production.yaml --context production',
      'cdk8s-maas verify --json | jq \'.rows[] | select(.verdict != "good")\'',
    ],
    exitCodes: JUDGING_EXIT_CODES,
  });
}
