import { apiKeySelector } from '../../identity/api-key-secret';
import { objectsOf, type Session } from '../session';

/** Names of what `kubectl apply` has written; never what it has written. */
const APPLIED_BY_HAND =
  '{range .items[?(@.metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration)]}{.metadata.name}{"\\n"}{end}';

/**
 * Warns of API keys that `kubectl apply -f dist/` has brought in earlier days and the configuration no longer has: they work,
 * and no record has them, so install does not delete them.
 */
export async function warnOfFormerKeys(session: Session): Promise<void> {
  const { kubectl, terminal, settings, config } = session;
  const labels = Object.entries(apiKeySelector(settings.namespace)).map(([label, value]) => `${label}=${value}`);
  const where = [`--namespace=${settings.namespace}`, `--selector=${labels.join(',')}`];
  const { exitCode, stdout } = await kubectl.attempt([
    'get',
    'secrets',
    ...where,
    `--output=jsonpath=${APPLIED_BY_HAND}`,
  ]);
  if (exitCode !== 0) return;
  const secrets = objectsOf(session).filter(({ kind }) => kind === 'Secret');
  const known = new Set(secrets.map(({ metadata }) => metadata.name));
  const former = stdout.split('\n').filter((name) => name !== '' && !known.has(name));
  if (former.length === 0) return;
  terminal.warn(
    `keys that kubectl apply has brought and ${config} no longer has still work; to revoke them: ` +
      `kubectl delete secret --namespace ${settings.namespace} ${former.join(' ')}`,
  );
}
