import type { Command } from 'commander';
import { addClusterOptions } from './cluster-options';
import { addNotes, addUsage, CHANGING_EXIT_CODES } from './help';
import { operations } from './operations';
import { addJson } from './options';

type Operations = ReturnType<typeof operations>;

/** Adds `cdk8s-maas keys`. */
export function registerKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('make, rotate, revoke and list API keys, which are Secrets of the cluster');
  addNotes(keys, 'No key is ever shown again, logged, or written to a file or into the arguments of a program.');
  registerCreate(keys);
  registerRotate(keys);
  registerRevoke(keys);
  registerList(keys);
  registerSetTier(keys);
  addUsage(keys, {
    examples: ['cdk8s-maas keys create alice', 'cdk8s-maas keys rotate alice', 'cdk8s-maas keys list'],
    exitCodes: CHANGING_EXIT_CODES,
  });
}

function registerCreate(keys: Command): void {
  const command = addClusterOptions(
    keys
      .command('create')
      .description('make a key of 256 random bits, put it into the cluster and print it, once')
      .argument('<user>', 'user of the configuration; any other needs --tier')
      .option('--tier <tier>', 'tier of a user whom the configuration does not name')
      .option(
        '--name <secret>',
        'name of the Secret (default: one that the configuration waits for, else <user>-apikey)',
      )
      .option(
        '--expires <when>',
        'day (2027-01-31), instant (2027-01-31T12:00:00Z) or span (90d) after which it is refused',
      )
      .option('--print', 'print a key for a vault, and leave the cluster alone'),
  ).action((...args: Parameters<Operations['createKey']>) => operations().createKey(...args));
  addJson(command);
  addUsage(command, {
    examples: [
      'cdk8s-maas keys create alice',
      'cdk8s-maas keys create alice --expires 90d',
      'cdk8s-maas keys create carol@example.com --tier free',
      "cdk8s-maas keys create alice --print | tr -d '\\n' | vault kv put -mount=secret maas/alice api_key=-",
    ],
    exitCodes: CHANGING_EXIT_CODES,
  });
}

function registerRotate(keys: Command): void {
  const command = addClusterOptions(
    keys
      .command('rotate')
      .description('put a new key into a Secret and print it, once; the old one works beside it for a while')
      .argument('<name>', 'Secret of a key, or a user with one key')
      .option('--overlap <span>', 'how long the old key works', '7d')
      .option('--expires <when>', 'day, instant or span after which the new key is refused'),
  ).action((...args: Parameters<Operations['rotateKey']>) => operations().rotateKey(...args));
  addJson(command);
  addUsage(command, {
    examples: ['cdk8s-maas keys rotate alice', 'cdk8s-maas keys rotate ci-key --overlap 12h --expires 90d'],
    exitCodes: CHANGING_EXIT_CODES,
  });
}

function registerRevoke(keys: Command): void {
  const command = addClusterOptions(
    keys
      .command('revoke')
      .description('delete Secrets of keys, which are refused from then on')
      .argument('<names...>', 'Secrets of keys; with --all users')
      .option('--all', 'revoke all keys of these users')
      .option('-y, --yes', 'do not ask'),
  ).action((...args: Parameters<Operations['revokeKeys']>) => operations().revokeKeys(...args));
  addUsage(command, {
    examples: ['cdk8s-maas keys revoke alice-apikey', 'cdk8s-maas keys revoke alice --all --yes'],
    exitCodes: CHANGING_EXIT_CODES,
  });
}

function registerList(keys: Command): void {
  const command = addClusterOptions(
    keys
      .command('list')
      .description('list keys, those of the configuration and others: whose they are and whether they work')
      .argument('[user]', 'user whose keys are meant (default: all)'),
  ).action((...args: Parameters<Operations['printKeys']>) => operations().printKeys(...args));
  addJson(command);
  addUsage(command, {
    examples: ['cdk8s-maas keys list', 'cdk8s-maas keys list alice --json'],
    exitCodes: CHANGING_EXIT_CODES,
  });
}

function registerSetTier(keys: Command): void {
  const command = addClusterOptions(
    keys
      .command('set-tier')
      .description('give keys that the configuration does not name another tier, without a new key')
      .argument('<name>', 'Secret of a key, or a user, all of whose keys are meant')
      .argument('[tier]', "tier (default: the user's in the configuration)"),
  ).action((...args: Parameters<Operations['setTier']>) => operations().setTier(...args));
  addUsage(command, {
    examples: ['cdk8s-maas keys set-tier carol@example.com premium', 'cdk8s-maas keys set-tier alice-apikey-2'],
    exitCodes: CHANGING_EXIT_CODES,
  });
}
