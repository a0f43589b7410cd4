import { EXPIRES_ANNOTATION } from '../../identity/api-key-secret';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { checkInterruption, type Session, type SessionOptions } from '../session';
import type { KubernetesObject } from '../kubernetes-object';
import { checkKeysAreOn, keyNamed } from './key-arguments';
import { instantOf, mayBeThere } from './create';
import { checkNobodyElseManages } from './managed-by';
import { KEY_CREATED_ANNOTATION, sharers, type Key } from './key';
import { earlier, expiryFrom, overlapEnd } from './key-end';
import { encoded, freeName, keySecret } from './key-secret';
import { handOver, readKeys, secretReference, unlessEnded, writeKey, type KeyStore } from './key-store';
import { newKey } from './new-key';

/** Options of `keys rotate`. */
export interface RotateKeyOptions extends SessionOptions {
  /** How long the old key works beside the new one, a span. */
  readonly overlap: string;
  /** When the new key ends: a day, an instant, or a span from now on. @default - never */
  readonly expires?: string;
  readonly json?: boolean;
}

/**
 * `cdk8s-maas keys rotate NAME`: the Secret gets a new key, and what it had goes into another one, with an end.
 *
 * In that order, so that Authorino always knows both: of one key in two Secrets the last one made counts, and with it its
 * end. An end on the Secret that it has read already would do nothing. The Secret keeps its name, so maas.yaml stays right.
 */
export function rotateKey(name: string, options: RotateKeyOptions): Promise<void> {
  return runOperation(options, async (session) => {
    checkKeysAreOn(session);
    const now = new Date();
    const end = overlapEnd(options.overlap, now);
    const expires = options.expires === undefined ? undefined : expiryFrom(options.expires, now);
    const store = await readKeys(session, now);
    const old = keyNamed(store.keys, name);
    checkNobodyElseManages(session, old, 'rotate', end);
    const object = checkCanRotate(session, old);
    const previous = previousSecret(session, store, old, object, end);
    const key = newKey();
    const { namespace } = session.settings;
    checkInterruption(session, 'no key was changed');
    await unlessEnded(mayBeThere(session, old.secret), async () => {
      if (!store.secretNames.includes(previous.metadata.name)) await writeKey(session, 'create', previous);
      await replaceKey(session, previous, renewed(object, old, key, now, expires));
      const shown = {
        ...{ user: old.user, tier: old.tier, namespace, secret: old.secret, expires, key },
        previous: { secret: previous.metadata.name, endsAt: endOf(previous) },
      };
      await handOver(options.json ? JSON.stringify(shown, undefined, 2) : key, () => undo(session, object, previous));
    });
    tell(session, old, previous, expires);
  });
}

function checkCanRotate({ config, settings, commands }: Session, old: Key): KubernetesObject {
  const what = `Secret ${settings.namespace}/${old.secret}`;
  if (old.object === undefined) {
    throw new OperationError(
      `${what} is not in the cluster: there is nothing to rotate; make it: ${commands.maas('keys', 'create', old.user)}`,
    );
  }
  if (old.state === 'label missing') {
    throw new OperationError(
      `${what} lacks ${old.missingLabels.join(', ')}, so the gateway does not see what becomes of it; add it first: ` +
        `kubectl label secret ${old.secret} --namespace ${settings.namespace} ${old.missingLabels.join(' ')}`,
    );
  }
  if (old.state !== 'in force') {
    throw new OperationError(
      `the key in ${what} is not in force (${old.state}), and a new one in its place would not be either, or needs no overlap; ` +
        `see: ${commands.maas('keys', 'list')} and ${config}; a new key: ${commands.maas('keys', 'create', old.user)}`,
    );
  }
  if (old.object.immutable === true) {
    throw new OperationError(
      `${what} is immutable; instead: ${commands.maas('keys', 'create', old.user)}, later: ${commands.maas('keys', 'revoke', old.secret)}`,
    );
  }
  return old.object;
}

/** The Secret for the old key; after a rotation that has failed half-way the one that it left. */
function previousSecret(session: Session, store: KeyStore, old: Key, object: KubernetesObject, end: string) {
  const wanted = `${old.secret}-previous`;
  const left = sharers(store.keys, old).find(({ secret, endsAt }) => secret.startsWith(wanted) && endsAt !== undefined);
  return (
    left?.object ??
    keySecret({
      ...{ namespace: session.settings.namespace, user: old.user, tier: old.tier, created: old.created },
      name: freeName(wanted, new Set(store.secretNames)),
      value: String(object.data.api_key),
      expires: earlier(old.endsAt, end),
    })
  );
}

function endOf(secret: KubernetesObject): string | undefined {
  return secret.metadata.annotations?.[EXPIRES_ANNOTATION];
}

/** kubectl apply remembers there what it was given: the old key. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The Secret with a new key; its version is that which was read, so that nobody else's change gets lost. */
function renewed(object: KubernetesObject, old: Key, key: string, now: Date, expires?: string): KubernetesObject {
  const dropped = [LAST_APPLIED, EXPIRES_ANNOTATION];
  const kept = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(([name]) => !dropped.includes(name)),
  );
  const { annotations } = keySecret({ namespace: '', ...old, name: old.secret, value: '', expires }).metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...kept, ...annotations, [KEY_CREATED_ANNOTATION]: instantOf(now) },
    },
    data: { ...object.data, api_key: encoded(key) },
  };
}

async function replaceKey(session: Session, previous: KubernetesObject, secret: KubernetesObject): Promise<void> {
  try {
    await writeKey(session, 'replace', secret);
  } catch (error) {
    const { name, namespace } = secret.metadata;
    throw new OperationError(
      `${error instanceof Error ? error.message : String(error)}\n` +
        `The key in Secret ${namespace}/${name} is still the old one and works, but until ${endOf(previous)} only, as ` +
        `Secret ${previous.metadata.name} says; go on with: ${session.commands.maas('keys', 'rotate', name)}`,
    );
  }
}

/** As it was, whatever its version is now. */
async function undo(session: Session, object: KubernetesObject, previous: KubernetesObject): Promise<void> {
  const metadata = { ...object.metadata, resourceVersion: undefined };
  await writeKey(session, 'replace', { ...object, metadata });
  await session.kubectl.delete(secretReference(session.settings.namespace, previous.metadata.name));
}

function tell(
  { terminal, config, settings, commands }: Session,
  old: Key,
  previous: KubernetesObject,
  expires?: string,
): void {
  const { name } = previous.metadata;
  terminal.note(
    `Secret ${settings.namespace}/${old.secret}: a new key of ${old.user}, tier ${old.tier}; shown this once, it works within a second.\n` +
      `Secret ${settings.namespace}/${name}: the old key, which works until ${endOf(previous)}; sooner: ${commands.maas('keys', 'revoke', name)}`,
  );
  const configured = old.configured?.expires;
  if (configured !== undefined && earlier(configured, expires) === configured) {
    terminal.warn(
      `${config} ends Secret ${old.secret} at ${configured}, so the new key, too; write a later expires there, or none, then: ${commands.maas('install')}`,
    );
  }
}
