import { identityOf, resourceOf, type KubernetesObject } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import type { ProgramResult } from '../program';
import { checkInterruption, objectsOf, type Session } from '../session';
import { Cluster, describeRight, kindKey, type ClusterState, type KnownKinds } from './cluster';
import { dryRun } from './dry-run';
import { readingsFor, type Reading } from './kinds';
import { missingRightsIn } from './missing-rights';

/** Seconds in which a cluster has to say what version it is. */
const FIRST_ANSWER_SECONDS = 10;

/** Seconds that any other question may take. */
const ANSWER_SECONDS = 30;

/** What a cluster has, before it is asked what an apply would change. */
export type ClusterReading = Omit<ClusterState, 'applied' | 'notApplied'>;

/**
 * Looks at everything that the checks need, once; changes nothing.
 *
 * @throws OperationError when the cluster does not answer
 */
export async function readCluster(session: Session): Promise<Cluster> {
  const read = await readObjects(session, readingsFor(session.settings, objectsOf(session)));
  return new Cluster({ ...read, ...(await dryRun(session, read, objectsOf(session))) });
}

/**
 * Reads objects, one command a place.
 *
 * @throws OperationError when the cluster does not answer
 */
export async function readObjects(session: Session, readings: readonly Reading[]): Promise<ClusterReading> {
  const version = await readVersion(session);
  const kinds = await readKinds(session);
  const answers = await Promise.all(readings.map((reading) => read(session, reading, kinds)));
  checkInterruption(session);
  const objects = answers.flatMap((answer) => answer.objects);
  const missingRights = answers.flatMap((answer) => answer.missingRights);
  const [right] = missingRights;
  if (objects.length === 0 && right !== undefined) {
    throw new OperationError(
      `this account may read nothing of the platform, not even ${describeRight(right)}; another account: --context <name>, ` +
        `what this one may do: ${session.commands.kubectl('auth', 'can-i', '--list')}`,
    );
  }
  return {
    version,
    kinds,
    // One that two readings found is one.
    objects: [...new Map(objects.map((object) => [identityOf(object), object])).values()],
    missingRights,
  };
}

async function readVersion(session: Session): Promise<string> {
  // Not by a command that looks for kinds first: that would ask a silent cluster five times.
  const args = ['get', '--raw=/version'];
  const { stdout } = await ask(session, args, FIRST_ANSWER_SECONDS);
  return session.kubectl.parse<{ gitVersion: string }>(args, stdout).gitVersion;
}

async function readKinds(session: Session): Promise<KnownKinds> {
  const { stdout } = await ask(session, ['api-resources', '--no-headers'], ANSWER_SECONDS);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.map(([resource = '', ...more]) => {
      // Short names, which may be missing, stand in between.
      const [apiVersion = '', namespaced, kind = ''] = more.slice(-3);
      return [kindKey({ apiVersion, kind }), { resource, namespaced: namespaced === 'true' }];
    }),
  );
}

async function read(session: Session, reading: Reading, kinds: KnownKinds) {
  const known = reading.kinds.filter((kind) => kinds.has(kindKey(kind)));
  const resources = [...new Set(known.map(resourceOf))];
  if (resources.length === 0) return { objects: [], missingRights: [] };
  const where = reading.everywhere
    ? ['--all-namespaces']
    : reading.namespace
      ? [`--namespace=${reading.namespace}`]
      : [];
  const one = reading.name === undefined ? [] : [reading.name, '--ignore-not-found'];
  // When KServe's configuration was last changed is only in there.
  const args = ['get', resources.join(','), ...one, ...where, '--output=json', '--show-managed-fields'];
  const result = await attempt(session, args, ANSWER_SECONDS);
  const missingRights = missingRightsIn(result.stderr);
  if (result.exitCode !== 0 && missingRights.length === 0) throw session.kubectl.failure(args, result);
  if (result.stdout.trim() === '') return { objects: [], missingRights };
  const answer = session.kubectl.parse<KubernetesObject>(args, result.stdout);
  return { objects: (answer.items ?? [answer]) as KubernetesObject[], missingRights };
}

async function ask(session: Session, args: readonly string[], seconds: number): Promise<ProgramResult> {
  const result = await attempt(session, args, seconds);
  // Where one API does not answer, the kinds of all others are told.
  if (result.exitCode !== 0 && result.stdout.trim() === '') throw session.kubectl.failure(args, result);
  return result;
}

/** Runs a command that ends by itself, or is ended, or with Ctrl-C. */
async function attempt(session: Session, args: readonly string[], seconds: number): Promise<ProgramResult> {
  const { interruption: signal, kubectl } = session;
  const timeoutSeconds = 2 * seconds;
  const result = await kubectl.attempt([...args, `--request-timeout=${seconds}s`], { signal, timeoutSeconds });
  checkInterruption(session);
  if (result.exitCode === 124) {
    throw new OperationError(
      `kubectl ${args.slice(0, 2).join(' ')}: no answer within ${timeoutSeconds} s\n` +
        `the cluster does not answer; see: ${session.commands.kubectl('cluster-info')}`,
    );
  }
  return result;
}
