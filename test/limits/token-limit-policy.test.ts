import { MaasGateway } from '../../src/gateway/maas-gateway';
import { TokenLimit } from '../../src/limits/token-limit';
import type { TierTokenLimits } from '../../src/limits/token-limit-filter';
import { TokenLimitPolicy } from '../../src/limits/token-limit-policy';
import { evaluateCel } from '../support/cel';
import { identify, synthesize } from '../support/synth';

const FREE: TierTokenLimits = {
  tier: 'free',
  limits: [TokenLimit.perMinute(200), TokenLimit.perHour(5_000), TokenLimit.perDay(50_000)],
};

function policyOf(tiers: TierTokenLimits[], name?: string) {
  const gateway = MaasGateway.fromName('inference-gateway', 'llm');
  const { manifests, find } = synthesize((chart) => new TokenLimitPolicy(chart, 'policy', { gateway, tiers, name }));
  return { manifests, spec: find('TokenRateLimitPolicy').spec };
}

describe('TokenLimitPolicy', () => {
  const { manifests, spec } = policyOf([FREE, { tier: 'premium', limits: [TokenLimit.perMinute(1_000)] }]);

  test('is one object on the Gateway, of overrides only', () => {
    expect(manifests.map(identify)).toEqual(['TokenRateLimitPolicy llm/gateway-token-rate-limits']);
    expect(spec.targetRef).toEqual({ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' });
    expect(Object.keys(spec).sort()).toEqual(['overrides', 'targetRef']);
  });

  test('has one limit a tier, with all its windows as rates and the user as counter', () => {
    expect(spec.overrides.limits['free-user-tokens']).toMatchObject({
      rates: [
        { limit: 200, window: '1m' },
        { limit: 5_000, window: '1h' },
        { limit: 50_000, window: '24h' },
      ],
      counters: [{ expression: 'auth.identity.user' }],
    });
    expect(Object.keys(spec.overrides.limits)).toEqual(['free-user-tokens', 'premium-user-tokens']);
  });

  test('applies one limit at most to a request, whatever the tiers are called', () => {
    const odd = policyOf(['a', 'a"', "a' || 'x"].map((tier) => ({ ...FREE, tier }))).spec.overrides.limits;
    const whens: { predicate: string }[] = Object.values<{ when: { predicate: string }[] }>(odd).map(
      ({ when: [predicate] }) => predicate!,
    );
    for (const tier of ['a', 'a"', "a' || 'x", 'b']) {
      const holds = whens.filter(({ predicate }) => evaluateCel(predicate, { auth: { identity: { tier } } }) === true);
      expect(holds).toHaveLength(tier === 'b' ? 0 : 1);
    }
  });

  test('leaves out tiers without limits, and takes a name', () => {
    const own = policyOf([FREE, { tier: 'internal', limits: [] }], 'own');
    expect(own.manifests.map(identify)).toEqual(['TokenRateLimitPolicy llm/own']);
    expect(Object.keys(own.spec.overrides.limits)).toEqual(['free-user-tokens']);
  });

  test.each<[string, TierTokenLimits[]]>([
    ['a TokenRateLimitPolicy needs a limit: got none, expected one for at least one tier', []],
    ['token limits: got tier "free" twice, expected each tier once', [FREE, FREE]],
    [
      'token limits of tier "free": got a month, expected minute, hour or day: Limitador has no more',
      [{ tier: 'free', limits: [TokenLimit.perMonth(1)] }],
    ],
    [
      'token limits of tier "free": got enforce false, expected true: Limitador cannot only observe',
      [{ ...FREE, enforce: false }],
    ],
    [
      'token limits of tier "free": got two limits for one window, expected at most one',
      [{ tier: 'free', limits: [TokenLimit.perDay(1), TokenLimit.perDay(2)] }],
    ],
  ])('throws: %s', (message, tiers) => {
    expect(() => policyOf(tiers)).toThrow(message);
  });
});
