import type { KubernetesObject, ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import type { Session } from '../session';
import { listKeys, type Key } from './key';

/** All keys of a platform, and the names of all Secrets in its namespace. */
export interface KeyStore {
  readonly keys: readonly Key[];
  readonly secretNames: readonly string[];
}

/** Reads the keys of the platform from the cluster. */
export async function readKeys({ settings, kubectl }: Session, now: Date): Promise<KeyStore> {
  const { namespace } = settings;
  const secrets = await kubectl.list('secrets', { namespace });
  return { keys: listKeys(settings, secrets, now), secretNames: secrets.map(({ metadata }) => metadata.name) };
}

/** The Secret of that name. */
export function secretReference(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name };
}

/** What the API server has refused for good: the Secret is not made. */
const REFUSED = /Error from server \((AlreadyExists|BadRequest|Conflict|Forbidden|Invalid|NotFound|Unauthorized)\)/;

/**
 * Writes a Secret with a key. Once this has returned the Secret is in the cluster; once it has thrown it is not, unless
 * the message says that nobody knows.
 *
 * @throws OperationError without any key in it
 */
export async function writeKey(session: Session, verb: 'create' | 'replace', secret: KubernetesObject) {
  const { kubectl } = session;
  const { name } = secret.metadata;
  try {
    await kubectl.write(verb, secret);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const said = withoutKey(error.message, secret);
    // After a time-out, or when kubectl was ended, the API server may have done it.
    const there = REFUSED.test(said) ? false : await isWritten(kubectl, secret);
    if (there === true) return;
    throw new OperationError([said, ...adviceOf(session, said, name, there)].join('\n'));
  }
}

/** @returns nothing when nobody knows */
async function isWritten(kubectl: Session['kubectl'], { metadata, data }: KubernetesObject) {
  try {
    const found = await kubectl.get(secretReference(metadata.namespace ?? '', metadata.name));
    return found?.data?.api_key === data.api_key;
  } catch {
    return undefined;
  }
}

/** What kubectl has said, in case that it, or an admission webhook, repeats the object. */
function withoutKey(text: string, { data }: KubernetesObject): string {
  const value = String(data.api_key);
  return text.replaceAll(value, '(the key)').replaceAll(Buffer.from(value, 'base64').toString(), '(the key)');
}

function adviceOf({ commands, settings }: Session, said: string, name: string, isThere: boolean | undefined): string[] {
  const secret = `${settings.namespace}/${name}`;

  if (/AlreadyExists/.test(said)) {
    return [
      `Secret ${secret} stays as it is; another name: --name <secret>, a new key in it: ${commands.maas('keys', 'rotate', name)}`,
    ];
  }
  if (/namespaces ".*" not found/.test(said))
    return [`the platform is not installed there; see: ${commands.maas('install')}`];
  if (isThere === undefined) {
    return [
      `whether Secret ${secret} was written is not known; see: ${commands.maas('keys', 'list')}; ` +
        `a key that nobody has seen: ${commands.maas('keys', 'revoke', name)}`,
    ];
  }
  return [];
}

/**
 * Runs what must not end half-way. Ctrl-C lets it finish; who ends the process nevertheless, by a second one, is told
 * what may have become of it.
 */
export async function unlessEnded<Result>(words: string, run: () => Promise<Result>): Promise<Result> {
  const say = () => void process.stderr.write(`${words}\n`);
  process.once('exit', say);
  try {
    return await run();
  } finally {
    process.off('exit', say);
  }
}

/**
 * Prints a key, the only time that anybody sees it.
 *
 * @param undo what is done when nobody reads standard output any more
 * @throws OperationError after that
 */
export async function handOver(text: string, undo: () => Promise<void>): Promise<void> {
  const isWritten = await new Promise<boolean>((resolve) => {
    // Node reports a closed pipe here, too.
    process.stdout.on('error', () => resolve(false));
    process.stdout.write(`${text}\n`, (error) => resolve(error === undefined || error === null));
  });
  if (isWritten) return;
  await undo();
  throw new OperationError('nobody reads standard output, so the key would be lost; what was made for it is undone');
}
