import { apiKeySelector, USER_ANNOTATION } from '../../identity/api-key-secret';
import { configuredKeys } from '../keys/key';
import { objectsOf, type Session } from '../session';

/** Names of what `kubectl apply` has written; never what it has written. */
const APPLIED_BY_HAND =
  '{range .items[?(@.metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration)]}{.metadata.name}{"\\n"}{end}';

/** Names of Secrets, each with whose key it is. */
const OWNERS = `{range .items[*]}{.metadata.name}{" "}{.metadata.annotations.${USER_ANNOTATION.replaceAll('.', '\\.')}}{"\\n"}{end}`;

/** Users that are told by name. */
const MOST_USERS = 5;

/**
 * Tells of API keys that work although the configuration does not have them: those that `kubectl apply -f dist/` has brought in
 * earlier days, and those of users whom it does not name. No record has them, so install does not delete them.
 */
export async function warnOfFormerKeys(session: Session): Promise<void> {
  const { terminal, settings, config, commands } = session;
  const secrets = objectsOf(session).filter(({ kind }) => kind === 'Secret');
  const known = new Set(secrets.map(({ metadata }) => metadata.name));
  const former = (await keysAs(session, APPLIED_BY_HAND)).filter((name) => !known.has(name));
  if (former.length > 0) {
    terminal.warn(
      `keys that kubectl apply has brought and ${config} no longer has still work; to revoke them: ` +
        commands.kubectl('delete', 'secret', '--namespace', settings.namespace, ...former),
    );
  }
  const unnamed = unnamedUsers(session, await keysAs(session, OWNERS));
  if (unnamed.length > 0) {
    const more = unnamed.length > MOST_USERS ? `, and of ${unnamed.length - MOST_USERS} more` : '';
    terminal.note(
      `keys of users whom ${config} does not name work, too, of ${unnamed.slice(0, MOST_USERS).join(', ')}${more} (${commands.maas('keys', 'list')}); ` +
        `of whom should have none: ${commands.maas('keys', 'revoke', unnamed[0] ?? '', '--all')}`,
    );
  }
}

/** Users of keys that neither the configuration has nor any of its users. */
function unnamedUsers({ settings }: Session, lines: readonly string[]): string[] {
  const named = new Set(settings.users.map(({ name }) => name));
  const configured = configuredKeys(settings);
  const users = lines.flatMap((line) => {
    const [, secret = '', user = ''] = /^(\S+) (.+)$/.exec(line) ?? [];
    return secret === '' || configured.has(secret) || named.has(user) ? [] : [user];
  });
  return [...new Set(users)];
}

/** A line a key; none where this account may not read them. */
async function keysAs({ kubectl, settings }: Session, jsonpath: string): Promise<string[]> {
  const labels = Object.entries(apiKeySelector(settings.namespace)).map(([label, value]) => `${label}=${value}`);
  const where = [`--namespace=${settings.namespace}`, `--selector=${labels.join(',')}`];
  const { exitCode, stdout } = await kubectl.attempt(['get', 'secrets', ...where, `--output=jsonpath=${jsonpath}`]);
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}
