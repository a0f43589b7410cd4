import { DELETION_PROTECTION_LABEL } from '../../labels';
import { runOperation } from '../run-operation';
import { objectsOf, type Session, type SessionOptions } from '../session';
import { jsonText } from '../text-width';
import { runChecks } from './checks';
import type { Platform } from './checks/check';
import { Commands } from './commands';
import type { Cluster } from './cluster';
import { readCluster } from './read-cluster';
import { formatReport, summarize } from './report';
import type { Row } from './row';

/** Exit code when the cluster could not be asked. */
const NOT_ASKED = 2;

/** What `verify` is told. */
export interface VerifyOptions extends SessionOptions {
  /** Whether JSON is printed. */
  readonly json?: boolean;
}

/**
 * Holds the cluster to the configuration, and prints what is not as it should be with what to do about it. Changes nothing.
 *
 * Exit codes: 0 all good, 1 something is not, 2 the cluster could not be asked, 130 interrupted.
 */
export function verify(options: VerifyOptions): Promise<void> {
  return runOperation(options, (session) => verifyPlatform(session, options), NOT_ASKED);
}

async function verifyPlatform(session: Session, { json, verbose }: VerifyOptions): Promise<number> {
  const { terminal } = session;
  const cluster = await terminal.progress('looking at the cluster', () => readCluster(session));
  const platform: Platform = {
    settings: session.settings,
    objects: objectsOf(session),
    commands: new Commands(session.kubectl.prefix, session.config),
  };
  const rows = rowsOf(cluster, platform);
  const summary = summarize(rows);
  terminal.print(json ? jsonText({ summary, rows }) : formatReport(rows, terminal, { everything: verbose === true }));
  return summary.bad + summary.unknown === 0 ? 0 : 1;
}

/** What the checks say; of a cluster without the platform, that alone. */
export function rowsOf(cluster: Cluster, platform: Platform): Row[] {
  const rows = runChecks(cluster, platform);
  const shared = platform.objects.filter(({ metadata }) => metadata.labels?.[DELETION_PROTECTION_LABEL] === 'true');
  const present = rows.filter(({ check }) => check === 'present');
  const missing = present.filter(({ verdict }) => verdict !== 'good');
  const isThere = present.length - missing.length > shared.length;
  if (isThere || missing.some(({ verdict }) => verdict === 'unknown')) return rows;
  const { settings, commands } = platform;
  return [
    {
      check: 'platform',
      object: `namespace ${settings.namespace}`,
      verdict: 'bad',
      found: `${missing.length} of the ${present.length} objects of the configuration are not there`,
      advice: commands.install(
        'nothing is installed here yet; if that is a surprise, it is another cluster than you think',
      ),
    },
  ];
}
