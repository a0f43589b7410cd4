import { isKnownToPolicy, type PlatformSettings } from '../../../config/settings';
import {
  apiKeyMetadata,
  apiKeySelector,
  EXPIRES_ANNOTATION,
  TIER_ANNOTATION,
  USER_ANNOTATION,
} from '../../../identity/api-key-secret';
import { secretNameOfKey } from '../../../identity/api-key-secret-name';
import { expiryInstant } from '../../../identity/key-expiry';
import { nameOf, type KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import type { Commands } from '../commands';
import { KINDS } from '../kinds';
import { bad, good, skipped, type Finding } from '../row';
import type { Platform } from './check';

/** A key that the configuration knows. */
interface ExpectedKey {
  readonly secretName: string;
  readonly user: string;
  readonly tier: string;
  readonly expires?: string;
  readonly disabled: boolean;
  /** Whether the policy, not the Secret, says whose it is. */
  readonly ownedByPolicy: boolean;
  /** Whether External Secrets writes it. */
  readonly fetched: boolean;
  /** Whether dist/ has the Secret itself: then its absence is told there. */
  readonly rendered: boolean;
}

const MANAGED = 'authorino.kuadrant.io/managed-by';

/** Every key of the configuration is there as Authorino wants it, no other is, and none twice; no value is told. */
export function apiKeys(cluster: Cluster, { settings, commands }: Platform): Finding[] {
  if (settings.apiKeys === undefined) return [];
  const { namespace } = settings;
  const secrets = cluster.list(KINDS.secret, namespace);
  const expected = expectedKeys(settings);
  const names = new Set(expected.map(({ secretName }) => secretName));
  const others = secrets.filter((secret) => looksLikeKey(secret, namespace) && !names.has(secret.metadata.name));
  const byName = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  return [
    ...expected.flatMap((key) => expectedKey(key, byName.get(key.secretName), namespace, commands)),
    ...others.map((secret) => otherKey(secret, settings, commands)),
    ...duplicates(
      secrets.filter((secret) => hasLabels(secret, apiKeySelector(namespace))),
      commands,
    ),
  ];
}

/** What Authorino takes for a key, and what only lacks a label. */
function looksLikeKey(secret: KubernetesObject, namespace: string): boolean {
  return hasLabels(secret, apiKeySelector(namespace)) || USER_ANNOTATION in (secret.metadata.annotations ?? {});
}

function expectedKeys({ users }: PlatformSettings): ExpectedKey[] {
  return users.flatMap(({ name: user, tier, keys = [] }) =>
    keys.map((key) => ({
      ...{ secretName: secretNameOfKey(user, key), user, tier, expires: key.expires, disabled: key.disabled === true },
      ownedByPolicy: isKnownToPolicy(key) && key.existingSecret !== undefined,
      fetched: key.externalSecret !== undefined,
      rendered: key.demo !== undefined,
    })),
  );
}

function expectedKey(
  key: ExpectedKey,
  secret: KubernetesObject | undefined,
  namespace: string,
  commands: Commands,
): Finding[] {
  const name = `Secret ${namespace}/${key.secretName}`;
  if (key.disabled) return [skipped(name, `key of ${key.user}: disabled by the configuration`)];
  if (secret === undefined) return key.rendered ? [] : [missing(key, name, namespace, commands)];
  const end = key.expires ?? secret.metadata.annotations?.[EXPIRES_ANNOTATION];
  if (hasEnded(end)) return [skipped(name, `key of ${key.user}: ended ${end}, and is refused`)];
  return [
    flaw(secret, { namespace, user: key.user, tier: key.tier, owned: !key.ownedByPolicy }, commands) ??
      good(name, `key of ${key.user}, tier ${key.tier}`),
  ];
}

function missing(key: ExpectedKey, name: string, namespace: string, commands: Commands): Finding {
  const { secretName, user } = key;
  const where = `--namespace=${namespace}`;
  const found = `not there: the key of ${user} does not work`;
  if (key.fetched) {
    const annotate = commands.kubectl('annotate', 'externalsecret', secretName, where, '--overwrite');
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

interface Owner {
  readonly namespace: string;
  readonly user: string;
  readonly tier: string;
  /** Whether the Secret itself says whose it is. */
  readonly owned: boolean;
}

/** What keeps a key from working as it should. */
function flaw(secret: KubernetesObject, { owned, ...owner }: Owner, commands: Commands): Finding | undefined {
  const [name, where] = [secret.metadata.name, `--namespace=${owner.namespace}`];
  const title = nameOf(secret);
  const wanted = apiKeyMetadata(owner);
  const labels = Object.entries(wanted.labels).filter(([label, value]) => secret.metadata.labels?.[label] !== value);
  if (labels.length > 0) {
    const effect =
      MANAGED in Object.fromEntries(labels)
        ? ': Authorino does not watch it, and a deleted key still works'
        : ': it is no key';
    return bad(title, `lacks ${labels.map((label) => label.join('=')).join(', ')}${effect}`, {
      text: 'give it the labels of a key',
      commands: [
        commands.kubectl('label', 'secret', name, where, '--overwrite', ...labels.map((label) => label.join('='))),
      ],
    });
  }
  const annotations = Object.entries(wanted.annotations).filter(
    ([annotation, value]) => owned && secret.metadata.annotations?.[annotation] !== value,
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
  return valueFlaw(secret, commands);
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

function hasEnded(expires: string | undefined): boolean {
  if (expires === undefined) return false;
  try {
    return new Date(expiryInstant(expires)) <= new Date();
  } catch {
    // The policy refuses what is no date, as well.
    return true;
  }
}

/** A key that the configuration does not have. */
function otherKey(secret: KubernetesObject, settings: PlatformSettings, commands: Commands): Finding {
  const { annotations = {}, name } = secret.metadata;
  const { namespace, tiers, users } = settings;
  const [user = '', tier = ''] = [annotations[USER_ANNOTATION], annotations[TIER_ANNOTATION]];
  const title = nameOf(secret);
  const remove = commands.kubectl('delete', 'secret', name, `--namespace=${namespace}`);
  const end = annotations[EXPIRES_ANNOTATION];
  if (hasEnded(end)) return skipped(title, `key of ${user}: ended ${end}, and is refused`);
  if (user === '' || !tiers.some((each) => each.name === tier)) {
    const whose = user === '' ? 'says of no user whose it is' : `is of tier ${tier === '' ? '(none)' : tier}`;
    return bad(title, `${whose}, which the configuration does not have: it is refused`, {
      text: 'add that to the configuration, or take the key away',
      commands: [remove],
    });
  }
  const known = users.find((each) => each.name === user);
  const owner = { namespace, user, tier: known?.tier ?? tier, owned: true };
  const found = `key of ${user}, tier ${tier}, not in the configuration`;
  // Keys are made for users whom no configuration names, too: no mistake, and worth a word.
  return flaw(secret, owner, commands) ?? (known === undefined ? skipped(title, found) : good(title, found));
}

/** Of two Secrets with one value the last that Authorino has read says whose it is. */
function duplicates(keys: readonly KubernetesObject[], commands: Commands): Finding[] {
  const byValue = new Map<string, KubernetesObject[]>();
  for (const key of keys) {
    const value = valueOf(key);
    if (value !== '') byValue.set(value, [...(byValue.get(value) ?? []), key]);
  }
  return [...byValue.values()].flatMap(([first, ...more]) =>
    more.map((key) => {
      const { name, namespace = '' } = key.metadata;
      return bad(
        nameOf(key),
        `holds the same key as ${first === undefined ? '' : nameOf(first)}: whose it is, is left to chance`,
        {
          text: 'give one of the two another key, or take it away',
          commands: [commands.kubectl('delete', 'secret', name, `--namespace=${namespace}`)],
        },
      );
    }),
  );
}
