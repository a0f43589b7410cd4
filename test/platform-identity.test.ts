import { App } from 'cdk8s';
import { MaasPlatform, type MaasPlatformProps, type UserConfiguration } from '../src';
import { textsOf } from './support/synth';

const keysOfCi: UserConfiguration['keys'] = [
  { existingSecret: 'ci-key', expires: '2027-01-31' },
  { existingSecret: 'ci-key-next' },
];
const alice: UserConfiguration = { name: 'alice', tier: 'free', keys: [{ demo: 'alice_key' }] };

/** What the file about identity holds: the names of the Secrets, and the rules of the policy. */
function identityOf(props: MaasPlatformProps) {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  const objects = app.charts.find((chart) => chart.node.id === '40-identity')?.toJson() ?? [];
  const { rules } = objects.find(({ kind }) => kind === 'AuthPolicy').spec.overrides;
  return {
    secrets: objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name),
    texts: textsOf(rules),
    revision: rules.authentication['api-key-users-bearer'].overrides.revision.value as string,
  };
}

test('the policy knows whose existing Secrets are, and nothing of what rendered ones say', () => {
  const { texts, secrets } = identityOf({
    users: [
      { name: 'ci', tier: 'premium', keys: keysOfCi },
      { ...alice, keys: [{ demo: 'alice_key', expires: '2027-01-31' }] },
    ],
  });
  const owners = (end: string) => texts.filter(({ path }) => path.endsWith(end)).map(({ text }) => text);
  for (const [end, owner] of [
    ['overrides/user/expression', 'ci'],
    ['overrides/tier/expression', 'premium'],
  ] as const) {
    const known = `{"ci-key": "${owner}", "ci-key-next": "${owner}"}[?auth.identity.metadata.name].orValue(`;
    expect(owners(end)).toEqual([expect.stringContaining(known), expect.stringContaining(known)]);
  }
  expect(secrets).toEqual(['alice-apikey']);
});

test('the policy knows when keys end, by the names of their Secrets; disabled ones are rendered all the same', () => {
  const keys = [
    { demo: 'a', expires: '2027-01-31' },
    { name: 'new', demo: 'b', disabled: true },
    { name: 'plain', demo: 'c', disabled: false },
  ];
  const { texts, secrets } = identityOf({
    users: [
      { ...alice, keys },
      { name: 'ci', tier: 'premium', keys: keysOfCi },
    ],
  });
  const [ends, ...more] = texts.filter(({ text }) => text.includes('2027-02-01T00:00:00Z')).map(({ text }) => text);
  expect(ends).toContain('auth.identity.metadata.name in ["alice-apikey-new"] ||');
  expect(ends).toContain('auth.identity.metadata.name in ["alice-apikey", "ci-key"] && ');
  expect(ends).not.toContain('plain');
  expect(more).toEqual([]);
  expect(secrets).toEqual(['alice-apikey', 'alice-apikey-new', 'alice-apikey-plain']);
});

test('its revision changes with what rendered Secrets say, and with nothing else', () => {
  const revisionOf = (...users: UserConfiguration[]) => identityOf({ users }).revision;
  const { revision } = identityOf({ users: [alice] });
  expect(revision).toMatch(/^[0-9a-f]{16}$/);
  expect(revisionOf({ ...alice, tier: 'premium' })).not.toBe(revision);
  expect(revisionOf({ ...alice, name: 'bob' })).not.toBe(revision);
  expect(revisionOf({ ...alice, keys: [{ demo: 'another_key', expires: '2027-01-31' }] })).toBe(revision);
  expect(revisionOf(alice, { name: 'ci', tier: 'premium', keys: keysOfCi })).toBe(revision);
});

test('it takes requests for the hosts of the models and of the platform only', () => {
  const { texts } = identityOf({ models: [{ name: 'simulator' }, { name: 'qwen3', accelerator: 'nvidia-l4' }] });
  const [hosts] = texts.filter(({ path }) => path.includes('host-of-the-platform'));
  expect(hosts?.text).toBe(
    'request.host.matches("^(?i)(simulator\\\\.maas\\\\.local|qwen3\\\\.maas\\\\.local|api\\\\.maas\\\\.local)(:[0-9]+)?$")',
  );
});
