import { App, Duration, Testing } from 'cdk8s';
import fc from 'fast-check';
import { MaasPlatform } from '../../src';
import { FORMATS } from '../../src/config/formats';
import { formatGatewayApiDuration, parseGatewayApiDuration } from '../../src/limits/gateway-api-duration';
import { evaluateCel } from '../support/cel';
import { CONSTRUCTS, type ConstructNames } from '../support/constructs';
import { identify, synthesize, textsOf } from '../support/synth';
import { runLua } from '../limits/lua-runtime';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/);
const serviceName = fc.stringMatching(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/);
const tiers = fc.uniqueArray(label, { minLength: 1, maxLength: 6 });
const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const names: fc.Arbitrary<ConstructNames> = fc.record({
  namespace: serviceName,
  name: serviceName,
  user: label,
  tiers,
  domain,
});

describe.each(Object.entries(CONSTRUCTS))('%s', (_, create) => {
  const render = (of: ConstructNames) => synthesize((chart) => create(chart, of)).manifests;

  test('is the same at every synthesis, with names that Kubernetes takes', () => {
    fc.assert(
      fc.property(names, (of) => {
        const manifests = render(of);
        expect(JSON.stringify(render(of))).toBe(JSON.stringify(manifests));
        for (const { metadata } of manifests) {
          expect(metadata.name).toMatch(FORMATS.objectName.pattern);
          expect(metadata.namespace ?? 'none').toMatch(FORMATS.label.pattern);
        }
        expect(new Set(manifests.map(identify)).size).toBe(manifests.length);
      }),
      { numRuns: 20 },
    );
  });
});

describe('no tier is lost', () => {
  const render = (construct: string, of: ConstructNames, kind: string) =>
    synthesize((chart) => CONSTRUCTS[construct]?.(chart, of)).find(kind).spec;

  test('by the AuthPolicy: it knows every tier, and no other', () => {
    fc.assert(
      fc.property(names, label, (of, other) => {
        const { rules } = render('GatewayAuthPolicy', of, 'AuthPolicy').overrides;
        const [, { predicate }] = rules.authorization['known-user-and-tier'].patternMatching.patterns;
        const isKnown = (tier: string) => evaluateCel(predicate, { auth: { identity: { tier } } });
        expect(of.tiers.map(isKnown)).toEqual(of.tiers.map(() => true));
        expect(isKnown(other)).toBe(of.tiers.includes(other));
      }),
    );
  });

  test('by the RateLimitPolicy: one limit each', () => {
    fc.assert(
      fc.property(names, (of) => {
        const limits = Object.values<{ when: { predicate: string }[] }>(
          render('RequestLimitPolicy', of, 'RateLimitPolicy').overrides.limits,
        );
        for (const tier of of.tiers) {
          const mine = limits.filter(({ when }) =>
            when.every(({ predicate }) => evaluateCel(predicate, { auth: { identity: { tier } } })),
          );
          expect(mine).toHaveLength(1);
        }
      }),
    );
  });

  test('by the token limit: the Lua has all of them', () => {
    fc.assert(
      fc.property(names, (of) => {
        const { patch } = render('TokenLimitFilter', of, 'EnvoyFilter').configPatches[0];
        const script: string = patch.value.typed_config.default_source_code.inline_string;
        const configured = runLua(`${script}\nlocal names = {}
          for tier in pairs(configuration.tiers) do names[#names + 1] = 'tier ' .. tier end return names`);
        expect([configured].flat().sort()).toEqual(of.tiers.map((tier) => `tier ${tier}`).sort());
      }),
      { numRuns: 30 },
    );
  });
});

test('no user of a platform is lost, none gets the key or the tier of another', () => {
  const users = tiers.chain((known) =>
    fc.record({
      tiers: fc.constant(known),
      users: fc.uniqueArray(fc.record({ name: label, tier: fc.constantFrom(...known) }), {
        selector: ({ name }) => name,
        maxLength: 6,
      }),
    }),
  );
  fc.assert(
    fc.property(users, (props) => {
      const app = new App();
      new MaasPlatform(app, 'maas', {
        tiers: props.tiers.map((name) => ({ name, tokens: { minute: 1 } })),
        users: props.users.map(({ name, tier }) => ({ name, tier, keys: [{ demo: `${name}_key` }] })),
      });
      const secrets = app.charts.flatMap((chart) => Testing.synth(chart)).filter(({ kind }) => kind === 'Secret');
      expect(
        secrets.map(({ metadata, stringData }) => ({
          name: metadata.annotations['secret.kuadrant.io/user-id'],
          tier: metadata.annotations['kuadrant.io/groups'],
          key: stringData.api_key,
        })),
      ).toEqual(props.users.map(({ name, tier }) => ({ name, tier, key: `${name}_key` })));
      expect(new Set(secrets.map(identify)).size).toBe(secrets.length);
    }),
    { numRuns: 30 },
  );
});

test('every own name reaches the objects unchanged', () => {
  fc.assert(
    fc.property(names, (of) => {
      const texts = (construct: string) =>
        textsOf(synthesize((chart) => CONSTRUCTS[construct]?.(chart, of)).manifests).map(({ text }) => text);
      expect(texts('ModelRoute')).toEqual(expect.arrayContaining([`${of.name}.${of.domain}`, of.name, of.namespace]));
      expect(texts('MaasGateway')).toEqual(expect.arrayContaining([`*.${of.domain}`, of.name, of.namespace]));
      expect(texts('ApiKeySecret')).toEqual(expect.arrayContaining([of.user, of.tiers[0], `${of.user}_key`]));
    }),
    { numRuns: 30 },
  );
});

describe('a duration', () => {
  const milliseconds = fc.oneof(
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: 1, max: 100_000 * 3_600_000 - 1 }),
  );

  test('comes back from its text, which Gateway API takes', () => {
    fc.assert(
      fc.property(milliseconds, (length) => {
        const text = formatGatewayApiDuration(Duration.millis(length));
        expect(text).toMatch(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
        expect(parseGatewayApiDuration(text).toMilliseconds()).toBe(length);
      }),
      { numRuns: 500 },
    );
  });

  test('has one text, whatever it was read from', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom('h', 'm', 's', 'ms'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const read = parseGatewayApiDuration(parts.map(([count, unit]) => `${count}${unit}`).join(''));
        fc.pre(read.toMilliseconds() > 0);
        const text = formatGatewayApiDuration(read);
        expect(formatGatewayApiDuration(parseGatewayApiDuration(text))).toBe(text);
      }),
    );
  });
});
