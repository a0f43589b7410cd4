import type { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { celString } from '../cel';
import { gatewayTargetReference, type IMaasGateway } from '../gateway/gateway-reference';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { checkUnique } from './check-unique';
import { formatGatewayApiDuration } from './gateway-api-duration';

/** Requests that a user of one tier may send. */
export interface TierRequestLimit {
  /** Name of the tier. */
  readonly tier: string;
  /** Requests in one window. */
  readonly limit: number;
  /** Length of the window. */
  readonly window: Duration;
}

/** Props of `RequestLimitPolicy`. */
export interface RequestLimitPolicyProps {
  /** Gateway whose requests are counted. */
  readonly gateway: IMaasGateway;

  /** One entry a tier; a tier without one is not limited. */
  readonly limits: TierRequestLimit[];

  /**
   * Name of the RateLimitPolicy.
   * @default gateway-rate-limits
   */
  readonly name?: string;
}

/**
 * How many requests a user may send (kuadrant.io/v1 RateLimitPolicy), counted by Limitador per user.
 *
 * The limits are `overrides`: no policy on a route can replace them.
 *
 * @throws when there is no limit, or two for one tier
 * @see https://docs.kuadrant.io/latest/kuadrant-operator/doc/reference/ratelimitpolicy/
 */
export class RequestLimitPolicy extends Construct {
  constructor(scope: Construct, id: string, props: RequestLimitPolicyProps) {
    super(scope, id);
    if (props.limits.length === 0) {
      throw new Error('a RateLimitPolicy needs a limit: got none, expected one for at least one tier');
    }
    checkUnique(
      'request limits',
      'tier',
      props.limits.map(({ tier }) => tier),
    );
    const limits = props.limits.map(({ tier, limit, window }) => [
      `${tier}-user-requests`,
      {
        rates: [{ limit, window: formatGatewayApiDuration(window) }],
        when: [{ predicate: `auth.identity.tier == ${celString(tier)}` }],
        counters: [{ expression: 'auth.identity.user' }],
      },
    ]);
    new l1.kuadrant.RateLimitPolicy(this, 'Resource', {
      metadata: objectMetadata(props.name ?? 'gateway-rate-limits', { namespace: props.gateway.gatewayNamespace }),
      spec: { targetRef: gatewayTargetReference(props.gateway), overrides: { limits: Object.fromEntries(limits) } },
    });
  }
}
