import type { TierConfiguration } from '../../config/configuration';
import type { ModelSettings } from '../../config/model-settings';
import type { PlatformSettings } from '../../config/settings';
import { parseGatewayApiDuration } from '../../limits/gateway-api-duration';
import { TOKEN_WINDOWS, WINDOW_SECONDS, type TokenWindow } from '../../limits/token-window';

/** Seconds of the longest month. */
const MONTH_SECONDS = 31 * 86_400;

/** A token limit as one gateway pod holds it. */
export interface ExpectedLimit {
  readonly window: TokenWindow;
  readonly tokens: number;
  /** Length of the window, at most. */
  readonly seconds: number;
}

/** What a tier may do, as maas.yaml says. */
export interface TierExpectation {
  readonly name: string;
  readonly limits: readonly ExpectedLimit[];
  /** The limit of a minute over all gateway pods. */
  readonly tokensPerMinute?: number;
  readonly requests?: { readonly limit: number; readonly seconds: number };
  /** Whether token limits refuse. */
  readonly enforced: boolean;
  readonly models: readonly ModelSettings[];
  readonly otherModels: readonly ModelSettings[];
}

/** What to expect of a tier. */
export function expectationOf(settings: PlatformSettings, tier: TierConfiguration): TierExpectation {
  const { name, tokens = {}, requests, models, enforce } = tier;
  const isAllowed = (model: ModelSettings) => models === undefined || models.includes(model.name);
  return {
    name,
    limits: TOKEN_WINDOWS.flatMap((window) => {
      const limit = tokens[window];
      return limit === undefined
        ? []
        : [
            {
              window,
              tokens: Math.floor(limit / settings.limits.shares),
              seconds: WINDOW_SECONDS[window] ?? MONTH_SECONDS,
            },
          ];
    }),
    ...(tokens.minute === undefined ? {} : { tokensPerMinute: tokens.minute }),
    ...(requests === undefined
      ? {}
      : {
          requests: {
            limit: requests.limit,
            seconds: Math.ceil(parseGatewayApiDuration(requests.window).toMilliseconds() / 1000),
          },
        }),
    enforced: enforce !== false,
    models: settings.models.filter(isAllowed),
    otherModels: settings.models.filter((model) => !isAllowed(model)),
  };
}

/** A tier's limits as a title shows them: `200 tokens a minute, 5 requests per 120 s`. */
export function limitWords({ limits, requests, enforced }: TierExpectation): string {
  const words = [
    ...limits.map(
      ({ window, tokens }) => `${tokens.toLocaleString('en-US')} tokens ${window === 'hour' ? 'an' : 'a'} ${window}`,
    ),
    ...(requests === undefined ? [] : [`${requests.limit} requests per ${durationWords(requests.seconds)}`]),
  ];
  if (words.length === 0) return 'no limits';
  return enforced ? words.join(', ') : `${words.join(', ')}, not enforced`;
}

/** `2min`, `90s`. */
export function durationWords(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60}min` : `${seconds}s`;
}
