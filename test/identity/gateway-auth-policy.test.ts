import fc from 'fast-check';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import type { GatewayAuthPolicyProps } from '../../src/identity/gateway-auth-policy';
import { identify, textsOf } from '../support/synth';
import { answer, policyWith, secretOf } from './policy';

const GATEWAY = MaasGateway.fromName('inference-gateway', 'llm');
const TIERS = [{ name: 'free', hosts: ['simulator.maas.local'] }, { name: 'premium' }];
const API_KEYS: GatewayAuthPolicyProps = { gateway: GATEWAY, tiers: TIERS, apiKeys: { namespace: 'llm' } };
const ISSUER = 'https://login.example.com/realms/maas';
const OIDC: GatewayAuthPolicyProps = {
  gateway: GATEWAY,
  tiers: TIERS,
  oidc: {
    issuerUrl: ISSUER,
    audience: 'maas',
    groups: [
      { group: 'gold', tier: 'premium' },
      { group: 'everybody', tier: 'free' },
    ],
  },
};

const SIMULATOR = 'simulator.maas.local';

describe('GatewayAuthPolicy with API keys only', () => {
  const { manifests, spec, rules } = policyWith(API_KEYS);
  const withKey = (secret: object, host = SIMULATOR) => answer(rules, 'api-key-users-bearer', secret, { host });

  test('is one AuthPolicy on the Gateway, in its namespace', () => {
    expect(manifests.map(identify)).toEqual(['AuthPolicy llm/gateway-auth-policy']);
    expect(spec.targetRef).toEqual({
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: 'inference-gateway',
    });
  });

  test('consists of overrides: no policy on a route can replace it', () => {
    expect(Object.keys(spec).sort()).toEqual(['overrides', 'targetRef']);
    expect(Object.keys(spec.overrides)).toEqual(['rules']);
  });

  test('has one method a prefix, for the same Secrets', () => {
    expect(Object.values(rules.authentication).map(({ credentials }) => credentials)).toEqual([
      { authorizationHeader: { prefix: 'APIKEY' } },
      { authorizationHeader: { prefix: 'Bearer' } },
    ]);
    for (const method of Object.values(rules.authentication)) {
      expect(method).toMatchObject({
        apiKey: { allNamespaces: true, selector: { matchLabels: { app: 'llm-gateway' } } },
      });
    }
    expect(secretOf('alice', 'free')).toMatchObject({ metadata: { labels: { app: 'llm-gateway' } } });
  });

  test('lets a key of the platform in, as its user and tier', () => {
    const identity = { 'x-maas-user': 'alice', 'x-maas-tier': 'free' };
    expect(withKey(secretOf('alice', 'free'))).toEqual(identity);
    expect(answer(rules, 'api-key-users-apikey', secretOf('alice', 'free'), { host: SIMULATOR })).toEqual(identity);
  });

  test('refuses a key of any other namespace, whoever made it', () => {
    expect(withKey(secretOf('mallory', 'premium', 'llm-x'))).toEqual(['key-of-the-platform']);
    expect(withKey(secretOf('mallory', 'premium', ''))).toEqual(['key-of-the-platform']);
  });

  test('refuses a tier that there is not', () => {
    expect(withKey(secretOf('alice', 'gold'))).toEqual(['known-user-and-tier']);
    expect(withKey(secretOf('alice', ''))).toEqual(['known-user-and-tier']);
  });

  test('refuses a key without a user, a tier or any annotation', () => {
    expect(withKey(secretOf('', 'free'))).toEqual(['known-user-and-tier']);
    const bare = { metadata: { name: 'key', namespace: 'llm' } };
    expect(withKey(bare)).toEqual(['known-user-and-tier']);
    expect(withKey({ metadata: { ...bare.metadata, annotations: {} } })).toEqual(['known-user-and-tier']);
  });

  test.each([
    ['longer than 253 characters', 'a'.repeat(254)],
    ['with a line feed', 'alice\nx-maas-tier: premium'],
    ['with a zero byte', 'alice\0'],
    ['with a delete', 'alice\u007f'],
  ])('refuses a user whose name is %s: it goes into a header', (_, user) => {
    expect(withKey(secretOf(user, 'free'))).toEqual(['known-user-and-tier']);
  });

  test.each(['a'.repeat(253), 'Jürgen Müller', '"; DROP TABLE', "o'hara", '../etc', '\u{1f600}', '${x}%s{{y}}'])(
    'lets a user in whose name is %j',
    (user) => {
      expect(withKey(secretOf(user, 'free'))).toMatchObject({ 'x-maas-user': user });
    },
  );

  test('lets a tier reach its own hosts, and a tier without a list every host', () => {
    expect(withKey(secretOf('alice', 'free'), `${SIMULATOR}:8080`)).toMatchObject({ 'x-maas-tier': 'free' });
    expect(withKey(secretOf('alice', 'free'), 'granite.maas.local')).toEqual(['model-of-the-tier']);
    expect(withKey(secretOf('bob', 'premium'), 'granite.maas.local')).toMatchObject({ 'x-maas-tier': 'premium' });
  });

  test('writes headers by expression: plain values arrive as garbage', () => {
    for (const header of Object.values(rules.response.success.headers)) {
      expect(Object.keys(header.plain)).toEqual(['expression']);
    }
  });

  test('gives rate limits the same identity, as `auth.identity.user` and `.tier`', () => {
    expect(spec.overrides.rules.response.success.filters.identity.json.properties).toEqual({
      user: { expression: 'auth.identity.user' },
      tier: { expression: 'auth.identity.tier' },
    });
  });

  test.each([
    ['unauthenticated', 401, 'invalid_api_key'],
    ['unauthorized', 403, 'access_denied'],
  ])("answers who is %s with %i and an error as OpenAI's", (kind, code, errorCode) => {
    const reply = spec.overrides.rules.response[kind];
    expect(reply.code).toBe(code);
    expect(reply.headers['content-type']).toEqual({ value: 'application/json' });
    expect(JSON.parse(reply.body.value)).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param: null, code: errorCode },
    });
  });

  test('names the ways in to who is unauthenticated: without it Authorino, asked for a body, would not', () => {
    const challenge = (props: GatewayAuthPolicyProps) =>
      policyWith(props).spec.overrides.rules.response.unauthenticated.headers['www-authenticate'].value;
    expect(challenge(API_KEYS)).toBe('APIKEY realm="maas", Bearer realm="maas"');
    expect(challenge(OIDC)).toBe('Bearer realm="maas"');
    const both = { ...OIDC, apiKeys: { namespace: 'llm', prefixes: ['Key', 'Bearer'] } };
    expect(challenge(both)).toBe('Key realm="maas", Bearer realm="maas"');
    expect(spec.overrides.rules.response.unauthorized.headers).not.toHaveProperty('www-authenticate');
  });

  test('says nothing of tokens', () => {
    expect(Object.keys(rules.authorization)).not.toContain('token-for-the-platform');
    expect(JSON.stringify(rules)).not.toContain('jwt');
  });
});

describe('GatewayAuthPolicy with OIDC only', () => {
  const { rules } = policyWith(OIDC);
  const withToken = (claims: object, host = SIMULATOR) => answer(rules, 'oidc-users', claims, { host });
  const TOKEN = { iss: ISSUER, aud: 'maas', sub: 'alice', groups: ['everybody'] };

  test('takes tokens of the issuer as Bearer, and no API keys', () => {
    expect(rules.authentication).toEqual({
      'oidc-users': expect.objectContaining({
        jwt: { issuerUrl: 'https://login.example.com/realms/maas', ttl: 300 },
        credentials: { authorizationHeader: { prefix: 'Bearer' } },
      }),
    });
    expect(Object.keys(rules.authorization)).not.toContain('key-of-the-platform');
  });

  test('lets a token in as its user and tier', () => {
    expect(withToken(TOKEN)).toEqual({ 'x-maas-user': 'alice', 'x-maas-tier': 'free' });
  });

  test.each([
    [['everybody'], 'free'],
    [['gold'], 'premium'],
    [['everybody', 'gold'], 'premium'],
    [['others', 'everybody'], 'free'],
    ['gold', 'premium'],
  ])('of the groups %j the first of the configuration gives the tier %s', (groups, tier) => {
    expect(withToken({ ...TOKEN, groups })).toMatchObject({ 'x-maas-tier': tier });
  });

  test.each([[[]], [['others']], ['golden'], [null], [7], [{ gold: true }], [undefined]])(
    'refuses the groups %j',
    (groups) => {
      const claims = groups === undefined ? { iss: ISSUER, aud: 'maas', sub: 'alice' } : { ...TOKEN, groups };
      expect(withToken(claims)).toEqual(['known-user-and-tier']);
    },
  );

  test.each([['maas'], [['maas']], [['account', 'maas']]])('takes the audience %j', (aud) => {
    expect(withToken({ ...TOKEN, aud })).toMatchObject({ 'x-maas-user': 'alice' });
  });

  test.each([['other'], [['account']], ['maas2'], [''], [[]], [null], [7], [{ maas: true }], [undefined]])(
    'refuses the audience %j: a token for another service',
    (aud) => {
      const claims = aud === undefined ? { iss: ISSUER, sub: 'alice', groups: ['gold'] } : { ...TOKEN, aud };
      expect(withToken(claims)).toEqual(['token-for-the-platform']);
    },
  );

  test.each([['https://login.example.com/realms/other'], [''], [[ISSUER]], [undefined]])(
    'refuses the issuer %j: Authorino asks for the signature only',
    (iss) => {
      const { aud, sub, groups } = TOKEN;
      const claims = { aud, sub, groups, ...(iss !== undefined && { iss }) };
      expect(withToken(claims)).toEqual(['token-for-the-platform']);
    },
  );

  test('refuses a token without a user', () => {
    expect(withToken({ iss: ISSUER, aud: 'maas', groups: ['gold'] })).toEqual(['known-user-and-tier']);
  });

  test('believes no claim that looks like our own', () => {
    expect(
      withToken({
        aud: 'other',
        groups: [],
        sub: 'mallory',
        method: 'api-key',
        user: 'root',
        tier: 'premium',
      }),
    ).toEqual(expect.arrayContaining(['known-user-and-tier', 'token-for-the-platform']));
    expect(withToken({ ...TOKEN, user: 'root', tier: 'premium', metadata: { namespace: 'llm' } })).toEqual({
      'x-maas-user': 'alice',
      'x-maas-tier': 'free',
    });
  });
});

describe('GatewayAuthPolicy with all props', () => {
  const { manifests, rules } = policyWith({
    gateway: GATEWAY,
    name: 'mine',
    tiers: [...TIERS, { name: 'nothing', hosts: [] }, { name: 'two', hosts: ['a.maas.local', 'b.maas.local'] }],
    apiKeys: { namespace: 'keys', prefixes: ['Token', 'X-Key'] },
    oidc: {
      issuerUrl: 'https://login.example.com',
      audience: 'https://api.example.com/"maas"',
      userClaim: 'https://example.com/user name',
      groupsClaim: 'https://example.com/roles',
      groups: [{ group: 'say "gold"', tier: 'premium' }],
      defaultTier: 'free',
    },
  });
  const claims = {
    iss: 'https://login.example.com',
    aud: 'https://api.example.com/"maas"',
    'https://example.com/user name': 'alice',
  };

  test('has its name and every way in', () => {
    expect(manifests.map(identify)).toEqual(['AuthPolicy llm/mine']);
    expect(Object.keys(rules.authentication)).toEqual(['api-key-users-token', 'api-key-users-x-key', 'oidc-users']);
  });

  test('ends in the same identity whatever the way', () => {
    expect(answer(rules, 'api-key-users-x-key', secretOf('alice', 'free', 'keys'), { host: SIMULATOR })).toEqual(
      answer(rules, 'oidc-users', claims, { host: SIMULATOR }),
    );
  });

  test('gives the default tier to a user in none of the groups', () => {
    expect(answer(rules, 'oidc-users', claims, { host: SIMULATOR })).toMatchObject({ 'x-maas-tier': 'free' });
    const gold = { ...claims, 'https://example.com/roles': ['say "gold"'] };
    expect(answer(rules, 'oidc-users', gold, { host: SIMULATOR })).toMatchObject({ 'x-maas-tier': 'premium' });
  });

  test.each([
    ['nothing', SIMULATOR, false],
    ['nothing', '', false],
    ['two', 'a.maas.local', true],
    ['two', 'b.maas.local:443', true],
    ['two', 'c.maas.local', false],
    ['two', 'aXmaas.local', false],
  ])('the tier %s may reach "%s": %s', (tier, host, allowed) => {
    const result = answer(rules, 'api-key-users-token', secretOf('alice', tier, 'keys'), { host });
    expect(result).toEqual(allowed ? expect.objectContaining({ 'x-maas-tier': tier }) : ['model-of-the-tier']);
  });
});

describe('GatewayAuthPolicy with hosts', () => {
  const hosts = ['simulator.maas.local', 'api.maas.local'];
  const both = policyWith({ ...API_KEYS, ...OIDC, hosts }).rules;
  const token = { iss: ISSUER, aud: 'maas', sub: 'alice', groups: ['gold'] };

  test.each([
    ['simulator.maas.local', true],
    ['API.maas.LOCAL:8080', true],
    ['tenant.maas.local', false],
    ['simulator.maas.local.evil.test', false],
    ['evil.test/simulator.maas.local', false],
    ['simulator.maas.local\n', false],
    ['simulator.maas.local:', false],
    ['', false],
  ])('lets a request for %j pass: %s', (host, passes) => {
    const expected = passes ? expect.objectContaining({ 'x-maas-tier': 'premium' }) : ['host-of-the-platform'];
    expect(answer(both, 'api-key-users-bearer', secretOf('alice', 'premium'), { host })).toEqual(expected);
    expect(answer(both, 'oidc-users', token, { host })).toEqual(expected);
  });

  test('none: any host', () => {
    expect(Object.keys(policyWith(API_KEYS).rules.authorization)).not.toContain('host-of-the-platform');
  });
});

describe('every expression', () => {
  const json = fc.oneof(
    { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    fc.constantFrom('maas', ['maas'], ['gold']),
  );
  const claims = fc.record(
    {
      iss: fc.oneof(fc.constant(ISSUER), json),
      aud: json,
      groups: json,
      sub: json,
      metadata: json,
      method: json,
      user: json,
      tier: json,
    },
    { requiredKeys: [] },
  );
  const secrets = fc.record({
    metadata: fc.record(
      { name: fc.string(), namespace: fc.string(), annotations: fc.dictionary(fc.string(), fc.string()) },
      { requiredKeys: ['name', 'namespace'] },
    ),
  });
  const { rules } = policyWith({ ...API_KEYS, ...OIDC });

  test('has a value whatever a signed token claims', () => {
    fc.assert(fc.property(claims, fc.string(), (token, host) => void answer(rules, 'oidc-users', token, { host })));
  });

  test('has a value whatever is written on a Secret', () => {
    fc.assert(
      fc.property(secrets, fc.string(), (secret, host) => void answer(rules, 'api-key-users-bearer', secret, { host })),
    );
  });

  test('lets nobody in who has no tier of the platform', () => {
    fc.assert(
      fc.property(claims, (token) => {
        const result = answer(rules, 'oidc-users', token, { host: SIMULATOR });
        expect(Array.isArray(result) || ['free', 'premium'].includes(String(result['x-maas-tier']))).toBe(true);
      }),
    );
  });

  test('is the same code whatever the names: they are texts, and nothing else', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', '\\', "'", '\n', '|', '&', ')', ' ', 'a', '\u2028', '`', '$'),
    });
    const withNames = (name: string) =>
      policyWith({
        gateway: GATEWAY,
        tiers: [{ name, hosts: [name] }],
        hosts: [name],
        apiKeys: {
          namespace: name,
          keys: [{ secretName: name, owner: { user: name, tier: name }, expires: '2027-01-31' }],
        },
        oidc: {
          issuerUrl: 'https://login.example.com',
          audience: name,
          userClaim: name,
          groupsClaim: name,
          groups: [{ group: name, tier: name }],
          defaultTier: name,
        },
      });
    const code = (name: string) =>
      textsOf(withNames(name).rules)
        .filter(({ path }) => /(expression|predicate)$/.test(path))
        .map(({ path, text: expression }) => [path, expression.replace(/"(?:[^"\\]|\\.)*"/g, '""')]);
    const expected = code('plain');
    expect(expected.length).toBeGreaterThan(5);
    fc.assert(fc.property(text, (name) => expect(code(name)).toEqual(expected)));
  });
});

describe('GatewayAuthPolicy fails', () => {
  const NO_WAY_IN = 'an AuthPolicy needs a way in: got neither a prefix for API keys nor oidc, expected at least one';

  test.each([
    ['without a way in', {}, NO_WAY_IN],
    ['with no prefix for API keys', { apiKeys: { namespace: 'llm', prefixes: [] } }, NO_WAY_IN],
    [
      'with prefixes that would be one method',
      { apiKeys: { namespace: 'llm', prefixes: ['Bearer', 'APIKEY', 'bearer'] } },
      'prefixes of API keys: got "bearer" twice but for upper and lower case, expected each once',
    ],
  ])('%s', (_, props, message) => {
    expect(() => policyWith({ gateway: GATEWAY, tiers: TIERS, ...props })).toThrow(new Error(message));
  });
});

describe('GatewayAuthPolicy where models share a host', () => {
  const API = 'api.maas.local';
  const tiers = [
    { name: 'free', hosts: [], paths: { host: API, prefixes: ['/simulator', '/small.one'] } },
    { name: 'both', hosts: [SIMULATOR], paths: { host: API, prefixes: ['/simulator'] } },
    { name: 'none', paths: { host: API, prefixes: [] } },
    { name: 'premium' },
  ];
  const { rules } = policyWith({ gateway: GATEWAY, tiers, apiKeys: { namespace: 'llm' } });
  const passes = (tier: string, path: string, host = API) =>
    !Array.isArray(answer(rules, 'api-key-users-bearer', secretOf('alice', tier), { host, path }));

  test.each([
    '/simulator/v1/chat/completions',
    '/simulator/v1/messages',
    '/simulator/v1/models',
    '/simulator/v1/chat/completions?model=large&x=/large/v1/chat/completions',
    '/small.one/v1/embeddings',
    '/v1/models',
    '/v1/models/',
    '/v1/models?limit=1',
    '/v1/models/simulator-model',
  ])('a tier may use %s', (path) => {
    expect(passes('free', path)).toBe(true);
    expect(passes('free', path, `${API}:8080`)).toBe(true);
    expect(passes('premium', path)).toBe(true);
  });

  test.each([
    '/large/v1/chat/completions',
    '/large/v1/models',
    '/simulator/../large/v1/chat/completions',
    '/simulator/%2e%2e/large/v1/chat/completions',
    '/simulator/..%2flarge/v1/chat/completions',
    '/simulator/v1/chat/completions/../../../../large/v1/chat/completions',
    '/simulator\\..\\large/v1/chat/completions',
    '//large/v1/chat/completions',
    '/simulator//v1/chat/completions',
    '/%6carge/v1/chat/completions',
    '/LARGE/v1/chat/completions',
    '/Simulator/v1/chat/completions',
    '/simulator-2/v1/chat/completions',
    '/large/v1/chat/completions?/simulator/v1/chat/completions',
    '/large/v1/chat/completions#/simulator/v1/chat/completions',
    '/large/v1/chat/completions;/simulator/v1/chat/completions',
    '/v1/modelsx/../../large/v1/chat/completions',
    '/v1/chat/completions',
    '/v1/modelsx',
    '/smallxone/v1/embeddings',
    '/simulator/metrics',
    '/simulator',
    '/',
    '',
    'simulator/v1/chat/completions',
    'http://api.maas.local/simulator/v1/chat/completions',
  ])('and not %j', (path) => {
    expect(passes('free', path)).toBe(false);
    expect(passes('both', path)).toBe(false);
    expect(passes('none', path)).toBe(false);
  });

  test('its paths count at that host only, and its hosts whatever the path is', () => {
    const path = '/simulator/v1/chat/completions';
    expect(passes('free', path, 'large.maas.local')).toBe(false);
    expect(passes('both', path, 'large.maas.local')).toBe(false);
    expect(passes('both', '/v1/chat/completions', SIMULATOR)).toBe(true);
    expect(passes('free', '/v1/chat/completions', SIMULATOR)).toBe(false);
  });

  test('a tier without a model has the list alone', () => {
    expect(passes('none', '/v1/models')).toBe(true);
    expect(passes('none', '/simulator/v1/models')).toBe(false);
  });
});
