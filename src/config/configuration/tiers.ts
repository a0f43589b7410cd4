/** A tier of service. */
export interface TierConfiguration {
  /** Name of the tier (DNS label). */
  readonly name: string;
  /**
   * Tokens a user of the tier may consume, over all models (with the engine `tokenRateLimitPolicy` and models by host: of
   * its one model).
   * @default - unlimited
   */
  readonly tokens?: TokenLimitsConfiguration;
  /**
   * Requests a user of the tier may send to each model; to all of them together where they share a route
   * (`gateway.routing: path` with the engine `tokenRateLimitPolicy`).
   * @default - unlimited
   */
  readonly requests?: RequestLimitConfiguration;
  /**
   * Models that the tier may use, by name.
   * @default - all
   */
  readonly models?: string[];
  /**
   * Whether token limits refuse requests; `false` counts and reports only.
   * @default true
   */
  readonly enforce?: boolean;
}

/** Token limits of one user, any subset. Windows are aligned to UTC; those of `tokenRateLimitPolicy` begin with a first request. */
export interface TokenLimitsConfiguration {
  /**
   * Tokens a minute.
   * @default - unlimited
   */
  readonly minute?: number;
  /**
   * Tokens an hour.
   * @default - unlimited
   */
  readonly hour?: number;
  /**
   * Tokens a day.
   * @default - unlimited
   */
  readonly day?: number;
  /**
   * Tokens a calendar month.
   * @default - unlimited
   */
  readonly month?: number;
}

/** A limit on requests (Kuadrant RateLimitPolicy). */
export interface RequestLimitConfiguration {
  /** Requests a user may send in one window. */
  readonly limit: number;
  /** Length of the window as a Gateway API duration, for example `2m` or `1h30m`. */
  readonly window: string;
}
