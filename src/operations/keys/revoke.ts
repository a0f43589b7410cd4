import { count, listNames } from '../../config/problem';
import { confirm } from '../confirm';
import { keepToCurrentCluster } from '../current-cluster';
import { Interrupted, OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { checkInterruption, type Session, type SessionOptions } from '../session';
import { checkNobodyElseManages } from './managed-by';
import { printable, sharers, type Key } from './key';
import { keysOfUser } from './key-arguments';
import { readKeys, secretReference } from './key-store';

/** Options of `keys revoke`. */
export interface RevokeKeysOptions extends SessionOptions {
  /** Whether the names are users, all of whose keys are meant. */
  readonly all?: boolean;
  /** Whether nobody is asked. */
  readonly yes?: boolean;
}

/** `cdk8s-maas keys revoke SECRET...` and `USER --all`: deletes Secrets of keys, and no other Secrets. */
export function revokeKeys(names: readonly string[], options: RevokeKeysOptions): Promise<void> {
  return runOperation(options, async (session) => {
    const { terminal, settings, commands } = session;
    const { keys } = await readKeys(session, new Date());
    const meant = [
      ...new Set(names.flatMap((name) => (options.all ? ofUser(keys, name) : [ofSecret(session, keys, name)]))),
    ];
    for (const key of meant) checkNobodyElseManages(session, key, 'revoke');
    for (const key of meant) warnOfOtherSecrets(session, keys, key, meant);
    const what = meant.map(({ secret, user }) => `${settings.namespace}/${secret} (${printable(user)})`);
    const cluster = await keepToCurrentCluster(session.kubectl);
    const question = `Revoke ${count(meant.length, 'key')}, ${what.join(', ')}, on ${cluster}?`;
    if (!(await confirm(session, question, { yes: options.yes ?? false })))
      throw new Interrupted('nothing was revoked');
    for (const [index, key] of meant.entries()) {
      const left = meant.slice(index).map(({ secret }) => secret);
      checkInterruption(
        session,
        `not revoked: ${listNames(left)}; go on with: ${commands.maas('keys', 'revoke', ...left)}`,
      );
      await revoke(session, key);
      terminal.print(`revoked ${what[index]}: refused with 401 from ${new Date().toISOString()} on, within a second`);
      if (key.configured !== undefined) {
        terminal.note(
          `${session.config} names ${key.secret} still: take it away there, or put a new key in its place: ${commands.maas('keys', 'create', key.user)}`,
        );
      }
    }
  });
}

/** What `--all` means: of a user whose keys are all somewhere else there is nothing to revoke. */
function ofUser(keys: readonly Key[], user: string): Key[] {
  const there = keysOfUser(keys, user).filter(({ object }) => object !== undefined);
  if (there.length === 0) throw new OperationError(`no key of ${user} is in the cluster: there is nothing to revoke`);
  return there;
}

function ofSecret({ commands }: Session, keys: readonly Key[], name: string): Key {
  const key = keys.find(({ secret }) => secret === name);
  if (key === undefined) {
    const secrets = keysOfUser(keys, name).map(({ secret }) => secret);
    throw new OperationError(
      `${name} is a user: name the Secret, one of ${listNames(secrets)}, or revoke all of them: ${commands.maas('keys', 'revoke', name, '--all')}`,
    );
  }
  if (key.object === undefined) {
    throw new OperationError(`Secret ${name} is not in the cluster: there is nothing to revoke`);
  }
  return key;
}

function warnOfOtherSecrets(
  { terminal, commands }: Session,
  keys: readonly Key[],
  key: Key,
  meant: readonly Key[],
): void {
  const others = sharers(keys, key).filter((other) => !meant.includes(other));
  if (others.length > 0) {
    const names = others.map(({ secret }) => secret);
    terminal.warn(
      `the same key is in Secret ${listNames(names)}, too: it may be let in again, at the latest when Authorino starts anew; ` +
        `revoke all of them: ${commands.maas('keys', 'revoke', key.secret, ...names)}`,
    );
  }
}

async function revoke({ kubectl, settings }: Session, { secret, missingLabels }: Key): Promise<void> {
  if (missingLabels.length > 0) {
    // Authorino does not see the end of a Secret that it does not watch.
    const namespace = `--namespace=${settings.namespace}`;
    await kubectl.run(['label', 'secret', secret, namespace, '--overwrite', ...missingLabels]);
  }
  await kubectl.delete(secretReference(settings.namespace, secret));
}
