import type { PlatformSettings } from '../../../config/settings';
import { apiKeyMetadata, apiKeySelector, type ApiKeyOwner } from '../../../identity/api-key-secret';
import { configuredKeys, listKeys, sharers, type ConfiguredKey, type Key } from '../../keys/key';
import { nameOf, type KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import type { Commands } from '../commands';
import { KINDS } from '../kinds';
import { bad, good, skipped, type Finding } from '../row';
import type { Platform } from './check';

const MANAGED = 'authorino.kuadrant.io/managed-by';

/** Every key of the configuration is there as Authorino wants it, no other is, and none twice; no value is told. */
export function apiKeys(cluster: Cluster, { settings, commands }: Platform): Finding[] {
  if (settings.apiKeys === undefined) return [];
  const { namespace } = settings;
  const configured = configuredKeys(settings);
  const keys = listKeys(settings, cluster.list(KINDS.secret, namespace), new Date());
  return [
    ...keys.flatMap((key) => {
      const expected = configured.get(key.secret);
      return expected === undefined
        ? otherKey(key, settings, commands)
        : expectedKey(key, expected, namespace, commands);
    }),
    // Of two with one value the one that the configuration has, which stands first, is to stay.
    ...duplicates(
      keys.filter(({ object }) => object !== undefined && hasLabels(object, apiKeySelector(namespace))),
      namespace,
      commands,
    ),
  ];
}

function expectedKey(found: Key, expected: ConfiguredKey, namespace: string, commands: Commands): Finding[] {
  const { user, tier, key } = expected;
  const name = titleOf(found, namespace);
  if (key.disabled) return [skipped(name, `key of ${user}: disabled by the configuration`)];
  if (found.object === undefined) return key.demo === undefined ? [missing(found, user, namespace, commands)] : [];
  if (found.ended !== undefined) return [ended(found, user, namespace)];
  // Of some keys the policy, not the Secret, says whose they are.
  const owned = key.existingSecret === undefined;
  return [flaw(found, { namespace, user, tier }, owned, commands) ?? good(name, `key of ${user}, tier ${tier}`)];
}

function titleOf({ secret }: Key, namespace: string): string {
  return `Secret ${namespace}/${secret}`;
}

function ended(key: Key, user: string, namespace: string): Finding {
  const end = key.ended === 'expired' ? `ended ${key.endsAt}` : 'its end is neither a day nor an instant';
  return skipped(titleOf(key, namespace), `key of ${user}: ${end}, and is refused`);
}

function missing(key: Key, user: string, namespace: string, commands: Commands): Finding {
  const name = titleOf(key, namespace);
  const found = `not there: the key of ${user} does not work`;
  if (key.configured?.externalSecret !== undefined) {
    const where = `--namespace=${namespace}`;
    const annotate = commands.kubectl('annotate', 'externalsecret', key.secret, where, '--overwrite');
    return bad(name, found, {
      text: 'External Secrets writes it once the store has the key; it looks at once with',
      commands: [`${annotate} force-sync="$(date +%s)"`],
    });
  }
  return bad(name, found, {
    text: 'let whoever keeps the key write it anew; or make a new one, which is shown once',
    commands: [commands.maas('keys', 'create', user)],
  });
}

/**
 * What keeps a key from working as it should.
 *
 * @param owned whether the Secret itself says whose it is
 */
function flaw(key: Key, owner: ApiKeyOwner, owned: boolean, commands: Commands): Finding | undefined {
  const { secret: name, missingLabels: labels, object } = key;
  const where = `--namespace=${owner.namespace}`;
  const title = titleOf(key, owner.namespace);
  if (labels.length > 0) {
    const effect = labels.some((label) => label.startsWith(MANAGED))
      ? ': Authorino does not watch it, and a deleted key still works'
      : ': it is no key';
    return bad(title, `lacks ${labels.join(', ')}${effect}`, {
      text: 'give it the labels of a key',
      commands: [commands.kubectl('label', 'secret', name, where, '--overwrite', ...labels)],
    });
  }
  const annotations = Object.entries(apiKeyMetadata(owner).annotations).filter(
    ([annotation, value]) => owned && object?.metadata.annotations?.[annotation] !== value,
  );
  if (annotations.length > 0) {
    const texts = annotations.map((annotation) => annotation.join('='));
    return bad(title, `its annotations do not say ${texts.join(', ')}`, {
      text: 'correct them; Authorino reads them once more when it sees the key as a new one',
      commands: [
        commands.kubectl('annotate', 'secret', name, where, '--overwrite', ...texts),
        commands.kubectl('label', 'secret', name, where, `${MANAGED}-`),
        commands.kubectl('label', 'secret', name, where, `${MANAGED}=authorino`),
      ],
    });
  }
  return object === undefined ? undefined : valueFlaw(object, commands);
}

function valueFlaw(secret: KubernetesObject, commands: Commands): Finding | undefined {
  const value = valueOf(secret);
  const { name, namespace = '' } = secret.metadata;
  const where = `--namespace=${namespace}`;
  if (value === '') {
    return bad(nameOf(secret), 'has nothing at api_key', {
      text: 'put a key there; whoever makes the Secret otherwise does so',
      commands: [
        `printf '{"stringData":{"api_key":"%s"}}' "$(head -c 32 /dev/urandom | base64)" | ` +
          commands.kubectl('patch', 'secret', name, where, '--type=merge', '--patch-file=/dev/stdin'),
      ],
    });
  }
  if (!/\s/.test(value)) return undefined;
  return bad(nameOf(secret), 'its api_key has a blank or a line break in it: no request can carry that', {
    text: 'write it without (`echo` adds a line break, `printf %s` does not)',
    commands: [
      `printf '{"stringData":{"api_key":"%s"}}' "$(${commands.kubectl('get', 'secret', name, where, '--output=jsonpath={.data.api_key}')} ` +
        `| base64 -d | tr -d '[:space:]')" | ` +
        commands.kubectl('patch', 'secret', name, where, '--type=merge', '--patch-file=/dev/stdin'),
    ],
  });
}

function valueOf({ data }: KubernetesObject): string {
  return Buffer.from(String(data?.api_key ?? ''), 'base64').toString();
}

/** A key that the configuration does not have. */
function otherKey(key: Key, { namespace, tiers, users }: PlatformSettings, commands: Commands): Finding {
  const { user, tier } = key;
  const title = titleOf(key, namespace);
  const remove = commands.kubectl('delete', 'secret', key.secret, `--namespace=${namespace}`);
  if (key.ended !== undefined) return ended(key, user, namespace);
  if (user === '' || !tiers.some((each) => each.name === tier)) {
    const whose = user === '' ? 'says of no user whose it is' : `is of tier ${tier === '' ? '(none)' : tier}`;
    return bad(title, `${whose}, which the configuration does not have: it is refused`, {
      text: 'add that to the configuration, or take the key away',
      commands: [remove],
    });
  }
  if (key.object !== undefined && !hasLabels(key.object, apiKeySelector(namespace))) {
    // Not by labels to copy: whoever has written it would be that user.
    return bad(title, `says that it is a key of ${user}, and lacks the labels of one: it is no key`, {
      text: 'take it away; whoever should have a key gets one by `maas keys create`',
      commands: [remove],
    });
  }
  const known = users.find((each) => each.name === user);
  const found = `key of ${user}, tier ${tier}, not in the configuration`;
  // Keys are made for users whom no configuration names, too: no mistake, and worth a word.
  return (
    flaw(key, { namespace, user, tier: known?.tier ?? tier }, true, commands) ??
    (known === undefined ? skipped(title, found) : good(title, found))
  );
}

/** Of two Secrets with one value the last that Authorino has read says whose it is. */
function duplicates(keys: readonly Key[], namespace: string, commands: Commands): Finding[] {
  return keys.flatMap((key, index) => {
    const [first] = sharers(keys.slice(0, index), key);
    if (first === undefined) return [];
    return bad(
      titleOf(key, namespace),
      `holds the same key as ${titleOf(first, namespace)}: whose it is, is left to chance`,
      {
        text: 'give one of the two another key, or take it away',
        commands: [commands.kubectl('delete', 'secret', key.secret, `--namespace=${namespace}`)],
      },
    );
  });
}
