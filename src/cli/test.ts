import type { Command } from 'commander';
import type { TestOptions } from '../operations/commands';
import { addClusterOptions } from './cluster-options';
import { addNotes, addUsage, JUDGING_EXIT_CODES } from './help';
import { operations } from './operations';
import { addJson } from './options';

/** Adds `cdk8s-maas test`. */
export function registerTest(program: Command): void {
  const command = program
    .command('test')
    .description('ask the running platform: authentication, tokens, requests, streams and headers, per tier and model')
    .option('--url <url>', "where the gateway is (default: OpenShift's Routes, else a port that kubectl forwards)")
    .option('--tier <tiers...>', 'test these tiers only')
    .option('--model <models...>', 'test these models only')
    .option('--token', 'take tokens (JWT) of the demo Keycloak, even where users have keys')
    .option('--ca-file <file>', 'trust the certificates of this file (PEM), too')
    .option('--insecure', 'take any certificate');
  addJson(addClusterOptions(command), 'the checks as JSON at the end').action((options: TestOptions) =>
    operations().testPlatform(options),
  );
  addNotes(
    command,
    'It asks with a key of one user of each tier and uses up what that user has of a minute, so take users who do nothing else just now. docs/test.md says what is checked and what it costs.',
  );
  addUsage(command, {
    examples: [
      'cdk8s-maas test',
      'cdk8s-maas test --tier free --model simulator',
      'cdk8s-maas test --url http://127.0.0.1:8000',
      'cdk8s-maas test --url https://203.0.113.7 --ca-file ca.pem',
      'cdk8s-maas test --json > test.json',
    ],
    exitCodes: {
      ...JUDGING_EXIT_CODES,
      0: 'every check passed',
      1: 'one failed',
      2: 'nothing could be asked, or the command line is not right',
    },
  });
}
