import { Duration } from 'cdk8s';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { RequestLimitPolicy, type RequestLimitPolicyProps } from '../../src/limits/request-limit-policy';
import { evaluateCel } from '../support/cel';
import { identify, synthesize } from '../support/synth';

const MINIMAL: RequestLimitPolicyProps = {
  gateway: MaasGateway.fromName('inference-gateway', 'llm'),
  limits: [{ tier: 'free', limit: 5, window: Duration.minutes(2) }],
};

interface Limit {
  readonly when: readonly { readonly predicate: string }[];
  readonly rates: unknown;
  readonly counters: unknown;
}

function policyWith(props: Partial<RequestLimitPolicyProps> = {}) {
  const { manifests, find } = synthesize((chart) => new RequestLimitPolicy(chart, 'policy', { ...MINIMAL, ...props }));
  const { spec } = find('RateLimitPolicy');
  const limits: Readonly<Record<string, Limit>> = spec.overrides.limits;
  const limitsOf = (tier: string) =>
    Object.values(limits).filter(({ when }) =>
      when.every(({ predicate }) => evaluateCel(predicate, { auth: { identity: { user: 'alice', tier } } })),
    );
  return { manifests, spec, limits, limitsOf };
}

describe('RequestLimitPolicy with minimal props', () => {
  const { manifests, spec, limits, limitsOf } = policyWith();

  test("is one RateLimitPolicy under the seed's name on the Gateway", () => {
    expect(manifests.map(identify)).toEqual(['RateLimitPolicy llm/gateway-rate-limits']);
    expect(spec.targetRef).toEqual({ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' });
  });

  test('consists of overrides: no policy on a route can replace it', () => {
    expect(Object.keys(spec).sort()).toEqual(['overrides', 'targetRef']);
    expect(Object.keys(spec.overrides)).toEqual(['limits']);
  });

  test('counts per user', () => {
    expect(limitsOf('free')).toEqual([
      expect.objectContaining({
        rates: [{ limit: 5, window: '2m' }],
        counters: [{ expression: 'auth.identity.user' }],
      }),
    ]);
    expect(Object.keys(limits)).toEqual(['free-user-requests']);
  });

  test('leaves other tiers alone', () => {
    expect(limitsOf('premium')).toEqual([]);
  });
});

describe('RequestLimitPolicy with all props', () => {
  const odd = 'say "hi" || true || \\';
  const { manifests, limitsOf } = policyWith({
    name: 'mine',
    limits: [
      { tier: 'free', limit: 5, window: Duration.seconds(90) },
      { tier: 'premium', limit: 20, window: Duration.days(1) },
      { tier: odd, limit: 7, window: Duration.millis(500) },
    ],
  });

  test('has its name', () => {
    expect(manifests.map(identify)).toEqual(['RateLimitPolicy llm/mine']);
  });

  test.each([
    ['free', 5, '1m30s'],
    ['premium', 20, '24h'],
    [odd, 7, '500ms'],
  ])('gives the tier %s exactly one limit: its own', (tier, limit, window) => {
    expect(limitsOf(tier).map(({ rates }) => rates)).toEqual([[{ limit, window }]]);
  });
});

describe('RequestLimitPolicy fails', () => {
  test.each([
    ['without a limit', [], 'a RateLimitPolicy needs a limit: got none, expected one for at least one tier'],
    [
      'with a tier twice, of which one would be lost',
      [...MINIMAL.limits, { tier: 'free', limit: 6, window: Duration.hours(1) }],
      'request limits: got tier "free" twice, expected each tier once',
    ],
    [
      'with a window that has no length',
      [{ tier: 'free', limit: 5, window: Duration.minutes(0) }],
      'duration: got 0 ms, expected more than nothing and less than 100000 hours',
    ],
  ])('%s', (_, limits, message) => {
    expect(() => policyWith({ limits })).toThrow(new Error(message));
  });
});
