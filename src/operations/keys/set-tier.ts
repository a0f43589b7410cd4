import { count, listNames } from '../../config/problem';
import { TIER_ANNOTATION } from '../../identity/api-key-secret';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { checkInterruption, type Session, type SessionOptions } from '../session';
import { checkTier, keysOfUser, ownerOf } from './key-arguments';
import { checkNobodyElseManages } from './managed-by';
import { printable, type Key } from './key';
import { freeName, keySecret } from './key-secret';
import { readKeys, secretReference, writeKey } from './key-store';

/**
 * `cdk8s-maas keys set-tier NAME [TIER]`: another tier for keys of which their annotations tell it.
 *
 * @param name a Secret, or a user, all of whose keys are meant
 * @param tier that of the user in maas.yaml where it is left out
 */
export function setTier(name: string, tier: string | undefined, options: SessionOptions): Promise<void> {
  return runOperation(options, async (session) => {
    const { settings, terminal } = session;
    if (tier !== undefined) checkTier(settings, tier, 'tier');
    const { keys, secretNames } = await readKeys(session, new Date());
    const ofSecret = keys.find(({ secret }) => secret === name);
    const meant = (ofSecret === undefined ? keysOfUser(keys, name) : [ofSecret]).filter(({ object }) => object);
    const changes = meant.map((key) => ({ key, to: tierOf(session, key, tier) }));
    const stale = changes.filter(({ key, to }) => key.configured?.existingSecret === undefined && key.tier !== to);
    for (const { key } of stale) checkCanChange(session, key);
    for (const [index, { key, to }] of stale.entries()) {
      checkInterruption(
        session,
        `not changed: ${stale
          .slice(index)
          .map((left) => left.key.secret)
          .join(', ')}`,
      );
      await changeTier(session, secretNames, key, to);
      terminal.print(
        `Secret ${settings.namespace}/${key.secret} (${printable(key.user)}): tier ${printable(key.tier)} -> ${to}`,
      );
    }
    if (stale.length === 0) terminal.note(`nothing to do: ${whyNot(session, changes)}`);
  });
}

function tierOf(session: Session, { user, secret }: Key, tier: string | undefined): string {
  const { settings, config, commands } = session;
  if (tier === undefined && !settings.users.some(({ name }) => name === user)) {
    const names = listNames(settings.tiers.map(({ name }) => name));
    throw new OperationError(
      `${config} does not name user ${user}, so it knows no tier; say which, one of ${names}: ${commands.maas('keys', 'set-tier', secret)} <tier>`,
    );
  }
  return ownerOf(session, user, tier, 'tier').tier;
}

function whyNot({ config, commands }: Session, changes: readonly { key: Key; to: string }[]): string {
  const byPolicy = changes.filter(({ key }) => key.configured?.existingSecret !== undefined);
  return byPolicy.length > 0
    ? `the tier of a key that ${config} names comes from there with the next apply: ${commands.maas('install')}`
    : `${count(changes.length, 'key')} in that tier already`;
}

/** @throws OperationError when nothing would come of it */
function checkCanChange(session: Session, key: Key): void {
  checkNobodyElseManages(session, key, 'set-tier');
  if (key.state === 'label missing' || key.state === 'no value') {
    throw new OperationError(
      `Secret ${key.secret} is no key that works (${key.state}); see: ${session.commands.maas('keys', 'list', key.user)}`,
    );
  }
}

/** Milliseconds in which Authorino sees a change of a Secret; it takes some 6. */
const SETTLE = 1000;

/**
 * Authorino reads the annotations of a Secret when the key in it is new to it. So it gets the key by another Secret for a
 * moment, and after that by this one: it knows the key all the time, and whoever refers to the Secret finds it.
 */
async function changeTier(session: Session, secretNames: readonly string[], key: Key, tier: string): Promise<void> {
  const { kubectl, settings, commands } = session;
  const { namespace } = settings;
  const meanwhile = keySecret({
    ...{ namespace, user: key.user, tier, expires: key.endsAt },
    name: freeName(`${key.secret}-tier-change`, new Set(secretNames)),
    value: String(key.object?.data.api_key),
  });
  await writeKey(session, 'create', meanwhile);
  try {
    await settled();
    const annotation = `${TIER_ANNOTATION}=${tier}`;
    await kubectl.run(['annotate', 'secret', key.secret, `--namespace=${namespace}`, '--overwrite', annotation]);
    await settled();
  } catch (error) {
    // Without it the key would not work: Authorino may know it by this Secret only.
    throw new OperationError(
      `${error instanceof Error ? error.message : String(error)}\nSecret ${namespace}/${meanwhile.metadata.name} holds the key ` +
        `of ${key.secret} in tier ${tier}; do it again: ${commands.maas('keys', 'set-tier', key.secret, tier)}, ` +
        `then: ${commands.maas('keys', 'revoke', meanwhile.metadata.name)}`,
    );
  }
  await kubectl.delete(secretReference(namespace, meanwhile.metadata.name));
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE));
}
