import { Construct } from 'constructs';
import { addGatewayHttpFilter, type GatewayFilterProps } from '../gateway/envoy-filter';
import { checkUnique } from './check-unique';
import { tokenLimitHttpFilter, type TokenLimitScriptConfiguration, type TokenOvershoot } from './lua-script';
import type { TokenLimit } from './token-limit';
import type { TokenWeights } from './token-weights';

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

/** A model whose tokens are counted. */
export interface MeteredModel {
  /** Host of the model, in lower case and without a port. */
  readonly host: string;
  /**
   * First segment of its paths where models share the host, for example `/simulator`.
   * @default - every path of the host
   */
  readonly prefix?: string;
  /** Name of the model in metrics and in the usage ledger. */
  readonly name: string;
  /**
   * What its tokens count.
   * @default - 1 each
   */
  readonly weights?: TokenWeights;
}

/** Props of `TokenLimitFilter`. */
export interface TokenLimitFilterProps extends GatewayFilterProps {
  /** Every tier there is: a request of another tier is refused. */
  readonly tiers: TierTokenLimits[];

  /**
   * Models by their hosts.
   * @default - every token counts one, and metrics call every model "other"
   */
  readonly models?: MeteredModel[];

  /**
   * What becomes of tokens beyond a limit. `inflight`: requests that are under way may pass it. `none`: a request
   * reserves its prompt and `max_tokens` before it is forwarded, and is refused where that does not fit.
   * @default inflight
   */
  readonly overshoot?: TokenOvershoot;

  /**
   * Whether a `UsageLedger` wants the figures of every request.
   * @default false
   */
  readonly ledger?: boolean;

  /**
   * Whether the Prometheus counters carry the user: one series a user, tier and model.
   * @default false
   */
  readonly userLabel?: boolean;
}

/**
 * Counts the tokens of every user and refuses who has none left (networking.istio.io/v1alpha3 EnvoyFilter with Envoy's
 * Lua filter, right before the router). Needs Istio 1.30 or newer, and one gateway pod: pods don't share counters.
 *
 * @throws when a tier is named twice, or has two limits for one window
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
 */
export class TokenLimitFilter extends Construct {
  constructor(scope: Construct, id: string, props: TokenLimitFilterProps) {
    super(scope, id);
    addGatewayHttpFilter(this, props, {
      name: 'token-rate-limit-filter',
      position: 'beforeRouter',
      value: tokenLimitHttpFilter(scriptConfiguration(props)),
    });
  }
}

function scriptConfiguration(props: TokenLimitFilterProps): TokenLimitScriptConfiguration {
  const { tiers, models = [], overshoot, ledger, userLabel } = props;
  checkUnique(
    'token limits',
    'tier',
    tiers.map(({ tier }) => tier),
  );
  checkUnique('token limits', 'address', models.map(addressOf));
  return {
    tiers: Object.fromEntries(
      tiers.map(({ tier, limits, enforce }) => [tier, { enforce: enforce ?? true, windows: windowsOf(tier, limits) }]),
    ),
    models: Object.fromEntries(
      models.map((model) => {
        const { name, weights = {} } = model;
        const { prompt = 1, completion = 1 } = weights;
        return [addressOf(model), { name, prompt, completion, cached: weights.cached ?? prompt }];
      }),
    ),
    overshoot,
    ledger,
    userLabel,
  };
}

function addressOf({ host, prefix = '' }: MeteredModel): string {
  return host + prefix;
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
