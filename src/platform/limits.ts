import type { Chart } from 'cdk8s';
import type { TokenLimitsConfiguration } from '../config/configuration';
import { addressesOf } from '../config/model-address';
import type { PlatformSettings } from '../config/settings';
import { IMAGES } from '../images';
import { parseGatewayApiDuration } from '../limits/gateway-api-duration';
import { LimitReplyFilter } from '../limits/limit-reply-filter';
import { LimitadorRedis } from '../limits/limitador-redis';
import { LimitadorStorage } from '../limits/limitador-storage';
import { OperatorFailureMode } from '../limits/operator-failure-mode';
import { RequestLimitPolicy, type TierRequestLimit } from '../limits/request-limit-policy';
import { TokenLimit } from '../limits/token-limit';
import { TokenLimitFilter } from '../limits/token-limit-filter';
import { TokenLimitPolicy } from '../limits/token-limit-policy';
import { hasTokenLimit, TOKEN_WINDOWS, WINDOW_SECONDS } from '../limits/token-window';
import { UsageLedger } from '../limits/usage-ledger';
import { filterPlacement, platformImage, type PlatformContext } from './context';

/** Whether any tier limits tokens. */
export function limitsTokens({ tiers }: PlatformSettings): boolean {
  return tiers.some((tier) => hasTokenLimit(tier.tokens));
}

/** Whether Kuadrant's TokenRateLimitPolicy counts tokens, not our filter. */
export function usesTokenPolicy(settings: PlatformSettings): boolean {
  return limitsTokens(settings) && settings.limits.engine === 'tokenRateLimitPolicy';
}

/** Whether all models are rules of one route, because what counts tokens counts them by route. */
export function sharesRoute(settings: PlatformSettings): boolean {
  return usesTokenPolicy(settings) && settings.gateway.routing === 'path';
}

/** Whether any tier limits requests. */
export function limitsRequests({ tiers }: PlatformSettings): boolean {
  return tiers.some((tier) => tier.requests !== undefined);
}

export function addLimits(chart: Chart, context: PlatformContext): void {
  const { settings, gateway } = context;
  const tiers = settings.tiers.map(({ name, tokens, enforce }) => ({
    tier: name,
    limits: tokenLimits(tokens, settings.limits.shares),
    enforce,
  }));
  const usesPolicy = usesTokenPolicy(settings);
  if (usesPolicy) {
    new TokenLimitPolicy(chart, 'token-limit', { gateway, tiers });
    new LimitReplyFilter(chart, 'limit-reply', {
      gateway,
      retryAfterSeconds: shortestWindow(settings),
      ...filterPlacement(context, 'limit-reply-filter'),
    });
  } else if (limitsTokens(settings)) {
    new TokenLimitFilter(chart, 'token-limit', {
      gateway,
      tiers,
      models: settings.models.flatMap((model) =>
        addressesOf(model, settings.gateway).map((address) => ({
          ...address,
          name: model.servedName,
          weights: model.tokenWeights,
        })),
      ),
      overshoot: settings.limits.overshoot,
      ledger: settings.observability.ledger,
      userLabel: settings.observability.userLabel,
      ...filterPlacement(context, 'token-rate-limit-filter'),
    });
    if (settings.observability.ledger) {
      new UsageLedger(chart, 'usage-ledger', { gateway, ...filterPlacement(context, 'usage-ledger') });
    }
  }
  if (limitsRequests(settings)) {
    new RequestLimitPolicy(chart, 'request-limit', { gateway, limits: requestLimits(settings) });
  }
  if (usesPolicy || limitsRequests(settings)) {
    addLimitador(chart, context);
  }
}

/** What Limitador needs wherever it counts, tokens or requests. */
function addLimitador(chart: Chart, context: PlatformContext): void {
  const { kuadrant, limits, networkPolicies, platform } = context.settings;
  const { redis, onFailure } = limits;
  const { namespace } = kuadrant;
  if (redis !== undefined) {
    const urlSecretName =
      redis.urlSecret ??
      new LimitadorRedis(chart, 'limitador-redis', {
        namespace,
        size: redis.size,
        storageClassName: redis.storageClass,
        existingSecretName: redis.existingSecret,
        platform,
        networkPolicy: networkPolicies,
        image: platformImage(context, IMAGES.redis),
      }).secretName;
    new LimitadorStorage(chart, 'limitador-storage', { namespace, urlSecretName });
  }
  if (onFailure !== undefined) {
    new OperatorFailureMode(chart, 'failure-mode', { namespace, mode: onFailure });
  }
}

function tokenLimits({ minute, hour, day, month }: TokenLimitsConfiguration = {}, shares: number): TokenLimit[] {
  const share = (tokens: number) => Math.floor(tokens / shares);
  return [
    ...(minute === undefined ? [] : [TokenLimit.perMinute(share(minute))]),
    ...(hour === undefined ? [] : [TokenLimit.perHour(share(hour))]),
    ...(day === undefined ? [] : [TokenLimit.perDay(share(day))]),
    ...(month === undefined ? [] : [TokenLimit.perMonth(share(month))]),
  ];
}

/** Length in seconds of the shortest window of any limit, of tokens or requests. */
export function shortestWindow(settings: PlatformSettings): number {
  const tokens = settings.tiers.flatMap(({ tokens }) =>
    TOKEN_WINDOWS.flatMap((window) => (tokens?.[window] === undefined ? [] : (WINDOW_SECONDS[window] ?? []))),
  );
  const requests = requestLimits(settings).map(({ window }) => Math.ceil(window.toMilliseconds() / 1_000));
  return Math.min(...tokens, ...requests);
}

function requestLimits({ tiers }: PlatformSettings): TierRequestLimit[] {
  return tiers.flatMap(({ name, requests }) =>
    requests === undefined
      ? []
      : [{ tier: name, limit: requests.limit, window: parseGatewayApiDuration(requests.window) }],
  );
}
