import { runOperation } from '../run-operation';
import type { Session, SessionOptions } from '../session';
import { columns } from '../terminal';
import { jsonText } from '../text-width';
import { MAAS_LABELS } from '../../labels';
import { keysOfUser } from './key-arguments';
import { printable, type Key, type KeyState } from './key';
import { readKeys } from './key-store';

/** Options of `keys list`. */
export interface ListKeysOptions extends SessionOptions {
  readonly json?: boolean;
}

/** What `keys list --json` says of a key: never the key, nor anything made of it. */
export interface ListedKey {
  readonly user: string;
  readonly tier: string;
  readonly secret: string;
  /** When the key was made (RFC 3339). */
  readonly created?: string;
  /** First instant at which it no longer works (RFC 3339, UTC). @default - never */
  readonly endsAt?: string;
  readonly state: KeyState;
  /** Labels that the Secret lacks, where the state says so. */
  readonly missingLabels?: readonly string[];
  /** Whether maas.yaml names the Secret; else its annotations say whose it is. */
  readonly named: 'in maas.yaml' | 'nowhere';
}

/** `cdk8s-maas keys list [USER]`. */
export function printKeys(user: string | undefined, options: ListKeysOptions): Promise<void> {
  return runOperation(options, async (session) => {
    const { keys } = await readKeys(session, new Date());
    const isConfigured = session.settings.users.some(({ name }) => name === user);
    const shown =
      user === undefined ? keys : isConfigured ? keys.filter((key) => key.user === user) : keysOfUser(keys, user);
    const { terminal, commands } = session;
    if (options.json) {
      terminal.print(jsonText(shown.map(listed)));
    } else if (shown.length === 0) {
      terminal.note(
        `no keys; make one: ${commands.maas('keys', 'create', ...(user === undefined ? [] : [user]))}${user === undefined ? ' <user>' : ''}`,
      );
    } else {
      terminal.print(table(shown));
    }
    warnOfForgotten(session, shown);
  });
}

function listed(key: Key): ListedKey {
  const { user, tier, secret, created, endsAt, state, missingLabels, configured } = key;
  return {
    ...{ user, tier, secret, created, endsAt, state },
    ...(state === 'label missing' && { missingLabels }),
    named: configured === undefined ? 'nowhere' : 'in maas.yaml',
  };
}

function table(keys: readonly Key[]): string {
  const rows = keys
    .map(listed)
    .map(({ user, tier, secret, created, endsAt, state, missingLabels, named }) => [
      ...[user, tier, secret].map((name) => (name === '' ? '-' : printable(name))),
      ...[created ?? '-', endsAt ?? 'never', named],
      missingLabels === undefined ? state : `${state}: ${missingLabels.join(', ')}`,
    ]);
  return columns([['USER', 'TIER', 'SECRET', 'CREATED', 'EXPIRES', 'NAMED', 'STATE'], ...rows]);
}

/** A rendered key stays in the cluster, and works, when maas.yaml no longer has it. */
function warnOfForgotten({ terminal, config, commands }: Session, keys: readonly Key[]): void {
  const forgotten = keys.filter(
    ({ configured, state, object }) =>
      configured === undefined &&
      state === 'in force' &&
      Object.entries(MAAS_LABELS).every(([label, value]) => object?.metadata.labels?.[label] === value),
  );
  if (forgotten.length > 0) {
    const secrets = forgotten.map(({ secret }) => secret);
    terminal.warn(
      `${config} does not have ${secrets.join(' ')} any more, and it works still; take it away: ${commands.maas('keys', 'revoke', ...secrets)}`,
    );
  }
}
