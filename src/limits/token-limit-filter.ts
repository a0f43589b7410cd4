import { Construct } from 'constructs';
import { firstRepeated } from '../first-repeated';
import { addGatewayHttpFilter } from '../gateway/envoy-filter';
import type { IMaasGateway } from '../gateway/gateway-reference';
import { tokenLimitHttpFilter, type TokenLimitScriptConfiguration } from './lua-script';
import type { TokenLimit } from './token-limit';

/** Tokens that a user of one tier may consume. */
export interface TierTokenLimits {
  /** Name of the tier. */
  readonly tier: string;

  /** At most one limit a window; none: unlimited. */
  readonly limits: TokenLimit[];

  /**
   * Whether the limits refuse requests; `false` counts and reports only.
   * @default true
   */
  readonly enforce?: boolean;
}

/** Props of `TokenLimitFilter`. */
export interface TokenLimitFilterProps {
  /** Gateway whose requests are counted. It must run one pod: counters are not shared between pods. */
  readonly gateway: IMaasGateway;

  /** Every tier there is: a request of another tier is refused. */
  readonly tiers: TierTokenLimits[];

  /**
   * What one token of a model counts, by the model's host.
   * @default - 1 for every host
   */
  readonly weights?: { readonly [host: string]: number };

  /**
   * Namespace of the EnvoyFilter: the Gateway's, or Istio's root namespace.
   * @default - the Gateway's
   */
  readonly namespace?: string;

  /**
   * Name of the EnvoyFilter.
   * @default token-rate-limit-filter
   */
  readonly name?: string;
}

/**
 * Counts the tokens of every user and refuses who has none left (networking.istio.io/v1alpha3 EnvoyFilter with Envoy's
 * Lua filter, right before the router). Needs Istio 1.30 or newer.
 *
 * @throws when a tier is named twice, or has two limits for one window
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
 */
export class TokenLimitFilter extends Construct {
  constructor(scope: Construct, id: string, props: TokenLimitFilterProps) {
    super(scope, id);
    addGatewayHttpFilter(this, 'Resource', props.gateway, props.namespace ?? props.gateway.gatewayNamespace, {
      name: props.name ?? 'token-rate-limit-filter',
      position: 'beforeRouter',
      value: tokenLimitHttpFilter(scriptConfiguration(props)),
    });
  }
}

function scriptConfiguration({ tiers, weights }: TokenLimitFilterProps): TokenLimitScriptConfiguration {
  const twice = firstRepeated(tiers.map(({ tier }) => tier));
  if (twice !== undefined) {
    throw new Error(`token limits: got tier "${twice}" twice, expected each tier once`);
  }
  return {
    tiers: Object.fromEntries(
      tiers.map(({ tier, limits, enforce }) => [tier, { enforce: enforce ?? true, windows: windowsOf(tier, limits) }]),
    ),
    weights,
  };
}

function windowsOf(tier: string, limits: TokenLimit[]): { [window: string]: number } {
  const windows: { [window: string]: number } = {};
  for (const { window, tokens } of limits) {
    if (window in windows) {
      throw new Error(`token limits of tier "${tier}": got two limits per ${window}, expected at most one`);
    }
    windows[window] = tokens;
  }
  return windows;
}
