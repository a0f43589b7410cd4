import type { Command } from 'commander';
import type { VerifyOptions } from '../operations/verify/verify';
import { addClusterOptions } from './cluster-options';
import { operations } from './operations';

/** Adds `cdk8s-maas verify`. */
export function registerVerify(program: Command): void {
  addClusterOptions(program.command('verify'))
    .description('hold the cluster to the configuration, and say what to do about what is not as it should be')
    .option('--json', 'print JSON: the rows and how many have which verdict')
    .addHelpText(
      'after',
      '\nIt changes nothing; with --verbose it names what is good, too. docs/verify.md says what each check looks at,\n' +
        'and which rights it takes.\n' +
        '\nExamples:\n' +
        '  $ cdk8s-maas verify\n' +
        '  $ cdk8s-maas verify --config environments/production.yaml --context production\n' +
        '  $ cdk8s-maas verify --json | jq \'.rows[] | select(.verdict != "good")\'\n' +
        '\nExit codes: 0 all good, 1 something is not, 2 the cluster could not be asked or the command line is not right,\n' +
        '130 interrupted.\n',
    )
    .action((options: VerifyOptions) => operations().verify(options));
}
