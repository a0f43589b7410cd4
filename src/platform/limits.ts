import type { Chart } from 'cdk8s';
import type { TokenLimitsConfiguration } from '../config/configuration';
import type { PlatformSettings } from '../config/settings';
import { parseGatewayApiDuration } from '../limits/gateway-api-duration';
import { RequestLimitPolicy, type TierRequestLimit } from '../limits/request-limit-policy';
import { TokenLimit } from '../limits/token-limit';
import { TokenLimitFilter } from '../limits/token-limit-filter';
import { hasTokenLimit } from '../limits/token-window';
import { UsageLedger } from '../limits/usage-ledger';
import { filterPlacement, type PlatformContext } from './context';

/** Whether any tier limits tokens. */
export function limitsTokens({ tiers }: PlatformSettings): boolean {
  return tiers.some((tier) => hasTokenLimit(tier.tokens));
}

/** Whether any tier limits requests. */
export function limitsRequests({ tiers }: PlatformSettings): boolean {
  return tiers.some((tier) => tier.requests !== undefined);
}

export function addLimits(chart: Chart, context: PlatformContext): void {
  const { settings, gateway } = context;
  if (limitsTokens(settings)) {
    new TokenLimitFilter(chart, 'token-limit', {
      gateway,
      tiers: settings.tiers.map(({ name, tokens, enforce }) => ({ tier: name, limits: tokenLimits(tokens), enforce })),
      models: settings.models.map(({ host, servedName, tokenWeights }) => ({
        host,
        name: servedName,
        weights: tokenWeights,
      })),
      overshoot: settings.limits.overshoot,
      ledger: settings.observability.ledger,
      userLabel: settings.observability.userLabel,
      ...filterPlacement(context, 'token-rate-limit-filter'),
    });
  }
  if (limitsTokens(settings) && settings.observability.ledger) {
    new UsageLedger(chart, 'usage-ledger', { gateway, ...filterPlacement(context, 'usage-ledger') });
  }
  if (limitsRequests(settings)) {
    new RequestLimitPolicy(chart, 'request-limit', { gateway, limits: requestLimits(settings) });
  }
}

function tokenLimits({ minute, hour, day, month }: TokenLimitsConfiguration = {}): TokenLimit[] {
  return [
    ...(minute === undefined ? [] : [TokenLimit.perMinute(minute)]),
    ...(hour === undefined ? [] : [TokenLimit.perHour(hour)]),
    ...(day === undefined ? [] : [TokenLimit.perDay(day)]),
    ...(month === undefined ? [] : [TokenLimit.perMonth(month)]),
  ];
}

function requestLimits({ tiers }: PlatformSettings): TierRequestLimit[] {
  return tiers.flatMap(({ name, requests }) =>
    requests === undefined
      ? []
      : [{ tier: name, limit: requests.limit, window: parseGatewayApiDuration(requests.window) }],
  );
}
