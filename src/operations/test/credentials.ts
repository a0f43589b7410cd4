import type { KeyConfiguration, UserConfiguration } from '../../config/configuration';
import { apiKeySelector, EXPIRES_ANNOTATION, TIER_ANNOTATION, USER_ANNOTATION } from '../../identity/api-key-secret';
import { secretNameOfKey } from '../../identity/api-key-secret-name';
import { EXPIRY_PATTERN, expiryInstant } from '../../identity/key-expiry';
import type { KubernetesObject } from '../kubernetes-object';
import type { Session } from '../session';
import { realmUsers } from '../token/demo-keycloak';

/** As whom a tier is tested. */
export interface Credential {
  readonly user: string;
  /** The value of the Authorization header; never printed. */
  readonly authorization: string;
  /** Where it comes from, in words. */
  readonly source: string;
}

/** As `Credential`, or why there is none. */
export type FoundCredential = Credential | { readonly reason: string };

/** Gives tokens of the issuer; nothing where only its users can. */
export type TokenSource = ((user: string) => Promise<string>) | undefined;

/**
 * The first credential of a tier that should work: a key of one of its users, in the order of the configuration, a key of the
 * cluster that the configuration does not name, or a token.
 *
 * @param tokens where tokens come from
 * @param preferTokens whether a token is taken even where there is a key
 */
export async function credentialOf(
  session: Session,
  tier: string,
  tokens: TokenSource,
  preferTokens = false,
): Promise<FoundCredential> {
  const users = session.settings.users.filter((user) => user.tier === tier);
  const reasons: string[] = [];
  if (session.settings.apiKeys !== undefined && !preferTokens) {
    const found = await keyOf(session, tier, users, reasons);
    if (found !== undefined) return found;
  }
  if (session.settings.oidc !== undefined) {
    const user = realmUsers(session.settings).find((each) => each.tier === tier);
    if (tokens !== undefined && user !== undefined) {
      return {
        user: user.name,
        authorization: `Bearer ${await tokens(user.name)}`,
        source: 'a token of the demo Keycloak',
      };
    }
    reasons.push(
      tokens === undefined
        ? 'only its users can get tokens of the issuer (cdk8s-maas token <user>)'
        : 'the demo Keycloak has no user of this tier',
    );
  }
  return { reason: reasons.length === 0 ? 'no user has a key of this tier' : reasons.join('; ') };
}

async function keyOf(
  session: Session,
  tier: string,
  users: readonly UserConfiguration[],
  reasons: string[],
): Promise<Credential | undefined> {
  for (const user of users) {
    for (const key of user.keys ?? []) {
      const found = await valueOf(session, user.name, key);
      if ('value' in found) {
        return { user: user.name, authorization: authorization(session, found.value), source: found.source };
      }
      reasons.push(`${user.name}: ${found.reason}`);
    }
  }
  // Who names no user in the configuration makes keys by the cluster alone.
  return users.some(({ keys = [] }) => keys.length > 0) ? undefined : unnamedKeyOf(session, tier);
}

type Found = { readonly value: string; readonly source: string } | { readonly reason: string };

async function valueOf({ settings, kubectl }: Session, user: string, key: KeyConfiguration): Promise<Found> {
  if (key.disabled === true) return { reason: 'its key is disabled' };
  if (key.expires !== undefined && hasExpired(key.expires)) return { reason: `its key has expired (${key.expires})` };
  if (key.demo !== undefined) return { value: key.demo, source: 'the key of the configuration' };
  const { namespace } = settings;
  const name = secretNameOfKey(user, key);
  const secret = await kubectl.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) return { reason: `there is no Secret ${namespace}/${name}` };
  const value = keyIn(secret);
  return value === undefined
    ? { reason: `Secret ${namespace}/${name} has no api_key` }
    : { value, source: `Secret ${namespace}/${name}` };
}

async function unnamedKeyOf(session: Session, tier: string): Promise<Credential | undefined> {
  const { namespace } = session.settings;
  const selector = Object.entries(apiKeySelector(namespace))
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
  for (const secret of await session.kubectl.list('secrets', { namespace, selector })) {
    const { name, annotations = {}, deletionTimestamp } = secret.metadata;
    const { [TIER_ANNOTATION]: itsTier, [USER_ANNOTATION]: user, [EXPIRES_ANNOTATION]: expires } = annotations;
    const value = keyIn(secret);
    const usable = deletionTimestamp === undefined && (expires === undefined || !hasExpired(expires));
    if (itsTier === tier && user !== undefined && value !== undefined && usable) {
      return { user, authorization: authorization(session, value), source: `Secret ${namespace}/${name}` };
    }
  }
  return undefined;
}

function authorization({ settings }: Session, key: string): string {
  return `${settings.apiKeys?.prefixes[0] ?? 'Bearer'} ${key}`;
}

function keyIn({ data }: KubernetesObject): string | undefined {
  const value = (data as Record<string, string> | undefined)?.api_key;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
}

function hasExpired(expires: string): boolean {
  return !EXPIRY_PATTERN.test(expires) || Date.parse(expiryInstant(expires)) <= Date.now();
}
