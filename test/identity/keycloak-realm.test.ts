import { keycloakRealm } from '../../src/identity/realm';

const PASSWORD = '${MAAS_USER_PASSWORD}';

interface Realm {
  readonly groups: { readonly name: string; readonly attributes: { readonly tier: string[] } }[];
  readonly users: {
    readonly username: string;
    readonly groups: string[];
    readonly credentials: { readonly value: string }[];
  }[];
  readonly clients: {
    readonly secret: string;
    readonly redirectUris: string[];
    readonly protocolMappers: { readonly protocolMapper: string; readonly config: Record<string, string> }[];
  }[];
}

function realm(options: Parameters<typeof keycloakRealm>[0]): Realm {
  return keycloakRealm(options) as unknown as Realm;
}

function mapper(from: Realm, kind: string): Record<string, string> | undefined {
  return from.clients[0]?.protocolMappers.find(({ protocolMapper }) => protocolMapper === kind)?.config;
}

describe('keycloakRealm with minimal options', () => {
  const result = realm({ tiers: ['free', 'gold'], users: [{ name: 'alice', tier: 'gold' }] });

  test('is the realm that the issuer URL ends with, with tokens for an hour', () => {
    expect(result).toMatchObject({ realm: 'maas', enabled: true, accessTokenLifespan: 3600 });
  });

  test('has a group for every tier, which carries the tier', () => {
    expect(result.groups).toEqual([
      { name: 'free-users', attributes: { tier: ['free'] } },
      { name: 'gold-users', attributes: { tier: ['gold'] } },
    ]);
  });

  test('makes users complete, so that Keycloak lets them log in at once', () => {
    expect(result.users).toEqual([
      {
        username: 'alice',
        enabled: true,
        email: 'alice@maas.local',
        emailVerified: true,
        firstName: 'alice',
        lastName: 'gold',
        credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
        groups: ['/gold-users'],
      },
    ]);
  });

  test('has one confidential client for every flow, which sends codes to the local machine only', () => {
    expect(result.clients).toHaveLength(1);
    expect(result.clients[0]).toMatchObject({
      clientId: 'maas-client',
      publicClient: false,
      secret: '${MAAS_CLIENT_SECRET}',
      standardFlowEnabled: true,
      directAccessGrantsEnabled: true,
      serviceAccountsEnabled: true,
      redirectUris: ['http://localhost:*'],
    });
  });

  test('puts group names without path and the audience into access tokens', () => {
    expect(mapper(result, 'oidc-group-membership-mapper')).toMatchObject({
      'claim.name': 'groups',
      'full.path': 'false',
      'access.token.claim': 'true',
    });
    expect(mapper(result, 'oidc-audience-mapper')).toMatchObject({
      'included.custom.audience': 'maas',
      'access.token.claim': 'true',
    });
  });

  test('holds no password and no secret', () => {
    expect(JSON.stringify(result)).not.toMatch(/password123|maas-client-secret|admin123/);
  });
});

describe('keycloakRealm with all options', () => {
  const result = realm({
    tiers: ['free', 'gold'],
    users: [
      { name: 'alice', tier: 'gold' },
      { name: 'bob', tier: 'free' },
    ],
    groups: [
      { group: 'research', tier: 'gold' },
      { group: 'guests of research', tier: 'gold' },
    ],
    audience: 'inference',
    groupsClaim: 'teams',
  });

  test('takes the named groups instead of one a tier', () => {
    expect(result.groups.map(({ name }) => name)).toEqual(['research', 'guests of research']);
  });

  test('a user joins the first group of the tier, and none when the tier has none', () => {
    expect(result.users.map(({ username, groups }) => [username, groups])).toEqual([
      ['alice', ['/research']],
      ['bob', []],
    ]);
  });

  test('uses the given audience and claim', () => {
    expect(mapper(result, 'oidc-audience-mapper')?.['included.custom.audience']).toBe('inference');
    expect(mapper(result, 'oidc-group-membership-mapper')?.['claim.name']).toBe('teams');
  });
});

describe('keycloakRealm fails', () => {
  const tiers = ['free', 'gold'];

  test.each([
    [
      'a tier that does not exist',
      { tiers, users: [{ name: 'alice', tier: 'silver' }] },
      'keycloak user "alice": got tier "silver", expected one of free, gold',
    ],
    [
      'the same user twice',
      {
        tiers,
        users: [
          { name: 'alice', tier: 'free' },
          { name: 'alice', tier: 'gold' },
        ],
      },
      'keycloak user: got name "alice" twice, expected it once',
    ],
    [
      'a user name that Keycloak would change',
      { tiers, users: [{ name: 'Alice', tier: 'free' }] },
      'keycloak user: got name "Alice", expected lower case letters, digits, ".", "_" and "-"',
    ],
    [
      'a user name that Keycloak would replace',
      { tiers, users: [{ name: '${PATH}', tier: 'free' }] },
      'keycloak user: got name "${PATH}", expected lower case letters, digits, ".", "_" and "-"',
    ],
    [
      'a group name that is a path',
      { tiers, users: [], groups: [{ group: '/free', tier: 'free' }] },
      'keycloak group: got name "/free", expected no "/" and no "$"',
    ],
    [
      'the same group twice',
      {
        tiers,
        users: [],
        groups: [
          { group: 'all', tier: 'free' },
          { group: 'all', tier: 'gold' },
        ],
      },
      'keycloak group: got name "all" twice, expected it once',
    ],
  ])('for %s', (_case, options, message) => {
    expect(() => keycloakRealm(options)).toThrow(new Error(message));
  });
});
