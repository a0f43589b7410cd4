import type { Command } from 'commander';
import type { TokenOptions } from '../operations/commands';
import { addClusterOptions } from './cluster-options';
import { addNotes, addUsage, CHANGING_EXIT_CODES } from './help';
import { operations } from './operations';

/** Adds `cdk8s-maas token`. */
export function registerToken(program: Command): void {
  const command = program
    .command('token')
    .description('print a token (JWT) of a user: by a login in a browser, of the demo Keycloak at once')
    .argument('<user>', 'user, as the issuer names it')
    .option(
      '--client-id <id>',
      'client of the issuer that may use the device authorization grant (default: the audience)',
    )
    .option('--issuer <url>', "another issuer than the configuration's")
    .option('--url <url>', 'where the issuer is reached, if not at its URL (default: the demo Keycloak by kubectl)')
    .option('--ca-file <file>', 'trust the certificates of this file (PEM), too');
  addClusterOptions(command).action((user: string, options: TokenOptions) => operations().printToken(user, options));
  addNotes(
    command,
    'The token alone goes to standard output. The demo Keycloak (identity.keycloak: demo) is asked with the password of Secret keycloak-credentials in the cluster; any other issuer shows a code for a browser.',
  );
  addUsage(command, {
    examples: [
      'TOKEN=$(cdk8s-maas token freeuser1)',
      'TOKEN=$(cdk8s-maas token alice --client-id maas-cli)',
      'curl -H "Authorization: Bearer $(cdk8s-maas token freeuser1)" http://api.maas.local:8000/v1/models',
    ],
    exitCodes: { ...CHANGING_EXIT_CODES, 0: 'printed', 1: 'there is no token' },
  });
}
