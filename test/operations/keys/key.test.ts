import { resolveSettings } from '../../../src/config/settings';
import { listKeys, sharers } from '../../../src/operations/keys/key';
import { freeName, keySecret, placeForKey } from '../../../src/operations/keys/key-secret';
import type { KubernetesObject } from '../../../src/operations/kubernetes-object';

const now = new Date('2026-11-27T10:00:00Z');

const settings = resolveSettings({
  domain: 'models.example.com',
  users: [
    {
      name: 'ci',
      tier: 'premium',
      keys: [
        { existingSecret: 'ci-off', disabled: true },
        { existingSecret: 'ci-past', expires: '2026-11-26' },
        { existingSecret: 'ci-key', expires: '2027-01-31' },
        { existingSecret: 'ci-next' },
      ],
    },
    { name: 'alice', tier: 'free', keys: [{ demo: 'alice_key' }, { name: 'new', demo: 'new_key' }] },
    { name: 'bob', tier: 'free' },
  ],
});

function secret(name: string, user: string, tier: string, annotations: Record<string, string> = {}): KubernetesObject {
  const made = keySecret({ namespace: 'llm', user, tier, name, value: 'a2V5' });
  return { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata.annotations, ...annotations } } };
}

const shortly = (secrets: readonly KubernetesObject[]) =>
  listKeys(settings, secrets, now).map(({ secret: name, user, tier, state }) => `${name} ${user} ${tier}: ${state}`);

test('keys of maas.yaml come first, then those that it does not name, by user; other Secrets are none', () => {
  const other: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tls', namespace: 'llm' } };
  expect(
    shortly([secret('y', 'zed', 'free'), secret('z', 'amy', 'gold'), other, secret('ci-key', 'root', 'enterprise')]),
  ).toEqual([
    'ci-off ci premium: not in the cluster',
    'ci-past ci premium: not in the cluster',
    // Whatever its annotations say.
    'ci-key ci premium: in force',
    'ci-next ci premium: not in the cluster',
    'alice-apikey alice free: not in the cluster',
    'alice-apikey-new alice free: not in the cluster',
    'z amy gold: tier unknown',
    'y zed free: in force',
  ]);
});

test('of a rendered key the Secret says whose it is', () => {
  expect(shortly([secret('alice-apikey', 'alice', 'premium')])).toContain('alice-apikey alice premium: in force');
});

test('the earlier of two ends counts, from its first instant on', () => {
  const ends = (expires: string) =>
    listKeys(settings, [secret('ci-key', 'ci', 'premium', { 'cdk8s-maas/expires': expires })], now)
      .filter(({ secret: name }) => name === 'ci-key')
      .map(({ endsAt, state }) => [endsAt, state]);
  expect(ends('2999-01-01')).toEqual([['2027-02-01T00:00:00Z', 'in force']]);
  expect(ends('2026-11-27T10:00:01Z')).toEqual([['2026-11-27T10:00:01Z', 'in force']]);
  expect(ends('2026-11-27T10:00:00Z')).toEqual([['2026-11-27T10:00:00Z', 'expired']]);
  expect(ends('some day')).toEqual([['2027-02-01T00:00:00Z', 'expiry not readable']]);
});

test('a Secret with a user but without a label is a key that does not work', () => {
  const { metadata, ...rest } = secret('bare', 'carol', 'free');
  const bare = { ...rest, metadata: { ...metadata, labels: { app: 'llm-gateway' } } } as KubernetesObject;
  const [found] = listKeys(settings, [bare], now).slice(-1);
  expect(found?.state).toBe('label missing');
  expect(found?.missingLabels).toEqual([
    'cdk8s-maas/platform=llm',
    'kuadrant.io/auth-secret=true',
    'authorino.kuadrant.io/managed-by=authorino',
  ]);
});

test.each(['', 'a\nb', '\u0085', 'x'.repeat(254)])('the user %j is none', (user) => {
  const [found] = listKeys(settings, [secret('odd', user, 'free')], now).slice(-1);
  expect(found?.state).toBe('user unknown');
});

test('with tokens only every key is off', () => {
  const oidc = resolveSettings({
    domain: 'a.example',
    identity: { oidc: { issuerUrl: 'https://login.example', audience: 'maas' } },
  });
  expect(listKeys(oidc, [secret('z', 'zed', 'free')], now).map(({ state }) => state)).toEqual(['keys are off']);
});

test('a new key goes where maas.yaml waits for one that would work', () => {
  const place = (user: string, secrets: readonly KubernetesObject[]) =>
    placeForKey(
      settings,
      user,
      listKeys(settings, secrets, now),
      secrets.map(({ metadata }) => metadata.name),
      now,
    );
  expect(place('ci', [])).toBe('ci-key');
  expect(place('ci', [secret('ci-key', 'ci', 'premium')])).toBe('ci-next');
  const all = [secret('ci-key', 'ci', 'premium'), secret('ci-next', 'ci', 'premium')];
  expect(place('ci', all)).toBe('ci-apikey');
  // Names of dist/ are taken, although nothing is in the cluster.
  expect(place('alice', [])).toBe('alice-apikey-2');
  expect(place('bob', [secret('bob-apikey', 'bob', 'free'), secret('bob-apikey-2', 'bob', 'free')])).toBe(
    'bob-apikey-3',
  );
  expect(place('Carol <carol@example.com>', [])).toBe('carol-carol-example.com-apikey');
  expect(place('…', [])).toBe('user-apikey');
  expect(place('x'.repeat(253), [])).toBe(`${'x'.repeat(200)}-apikey`);
});

test('a free name has the first number that is free', () => {
  expect(freeName('a', new Set())).toBe('a');
  expect(freeName('a', new Set(['a', 'a-2', 'a-4']))).toBe('a-3');
});

test('keys with one value are found, and no value is none', () => {
  const empty = { ...secret('empty', 'e', 'free'), data: {} } as KubernetesObject;
  const keys = listKeys(settings, [secret('one', 'a', 'free'), secret('two', 'b', 'free'), empty], now);
  const named = (name: string) => keys.filter((key) => key.secret === name);
  expect(sharers(keys, named('one')[0] ?? keys[0]!).map(({ secret: name }) => name)).toEqual(['two']);
  expect(sharers(keys, named('empty')[0] ?? keys[0]!)).toEqual([]);
  expect(sharers(keys, keys[0]!)).toEqual([]);
});
