import { App } from 'cdk8s';
import * as fc from 'fast-check';
import { checkConfiguration, MaasPlatform, type MaasPlatformProps } from '../../src';
import { CONFIGURATION_SCHEMA } from '../../src/config/schema';
import { ConfigurationError } from '../../src/config/problem';
import { locate, toValue, type LocatedMap } from '../../src/config/located';
import { mergeSources } from '../../src/config/merge';
import { parseConfiguration } from '../../src/config/read';
import { parseSource } from '../../src/config/source';
import { closest, editDistance, farthestSuggestion } from '../../src/config/suggest';

/** Names of the configuration, so that arbitrary values come close to it. */
const KEYS = [
  ...Object.keys(CONFIGURATION_SCHEMA.shape),
  ...['name', 'tier', 'keys', 'demo', 'tokens', 'minute', 'hour', 'requests', 'limit', 'window', 'oidc', 'apiKeys'],
  ...['prefixes', 'kind', 'target', 'merge', 'metadata', 'apiVersion', '__proto__', 'constructor', '<<', 'extends'],
];
const scalar = fc.oneof(
  fc.constantFrom('free', 'simulator', 'a', '', '2m', 'maas.local', '7', '~'),
  fc.integer(),
  fc.boolean(),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5 }),
}));
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);

/** Configurations with nothing wrong. */
const valid: fc.Arbitrary<MaasPlatformProps> = fc
  .record({
    tiers: fc.uniqueArray(label, { minLength: 1, maxLength: 4 }),
    users: fc.uniqueArray(label, { maxLength: 5 }),
    models: fc.uniqueArray(label, { maxLength: 3 }),
    limits: fc.array(fc.integer({ min: 1, max: 2 ** 35 }), { minLength: 4, maxLength: 4 }),
    namespace: label,
    domain: label,
  })
  .map(({ tiers, users, models, limits, namespace, domain }) => {
    const [minute, hour, day, month] = [...limits].sort((left, right) => left - right);
    return {
      namespace,
      domain: `${domain}.test`,
      tiers: tiers.map((name) => ({ name, tokens: { minute, hour, day, month } })),
      users: users.map((name, index) => ({
        name,
        tier: tiers[index % tiers.length] ?? '',
        keys: [{ demo: `key-of-${name}` }],
      })),
      models: models.map((name) => ({ name, source: 'hf://a/b', accelerator: 'nvidia' })),
    };
  });

test('checking never fails, whatever the value is', () => {
  fc.assert(
    fc.property(anything, (value) => {
      for (const { got, expected } of checkConfiguration(value as MaasPlatformProps)) {
        expect(got).not.toBe('');
        expect(expected).not.toBe('');
      }
    }),
    { numRuns: 500 },
  );
});

test('reading any text ends with a configuration or with problems inside the file', () => {
  const texts = fc.oneof(
    fc.string(),
    anything.map((value) => JSON.stringify(value, undefined, 1)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseConfiguration(text, 'maas.yaml');
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const { location } of (error as ConfigurationError).problems) {
          expect(location?.file).toBe('maas.yaml');
          expect(location?.line ?? 1).toBeLessThanOrEqual(lines);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('what the checks let pass can be synthesized', () => {
  fc.assert(
    fc.property(anything, (value) => {
      fc.pre(checkConfiguration(value as MaasPlatformProps).length === 0);
      const props = value as MaasPlatformProps;
      expect(() => new MaasPlatform(new App({ outdir: '/nowhere' }), 'maas', { ...props, patches: [] })).not.toThrow();
    }),
    { numRuns: 200, maxSkipsPerRun: 1000 },
  );
});

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Names of few words, so that the Secrets that they give are often the same. */
const closeName = fc
  .array(fc.constantFrom('a', 'apikey'), { minLength: 1, maxLength: 3 })
  .map((words) => words.join('-'));

/** Users whose names are fine, unless two keys give one Secret. */
const closeUsers: fc.Arbitrary<MaasPlatformProps> = fc
  .uniqueArray(fc.record({ name: closeName, key: optional(closeName) }), {
    minLength: 2,
    maxLength: 5,
    selector: ({ name }) => name,
  })
  .map((users) => ({
    users: users.map(({ name, key }) => ({ name, tier: 'free', keys: [{ name: key, demo: `key-of-${name}` }] })),
  }));

/** Token limits that several gateway pods may have too little of. */
const closeLimits: fc.Arbitrary<MaasPlatformProps> = fc
  .record({
    replicas: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 100, max: 1000 })),
    engine: optional(fc.constantFrom('envoyFilter' as const, 'tokenRateLimitPolicy' as const)),
    perReplica: optional(fc.constant('divide' as const)),
    minute: optional(fc.integer({ min: 1, max: 9 })),
  })
  .map(({ replicas, minute, ...limits }) => ({
    gateway: { replicas },
    limits,
    tiers: minute === undefined ? undefined : [{ name: 'free', tokens: { minute } }],
  }));

test('names that give one Secret and limits that are shared are refused, or synthesized', () => {
  fc.assert(
    fc.property(fc.oneof(closeUsers, closeLimits), (props) => {
      const synthesize = () => new MaasPlatform(new App({ outdir: '/nowhere' }), 'maas', props);
      if (checkConfiguration(props).length === 0) {
        expect(synthesize).not.toThrow();
      } else {
        expect(synthesize).toThrow(ConfigurationError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a valid configuration has no problem, also when it is written down, and every user gets a Secret', () => {
  fc.assert(
    fc.property(valid, (props) => {
      expect(checkConfiguration(props)).toEqual([]);
      const read = parseConfiguration(JSON.stringify(props), 'maas.yaml');
      const app = new App({ outdir: '/nowhere' });
      new MaasPlatform(app, 'maas', read);
      const objects = app.charts.flatMap((chart) => chart.toJson() as { kind: string; metadata: { name: string } }[]);
      expect(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name)).toEqual(
        (props.users ?? []).map(({ name }) => `${name}-apikey`),
      );
    }),
    { numRuns: 50 },
  );
});

test('one misspelt key is one problem', () => {
  fc.assert(
    fc.property(valid, fc.constantFrom('tires', 'modles', 'domian', 'namespaces'), (props, key) => {
      expect(checkConfiguration({ ...props, [key]: [] } as MaasPlatformProps).map(({ rule }) => rule)).toEqual([
        'unknown-key',
      ]);
    }),
  );
});

/** The tree of a value that is written as JSON, which is YAML. */
function located(value: unknown, file = 'maas.yaml'): LocatedMap {
  const { root, problems } = parseSource(Buffer.from(JSON.stringify(value, undefined, 1)), file);
  expect(problems).toEqual([]);
  return root ?? { kind: 'map', at: { file }, entries: new Map() };
}

const anyMap = fc.dictionary(fc.constantFrom(...KEYS, 'a', 'b'), anything, { maxKeys: 6 });

test('an overlay without anything changes nothing; a second time it changes nothing more', () => {
  fc.assert(
    fc.property(anyMap, anyMap, (base, overlay) => {
      expect(toValue(mergeSources(located(base), located({})))).toEqual(toValue(located(base)));
      const once = mergeSources(located(base), located(overlay));
      expect(toValue(mergeSources(once, located(overlay)))).toEqual(toValue(once));
    }),
    { numRuns: 500 },
  );
});

test('every path, also one that leads nowhere, has a place inside one of the files', () => {
  const path = fc.array(fc.oneof(fc.constantFrom(...KEYS), fc.nat(3)), { maxLength: 6 });
  fc.assert(
    fc.property(anyMap, anyMap, path, fc.constantFrom('key' as const, 'value' as const), (base, overlay, steps, at) => {
      const lines = (value: unknown): string[] => JSON.stringify(value, undefined, 1).split('\n');
      const merged = mergeSources(located(base, 'base.yaml'), located(overlay, 'overlay.yaml'));
      const { file, line = 0, column = 0 } = locate(merged, steps, at);
      const text = lines(file === 'base.yaml' ? base : overlay)[line - 1];
      expect(text).toBeDefined();
      expect(column).toBeGreaterThan(0);
      expect(column).toBeLessThanOrEqual((text ?? '').length);
    }),
    { numRuns: 500 },
  );
});

test('a suggestion is never farther from the word than a typing error, or begins with it', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 5 }), (text, candidates) => {
      const found = closest(text, candidates);
      const distances = candidates.map((candidate) => editDistance(text.toLowerCase(), candidate.toLowerCase()));
      const nearest = Math.min(...distances);
      if (candidates.includes(text)) {
        expect(found).toBeUndefined();
      } else if (nearest > farthestSuggestion(text)) {
        const longer = candidates.filter((candidate) => candidate.toLowerCase().startsWith(text.toLowerCase()));
        expect(found).toBe(text.toLowerCase().length >= 3 && longer.length === 1 ? longer[0] : undefined);
      } else {
        expect(candidates).toContain(found);
        expect(distances[candidates.indexOf(found ?? '')]).toBe(nearest);
      }
    }),
    { numRuns: 1000 },
  );
});

test('the distance of two words is the same in both directions, and none only for the same word', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      expect(editDistance(left, right)).toBe(editDistance(right, left));
      expect(editDistance(left, right) === 0).toBe(left === right);
    }),
  );
});
