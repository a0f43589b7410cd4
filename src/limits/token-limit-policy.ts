import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { celString } from '../cel';
import { gatewayTargetReference, type IMaasGateway } from '../gateway/gateway-reference';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { checkUnique } from './check-unique';
import { formatGatewayApiDuration } from './gateway-api-duration';
import type { TierTokenLimits } from './token-limit-filter';
import { WINDOW_SECONDS, type TokenWindow } from './token-window';

/** Props of `TokenLimitPolicy`. */
export interface TokenLimitPolicyProps {
  /** Gateway whose requests are counted. */
  readonly gateway: IMaasGateway;

  /** One entry a tier; a tier without limits, or without an entry, is not limited. */
  readonly tiers: TierTokenLimits[];

  /**
   * Name of the TokenRateLimitPolicy.
   * @default gateway-token-rate-limits
   */
  readonly name?: string;
}

/**
 * How many tokens a user may consume, counted by Limitador per user and HTTPRoute (kuadrant.io/v1alpha1
 * TokenRateLimitPolicy): the engine for several gateway pods.
 *
 * A window begins with the first request that it counts, not with the clock. Only answers with `/usage/total_tokens`
 * are counted; what that leaves out is in docs/token-rate-limit-policy.md.
 *
 * All windows of a tier are rates of one limit: of two limits with the same condition Limitador enforces one only. The
 * limits are `overrides`: no policy on a route can replace them.
 *
 * @throws when no tier has a limit, a tier is named twice, limits months or only observes
 * @see https://docs.kuadrant.io/latest/kuadrant-operator/doc/reference/tokenratelimitpolicy/
 * @see https://github.com/Kuadrant/limitador/issues/513
 */
export class TokenLimitPolicy extends Construct {
  constructor(scope: Construct, id: string, props: TokenLimitPolicyProps) {
    super(scope, id);
    const tiers = props.tiers.filter(({ limits }) => limits.length > 0);
    if (tiers.length === 0) {
      throw new Error('a TokenRateLimitPolicy needs a limit: got none, expected one for at least one tier');
    }
    checkUnique(
      'token limits',
      'tier',
      tiers.map(({ tier }) => tier),
    );
    const limits = tiers.map((tier) => [`${tier.tier}-user-tokens`, limitOf(tier)]);
    new l1.kuadrant.TokenRateLimitPolicy(this, 'Resource', {
      metadata: objectMetadata(props.name ?? 'gateway-token-rate-limits', {
        namespace: props.gateway.gatewayNamespace,
      }),
      spec: { targetRef: gatewayTargetReference(props.gateway), overrides: { limits: Object.fromEntries(limits) } },
    });
  }
}

function limitOf({ tier, limits, enforce }: TierTokenLimits) {
  if (enforce === false) {
    throw new Error(`token limits of tier "${tier}": got enforce false, expected true: Limitador cannot only observe`);
  }
  const windows = limits.map(({ window }) => window);
  if (new Set(windows).size !== windows.length) {
    throw new Error(`token limits of tier "${tier}": got two limits for one window, expected at most one`);
  }
  return {
    rates: limits.map(({ window, tokens }) => ({ limit: tokens, window: durationOf(tier, window) })),
    when: [{ predicate: `auth.identity.tier == ${celString(tier)}` }],
    counters: [{ expression: 'auth.identity.user' }],
  };
}

function durationOf(tier: string, window: TokenWindow): string {
  const seconds = WINDOW_SECONDS[window];
  if (seconds === undefined) {
    throw new Error(
      `token limits of tier "${tier}": got a ${window}, expected minute, hour or day: Limitador has no more`,
    );
  }
  return formatGatewayApiDuration(Duration.seconds(seconds));
}
