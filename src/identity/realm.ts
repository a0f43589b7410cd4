import { DEFAULT_AUDIENCE, DEFAULT_GROUPS_CLAIM, defaultGroups } from '../config/defaults';
import { firstRepeated } from '../first-repeated';
import type { TierGroup } from './tier-group';

/** Environment variable that holds the password of every demo user. */
export const USER_PASSWORD_VARIABLE = 'MAAS_USER_PASSWORD';

/** Environment variable that holds the secret of the realm's client. */
export const CLIENT_SECRET_VARIABLE = 'MAAS_CLIENT_SECRET';

/** Name of the realm; it ends the issuer URL. */
export const REALM_NAME = 'maas';

/** Name of the client that fetches tokens. */
export const CLIENT_NAME = 'maas-client';

const TOKEN_LIFESPAN_SECONDS = 3600;

/** A user of the realm. */
export interface RealmUser {
  /** User name, in lower case: Keycloak knows no other. */
  readonly name: string;
  /** Name of the user's tier. */
  readonly tier: string;
}

/** What `keycloakRealm` takes. */
export interface KeycloakRealmOptions {
  /** Names of the tiers. */
  readonly tiers: string[];

  /** Users; each joins the first group of its tier, if there is one. */
  readonly users: RealmUser[];

  /**
   * Groups, each with the tier that it stands for.
   * @default - `<tier>-users` for every tier
   */
  readonly groups?: TierGroup[];

  /**
   * Audience (`aud`) of every token.
   * @default maas
   */
  readonly audience?: string;

  /**
   * Claim that lists a user's groups.
   * @default groups
   */
  readonly groupsClaim?: string;
}

/**
 * The realm of the demo as Keycloak imports it (RealmRepresentation).
 *
 * Passwords and the client's secret are placeholders that Keycloak fills from its environment while it imports.
 *
 * @throws when a user's tier does not exist, or a name is unfit or occurs twice
 * @see https://www.keycloak.org/server/importExport
 */
export function keycloakRealm(options: KeycloakRealmOptions): Record<string, unknown> {
  const { tiers, users, audience = DEFAULT_AUDIENCE, groupsClaim = DEFAULT_GROUPS_CLAIM } = options;
  const groups = options.groups ?? defaultGroups(tiers);
  checkNames(groups, users);
  checkTiers(tiers, users);
  return {
    realm: REALM_NAME,
    enabled: true,
    // Plain HTTP inside the cluster; without this, Keycloak refuses it from addresses that are not private.
    sslRequired: 'none',
    accessTokenLifespan: TOKEN_LIFESPAN_SECONDS,
    groups: groups.map(({ group, tier }) => ({ name: group, attributes: { tier: [tier] } })),
    users: users.map((user) => realmUser(user, groups)),
    clients: [
      {
        clientId: CLIENT_NAME,
        name: 'Models-as-a-Service',
        enabled: true,
        protocol: 'openid-connect',
        publicClient: false,
        secret: placeholder(CLIENT_SECRET_VARIABLE),
        standardFlowEnabled: true,
        directAccessGrantsEnabled: true,
        serviceAccountsEnabled: true,
        redirectUris: ['http://localhost:*'],
        protocolMappers: [groupsMapper(groupsClaim), audienceMapper(audience)],
      },
    ],
  };
}

/** A user who can log in at once: Keycloak asks those without email, first or last name to complete their profile. */
function realmUser(user: RealmUser, groups: TierGroup[]): object {
  const membership = groups.find(({ tier }) => tier === user.tier);
  return {
    username: user.name,
    enabled: true,
    email: `${user.name}@maas.local`,
    emailVerified: true,
    firstName: user.name,
    lastName: user.tier,
    credentials: [{ type: 'password', value: placeholder(USER_PASSWORD_VARIABLE), temporary: false }],
    groups: membership === undefined ? [] : [`/${membership.group}`],
  };
}

/** Without it a token says nothing about groups. */
function groupsMapper(claim: string): object {
  return {
    name: 'groups',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-group-membership-mapper',
    config: {
      'claim.name': claim,
      'full.path': 'false',
      'access.token.claim': 'true',
      'id.token.claim': 'true',
      'userinfo.token.claim': 'true',
    },
  };
}

/** Without it a token is for nobody in particular: any service that trusts the realm would take it. */
function audienceMapper(audience: string): object {
  return {
    name: 'audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: {
      'included.custom.audience': audience,
      'access.token.claim': 'true',
      'id.token.claim': 'false',
    },
  };
}

function placeholder(variable: string): string {
  return '${' + variable + '}';
}

/** Names go into a file in which Keycloak replaces `${…}`, and group names into paths. */
function checkNames(groups: TierGroup[], users: RealmUser[]): void {
  const groupNames = groups.map(({ group }) => group);
  const userNames = users.map(({ name }) => name);
  checkList('group', groupNames, /^[^/$]+$/, 'no "/" and no "$"');
  checkList('user', userNames, /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'lower case letters, digits, ".", "_" and "-"');
}

function checkList(kind: string, names: string[], pattern: RegExp, expectation: string): void {
  const unfit = names.find((name) => !pattern.test(name));
  if (unfit !== undefined) {
    throw new Error(`keycloak ${kind}: got name "${unfit}", expected ${expectation}`);
  }
  const twice = firstRepeated(names);
  if (twice !== undefined) {
    throw new Error(`keycloak ${kind}: got name "${twice}" twice, expected it once`);
  }
}

function checkTiers(tiers: string[], users: RealmUser[]): void {
  const stray = users.find(({ tier }) => !tiers.includes(tier));
  if (stray !== undefined) {
    throw new Error(`keycloak user "${stray.name}": got tier "${stray.tier}", expected one of ${tiers.join(', ')}`);
  }
}
