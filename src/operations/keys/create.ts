import { didYouMean } from '../../config/suggest';
import type { ApiKeyOwner } from '../../identity/api-key-secret';
import { expiryInstant } from '../../identity/key-expiry';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { checkInterruption, type Session, type SessionOptions } from '../session';
import { checkKeysAreOn, ownerOf } from './key-arguments';
import { configuredKeys } from './key';
import { expiryFrom } from './key-end';
import { encoded, keySecret, placeForKey } from './key-secret';
import { handOver, readKeys, secretReference, unlessEnded, writeKey } from './key-store';
import { checkSecretName } from './secret-name';
import { newKey } from './new-key';

/** Options of `keys create`. */
export interface CreateKeyOptions extends SessionOptions {
  /** Tier of a user whom the configuration does not name. */
  readonly tier?: string;
  /** Name of the Secret. @default - one that maas.yaml waits for, else `<user>-apikey`, with a number if need be */
  readonly name?: string;
  /** A day, an instant, or a span from now on. @default - never */
  readonly expires?: string;
  /** Whether the key is only printed. */
  readonly print?: boolean;
  readonly json?: boolean;
}

/** `cdk8s-maas keys create USER`: a new key, printed once the cluster has it. */
export function createKey(user: string, options: CreateKeyOptions): Promise<void> {
  return runOperation(options, async (session) => {
    checkKeysAreOn(session);
    const owner = ownerOf(session, user, options.tier);
    warnOfMisspelling(session, user);
    if (options.print) await printKey(session, owner, options);
    else await makeKey(session, owner, options);
  });
}

async function makeKey(session: Session, owner: ApiKeyOwner, options: CreateKeyOptions): Promise<void> {
  const { namespace, user, tier } = owner;
  const now = new Date();
  const expires = options.expires === undefined ? undefined : expiryFrom(options.expires, now);
  const name = await nameFor(session, owner, options.name, now);
  const key = newKey();
  const secret = keySecret({ ...owner, name, value: encoded(key), expires, created: instantOf(now) });
  checkInterruption(session, 'no key was made');
  await unlessEnded(mayBeThere(session, name), async () => {
    await writeKey(session, 'create', secret);
    const shown = { user, tier, namespace, secret: name, expires, key };
    await handOver(options.json ? JSON.stringify(shown, undefined, 2) : key, () =>
      session.kubectl.delete(secretReference(namespace, name)),
    );
  });
  tell(session, owner, name, expires);
}

/** A moment in whole seconds, as Kubernetes writes it. */
export function instantOf(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** What somebody is told who ends the process while a Secret is written. */
export function mayBeThere({ settings, commands }: Session, name: string): string {
  return (
    `ended before the key was shown: Secret ${settings.namespace}/${name} may have a key that nobody has seen; ` +
    `see: ${commands.maas('keys', 'list')}; take it away: ${commands.maas('keys', 'revoke', name)}`
  );
}

/** With --print the cluster is not asked. */
async function printKey({ terminal, config }: Session, { user, tier }: ApiKeyOwner, options: CreateKeyOptions) {
  const unused = (['name', 'expires'] as const).filter((option) => options[option] !== undefined);
  if (unused.length > 0) {
    throw new OperationError(
      `--print makes no Secret, so ${unused.map((option) => `--${option}`).join(' and ')} would have no effect; ` +
        `leave it out, and write what the vault's Secret is called and when the key expires into ${config}`,
    );
  }
  const key = newKey();
  await handOver(options.json ? JSON.stringify({ user, tier, key }, undefined, 2) : key, () => Promise.resolve());
  terminal.note(
    `a key for ${user}, shown this once; the cluster does not have it. Put it into a vault, and name its entry at the user in ${config}: ` +
      'keys: [{ externalSecret: { store: <store>, key: <entry> } }]',
  );
}

async function nameFor(session: Session, owner: ApiKeyOwner, wanted: string | undefined, now: Date): Promise<string> {
  const { settings, config } = session;
  if (wanted === undefined) {
    const { keys, secretNames } = await readKeys(session, now);
    return placeForKey(settings, owner.user, keys, secretNames, now);
  }
  checkSecretName(wanted);
  const configured = configuredKeys(settings).get(wanted);
  if (configured !== undefined && (configured.user !== owner.user || configured.key.existingSecret === undefined)) {
    const whose = configured.key.existingSecret === undefined ? 'is rendered for' : 'is a key of';
    throw new OperationError(
      `--name: got ${wanted}, which ${whose} user ${configured.user} in ${config}; give another`,
    );
  }
  return wanted;
}

function warnOfMisspelling({ settings, terminal, config }: Session, user: string): void {
  const names = settings.users.map(({ name }) => name);
  if (names.includes(user)) return;
  terminal.warn(
    [`${config} does not name user ${user}`, didYouMean(user, names, '')].filter((part) => part !== '').join('; '),
  );
}

function tell(
  { terminal, settings, config, commands }: Session,
  owner: ApiKeyOwner,
  name: string,
  expires?: string,
): void {
  const { namespace, user, tier } = owner;
  const end = expires === undefined ? 'it has no end' : `it works until ${expiryInstant(expires)}`;
  terminal.note(
    `Secret ${namespace}/${name}: a key of ${user}, tier ${tier}; ${end}. It is shown this once, and works within a second.`,
  );
  const configured = configuredKeys(settings).get(name)?.key;
  if (configured !== undefined) {
    if (configured.disabled)
      terminal.warn(`${config} disables it: take disabled: true away there, then: ${commands.maas('install')}`);
    if (configured.expires !== undefined) {
      terminal.note(`${config} ends it, too: at ${expiryInstant(configured.expires)}`);
    }
    terminal.note(`${config} names that Secret: nothing is to be changed there.`);
  } else if (settings.users.some((known) => known.name === user)) {
    terminal.note(
      `${config} does not name that Secret: its annotations say whose it is, which suffices. ` +
        `For the key to follow a change of ${user}'s tier there, add to its keys and apply: - { existingSecret: ${name} }`,
    );
  } else {
    terminal.note(
      `${config} does not name ${user}: the annotations of the Secret say it all. Another tier: ${commands.maas('keys', 'set-tier', name)} <tier>`,
    );
  }
}
