import { checkConfiguration } from '../../src/config/check';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { type ConfigurationError, formatProblem } from '../../src/config/problem';
import { parseConfiguration } from '../../src/config/read';
import { growth } from '../support/growth';

/** Checks what TypeScript would not let pass, as JavaScript does. */
function check(value: unknown): string[] {
  return checkConfiguration(value as MaasPlatformProps).map(formatProblem);
}

/** The rules that a text breaks, with line and column. */
function checkText(text: string): string[] {
  try {
    parseConfiguration(text, 'maas.yaml');
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems.map(
      ({ rule, location }) => `${location?.line}:${location?.column} ${rule}`,
    );
  }
}

describe('props from TypeScript', () => {
  test('without anything are right', () => {
    expect(check({})).toEqual([]);
  });

  test('may say undefined for what is left out', () => {
    expect(check({ domain: undefined, tiers: undefined, gateway: { replicas: undefined, tls: undefined } })).toEqual(
      [],
    );
  });

  test('need what is required, also when it is there but undefined', () => {
    expect(check({ users: [{ name: undefined, tier: 'free', keys: [{ demo: 'a' }] }] })).toEqual([
      'users[0].name: got nothing, expected text; add `name: …`',
    ]);
  });

  test.each([[null], [undefined], [[]], ['text'], [7], [() => 1]])('that are %p are refused', (value) => {
    expect(check(value)).toEqual([expect.stringMatching(/^configuration: got .*, expected a map/)]);
  });

  test('may hold anything inside patches and objects, even what refers to itself', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const target = { kind: 'Gateway', name: 'inference-gateway' };
    expect(check({ patches: [{ target, merge: circle }] })).toEqual([]);
    expect(check({ objects: [{ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, circle }] })).toEqual([]);
  });

  test('do not know extends', () => {
    expect(check({ extends: 'base.yaml' })).toEqual([expect.stringContaining('extends: got an unknown key')]);
  });

  test('with problems of shape and meaning have both', () => {
    const props = { gateway: { replicas: '1' }, users: [{ name: 'a', tier: 'fre', keys: [{ demo: 'k' }] }] };
    expect(check(props)).toEqual([
      'gateway.replicas: got "1", expected a whole number from 1 to 1,000; write 1, without quotes',
      'users[0].tier: got "fre", expected one of the tiers free, premium, enterprise; did you mean "free"?',
    ]);
  });
});

describe('one mistake is one problem', () => {
  test.each([
    [
      'a tier with an impossible name',
      'tiers: [{ name: Free }]\nusers: [{ name: a, tier: Free, keys: [{ demo: k }] }]',
      '1:17 value-format',
    ],
    ['tiers that are no list', 'tiers: 7\nusers: [{ name: a, tier: x, keys: [{ demo: k }] }]', '1:8 value-type'],
    ['a tier that is no map', 'tiers: [gold]\nusers: [{ name: a, tier: gold, keys: [{ demo: k }] }]', '1:9 value-type'],
    [
      'a misspelt list',
      'tires: [{ name: gold }]\nusers: [{ name: a, tier: gold, keys: [{ demo: k }] }]',
      '1:1 unknown-key',
    ],
    ['keys that are no list', 'users: [{ name: a, tier: free, keys: one }]', '1:38 value-type'],
    ['a misspelt source of a key', 'users: [{ name: a, tier: free, keys: [{ demmo: k }] }]', '1:41 unknown-key'],
    [
      'a misspelt source of a model',
      'models: [{ name: my-llama, sorce: hf://a/b, accelerator: nvidia }]',
      '1:28 unknown-key',
    ],
    [
      'an impossible domain',
      'domain: MAAS.local\nmodels: [{ name: simulator, host: a.maas.local }]',
      '1:9 value-format',
    ],
    ['an impossible issuer', 'identity: { oidc: 7 }\nusers: [{ name: a, tier: free }]', '1:19 value-type'],
    ['an impossible runtime', 'models: [{ name: x, runtime: simulater, gpus: 1 }]', '1:30 value-choice'],
    ['a patch with an impossible way', 'patches: [{ target: { kind: A, name: a }, merge: 7 }]', '1:50 value-type'],
    ['an alias', 'users: *users', '1:8 yaml-alias'],
    [
      'an alias as name of a tier',
      'tiers: [{ name: *n }]\nusers: [{ name: a, tier: b, keys: [{ demo: k }] }]',
      '1:17 yaml-alias',
    ],
    ['a merge key that may bring everything', 'users: [{ <<: { x: y } }]', '1:11 yaml-merge-key'],
    ['a merge key that may bring the keys', 'users: [{ <<: { x: y }, name: a, tier: free }]', '1:11 yaml-merge-key'],
    ['a merge key that may bring the source', 'models: [{ <<: { x: y }, name: my-llama }]', '1:12 yaml-merge-key'],
    [
      'a merge key that may bring a key',
      'users: [{ name: a, tier: free, keys: [{ <<: { x: y } }] }]',
      '1:41 yaml-merge-key',
    ],
    ['an impossible share', 'gateway: { replicas: 3 }\nlimits: { perReplica: Divide }', '2:23 value-choice'],
    ['impossible tiers behind several pods', 'gateway: { replicas: 3 }\ntiers: 7', '2:8 value-type'],
    [
      'impossible tokens',
      'tiers: [{ name: free, tokens: { minute: x } }]\nlimits: { overshoot: none }',
      '1:41 value-type',
    ],
    ['an impossible engine', 'limits: { engine: x, redis: {} }', '1:19 value-choice'],
    ['an impossible tier', 'tiers: [x]\nlimits: { redis: {} }', '1:9 value-type'],
    ['impossible monitors', 'observability: { prometheus: x, replicas: 3, namespace: a }', '1:30 value-type'],
    ['a model twice', 'models: [{ name: simulator }, { name: simulator }]', '1:39 unique-model-name'],
  ])('%s', (_, text, expected) => {
    expect(checkText(text)).toEqual([expected]);
  });
});

test('no check of shape or meaning happens after a syntax error: it would be about something else', () => {
  expect(checkText('platform: kubernets\nusers: [\n')).toEqual(['3:1 yaml-syntax']);
});

test('the checks of users take time by their number, not by its square', () => {
  const usersOf = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `user-${index}`,
      tier: 'free',
      keys: [{ externalSecret: { store: 'vault', key: `user-${index}` } }, { name: 'demo', demo: `key-${index}` }],
    }));
  const checkUsers = (count: number) => expect(checkConfiguration({ users: usersOf(count) })).toEqual([]);
  expect(growth(1_000, checkUsers)).toBeLessThan(25);
});
