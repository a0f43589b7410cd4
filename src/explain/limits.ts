import { count } from '../config/problem';
import type { TierConfiguration, TokenLimitsConfiguration } from '../config/configuration';
import type { PlatformSettings } from '../config/settings';
import { hasTokenLimit, TOKEN_WINDOWS } from '../limits/token-window';
import { sharesRoute, shortestWindow, usesTokenPolicy } from '../platform/limits';
import { podWords, tokenWords } from './words';

/** What one gateway pod gives of each limit: the limits themselves, unless pods divide them. */
export function tokensPerPod(settings: PlatformSettings, { tokens = {} }: TierConfiguration): TokenLimitsConfiguration {
  const { shares } = settings.limits;
  return Object.fromEntries(
    TOKEN_WINDOWS.flatMap((window) => {
      const limit = tokens[window];
      return limit === undefined ? [] : [[window, Math.floor(limit / shares)]];
    }),
  );
}

/** What the token limits of a tier are counted over. */
export function budgetWords(settings: PlatformSettings): string {
  if (sharesRoute(settings)) {
    return 'one budget a user over all models, which share one HTTPRoute; a window begins with the first request that is counted';
  }
  return usesTokenPolicy(settings)
    ? 'one budget a user; a window begins with the first request that is counted'
    : 'one budget a user over all models; windows of the UTC clock';
}

/** What a request costs of the token limits, and when that is known. */
export function costWords(settings: PlatformSettings, tier: TierConfiguration): string[] {
  if (!hasTokenLimit(tier.tokens)) {
    return ['nothing: the tier has no token limit'];
  }
  if (usesTokenPolicy(settings)) {
    return [
      'the total tokens that its answer reports; an answer that reports none, and a client that leaves early, cost nothing',
    ];
  }
  return settings.limits.overshoot === 'none' && tier.enforce !== false
    ? [
        'reserved before: a token for 4 bytes of the request, and max_tokens (without: 512, or what is left)',
        'charged after: what its answer has used, weighted and rounded up',
      ]
    : ['charged as its answer flows: what that has used, weighted and rounded up'];
}

/** What happens when a limit of a tier is used up. */
export function atLimitWords(settings: PlatformSettings, tier: TierConfiguration): string[] {
  return [...atTokenLimit(settings, tier), ...atRequestLimit(settings, tier)];
}

function atTokenLimit(settings: PlatformSettings, { tokens, enforce }: TierConfiguration): string[] {
  if (!hasTokenLimit(tokens)) {
    return [];
  }
  if (usesTokenPolicy(settings)) {
    return [
      `tokens: 429 with retry-after ${count(shortestWindow(settings), 'second')}, the shortest window of any tier`,
      'the request that passes a limit is served, with all that are under way; the next is refused',
    ];
  }
  if (enforce === false) {
    return ['tokens: nobody is refused, they are counted and reported only (enforce: false)'];
  }
  return [
    'tokens: 429 with retry-after, the seconds until the windows that refuse have ended',
    settings.limits.overshoot === 'none'
      ? 'a request whose reservation does not fit is refused before it is forwarded (overshoot: none)'
      : 'requests that are under way when a limit is reached may pass it (overshoot: inflight)',
  ];
}

function atRequestLimit(settings: PlatformSettings, { requests }: TierConfiguration): string[] {
  if (requests === undefined) {
    return [];
  }
  return usesTokenPolicy(settings)
    ? [`requests: 429 with retry-after ${count(shortestWindow(settings), 'second')}`]
    : ['requests: 429 without retry-after'];
}

/** How exact the limits of a tier are: over gateway pods, restarts, and while what counts is down. */
export function exactnessWords(settings: PlatformSettings, tier: TierConfiguration): string[] {
  const tokens = hasTokenLimit(tier.tokens);
  const byPolicy = usesTokenPolicy(settings);
  const counted = [...(tokens && byPolicy ? ['tokens'] : []), ...(tier.requests === undefined ? [] : ['requests'])];
  return [
    ...(tokens && !byPolicy ? filterExactness(settings, tier) : []),
    ...(counted.length > 0 ? limitadorExactness(settings, counted.join(' and ')) : []),
  ];
}

function filterExactness(settings: PlatformSettings, tier: TierConfiguration): string[] {
  const { shares } = settings.limits;
  const lasting =
    'a restart of the pod begins at zero; so does an update of the gateway for who does not ask within 45 seconds of it';
  if (shares === 1) {
    return ['tokens: counted inside the one gateway pod, where its workers lose none', lasting];
  }
  return [
    `tokens: each of ${podWords(shares)} counts for itself and has its share: ${tokenWords(tokensPerPod(settings, tier))}`,
    `a client that always meets the same pod gets 1/${shares} of a limit, one that meets all of them the whole`,
    lasting,
  ];
}

function limitadorExactness({ limits, gateway }: PlatformSettings, counted: string): string[] {
  const { redis, onFailure } = limits;
  return [
    `${counted}: counted by Limitador, for ${podWords(gateway.replicas)}${gateway.replicas > 1 ? ' together' : ''}`,
    redis === undefined ? 'a restart of Limitador begins at zero (no limits.redis)' : 'kept in Redis over restarts',
    FAILURE_WORDS[onFailure ?? 'unset'],
  ];
}

const FAILURE_WORDS = {
  allow: 'while Limitador is down requests pass (onFailure: allow)',
  deny: 'while Limitador is down requests are refused (onFailure: deny)',
  unset: "while Limitador is down requests pass, unless Kuadrant's operator says otherwise (no onFailure)",
} as const;
