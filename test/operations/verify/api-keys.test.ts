import { add, commandsFor, healthy, liveOf, problemsIn, rowsIn, type Healthy } from './healthy';

const LABELS = {
  app: 'llm-gateway',
  'cdk8s-maas/platform': 'llm',
  'kuadrant.io/auth-secret': 'true',
  'authorino.kuadrant.io/managed-by': 'authorino',
};
const owner = (user: string, tier: string) => ({ 'secret.kuadrant.io/user-id': user, 'kuadrant.io/groups': tier });

/** Alice has a key in a Secret of others, Bob one that External Secrets fetches. */
function platformOfKeys(): Healthy {
  const platform = healthy({
    users: [
      { name: 'alice', tier: 'premium', keys: [{ existingSecret: 'vault-alice' }] },
      { name: 'bob', tier: 'free', keys: [{ externalSecret: { store: 'vault', key: 'bob' } }] },
    ],
  });
  addKey(platform, 'vault-alice', 'key-of-alice');
  addKey(platform, 'bob-apikey', 'key-of-bob', owner('bob', 'free'));
  const external = liveOf(platform, 'ExternalSecret llm/bob-apikey');
  external.status = { conditions: [{ type: 'Ready', status: 'True' }] };
  return platform;
}

function addKey(
  platform: Healthy,
  name: string,
  value: string,
  annotations: object = {},
  labels: object = LABELS,
): void {
  add(platform, {
    ...{ apiVersion: 'v1', kind: 'Secret' },
    metadata: { name, namespace: 'llm', labels: { ...labels }, annotations: { ...annotations } },
    data: { api_key: Buffer.from(value).toString('base64') },
  });
}

const where = '--namespace=llm';

test('keys that are as they should be', () => {
  expect(problemsIn(platformOfKeys(), 'API keys')).toEqual([]);
});

test('a key is not there', () => {
  const platform = platformOfKeys();
  platform.live.delete('Secret llm/vault-alice');
  platform.live.delete('Secret llm/bob-apikey');
  expect(problemsIn(platform, 'API keys')).toEqual([
    'bad Secret llm/vault-alice: not there: the key of alice does not work',
    'bad Secret llm/bob-apikey: not there: the key of bob does not work',
  ]);
  expect(commandsFor(platform, 'API keys')).toEqual([
    'maas keys create alice',
    `kubectl annotate externalsecret bob-apikey ${where} --overwrite force-sync="$(date +%s)"`,
  ]);
});

test('one that dist/ has is told missing once, with the objects', () => {
  const platform = healthy();
  platform.live.delete('Secret llm/freeuser1-apikey');
  expect(problemsIn(platform, 'API keys')).toEqual([]);
  expect(problemsIn(platform, 'present')).toHaveLength(1);
});

test('labels are missing: Authorino does not watch it, or it is no key at all', () => {
  const platform = platformOfKeys();
  delete liveOf(platform, 'Secret llm/vault-alice').metadata.labels['authorino.kuadrant.io/managed-by'];
  delete liveOf(platform, 'Secret llm/bob-apikey').metadata.labels.app;
  expect(problemsIn(platform, 'API keys')).toEqual([
    'bad Secret llm/vault-alice: lacks authorino.kuadrant.io/managed-by=authorino: Authorino does not watch it, and a deleted key still works',
    'bad Secret llm/bob-apikey: lacks app=llm-gateway: it is no key',
  ]);
  expect(commandsFor(platform, 'API keys')).toEqual([
    `kubectl label secret vault-alice ${where} --overwrite authorino.kuadrant.io/managed-by=authorino`,
    `kubectl label secret bob-apikey ${where} --overwrite app=llm-gateway`,
  ]);
});

test('annotations are another tier’s: of a key whose owner the Secret says, not of one whose owner the policy says', () => {
  const platform = platformOfKeys();
  liveOf(platform, 'Secret llm/bob-apikey').metadata.annotations['kuadrant.io/groups'] = 'enterprise';
  liveOf(platform, 'Secret llm/vault-alice').metadata.annotations['kuadrant.io/groups'] = 'enterprise';
  expect(problemsIn(platform, 'API keys')).toEqual([
    'bad Secret llm/bob-apikey: its annotations do not say kuadrant.io/groups=free',
  ]);
  expect(commandsFor(platform, 'API keys')).toEqual([
    `kubectl annotate secret bob-apikey ${where} --overwrite kuadrant.io/groups=free`,
    `kubectl label secret bob-apikey ${where} authorino.kuadrant.io/managed-by-`,
    `kubectl label secret bob-apikey ${where} authorino.kuadrant.io/managed-by=authorino`,
  ]);
});

test.each([
  ['', 'has nothing at api_key'],
  ['key-of-alice\n', 'its api_key has a blank or a line break in it: no request can carry that'],
])('the value %j', (value, found) => {
  const platform = platformOfKeys();
  addKey(platform, 'vault-alice', value);
  expect(problemsIn(platform, 'API keys')).toEqual([`bad Secret llm/vault-alice: ${found}`]);
});

test('one value in two Secrets, without telling it', () => {
  const platform = platformOfKeys();
  platform.live.delete('Secret llm/vault-alice');
  addKey(platform, 'copy', 'key-of-alice', owner('bob', 'free'));
  addKey(platform, 'vault-alice', 'key-of-alice');
  expect(problemsIn(platform, 'API keys')).toEqual([
    'bad Secret llm/copy: holds the same key as Secret llm/vault-alice: whose it is, is left to chance',
  ]);
  expect(commandsFor(platform, 'API keys')).toEqual(['kubectl delete secret copy --namespace=llm']);
  expect(JSON.stringify(rowsIn(platform))).not.toMatch(/key-of-|a2V5LW9mL/);
});

test('keys that the configuration does not have', () => {
  const platform = platformOfKeys();
  addKey(platform, 'known', 'k1', owner('alice', 'premium'));
  addKey(platform, 'other-tier', 'k2', owner('alice', 'free'));
  addKey(platform, 'stranger', 'k3', owner('carol@example.com', 'free'));
  addKey(platform, 'no-tier', 'k4', owner('carol@example.com', 'platinum'));
  addKey(platform, 'nobody', 'k5');
  addKey(platform, 'unwatched', 'k6', owner('alice', 'premium'), { app: 'llm-gateway' });
  addKey(platform, 'no-key', 'k7', {}, {});
  expect(problemsIn(platform, 'API keys')).toEqual([
    'bad Secret llm/nobody: says of no user whose it is, which the configuration does not have: it is refused',
    'bad Secret llm/other-tier: its annotations do not say kuadrant.io/groups=premium',
    'bad Secret llm/unwatched: says that it is a key of alice, and lacks the labels of one: it is no key',
    'bad Secret llm/no-tier: is of tier platinum, which the configuration does not have: it is refused',
    'skipped Secret llm/stranger: key of carol@example.com, tier free, not in the configuration',
  ]);
  // Labels to copy would make a key of what somebody has only called one.
  expect(commandsFor(platform, 'API keys').join()).not.toMatch(/label secret unwatched/);
});

test('keys that have ended, or are disabled, are no mistake', () => {
  const platform = healthy({
    users: [
      {
        name: 'alice',
        tier: 'free',
        keys: [
          { existingSecret: 'old', expires: '2020-01-31' },
          { existingSecret: 'off', disabled: true },
        ],
      },
    ],
  });
  addKey(platform, 'old', 'a');
  addKey(platform, 'rotated', 'b', { ...owner('alice', 'free'), 'cdk8s-maas/expires': '2021-01-31T00:00:00Z' });
  addKey(platform, 'odd', 'c', { ...owner('alice', 'free'), 'cdk8s-maas/expires': 'tomorrow' });
  expect(problemsIn(platform, 'API keys')).toEqual([
    'skipped Secret llm/old: key of alice: ended 2020-02-01T00:00:00Z, and is refused',
    'skipped Secret llm/off: key of alice: disabled by the configuration',
    'skipped Secret llm/odd: key of alice: its end is neither a day nor an instant, and is refused',
    'skipped Secret llm/rotated: key of alice: ended 2021-01-31T00:00:00Z, and is refused',
  ]);
});

test('without API keys nothing is said of them', () => {
  const platform = healthy({ identity: { oidc: { issuerUrl: 'https://issuer.example.com' } }, users: [] });
  addKey(platform, 'nobody', 'k5');
  expect(problemsIn(platform, 'API keys')).toEqual([]);
});
