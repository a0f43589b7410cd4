import { MAXIMUM_TOKEN_LIMIT } from './lua-script';
import type { TokenWindow } from './token-window';

/** Tokens that a user may consume in one window. */
export class TokenLimit {
  /** Tokens a minute of the clock. */
  public static perMinute(tokens: number): TokenLimit {
    return new TokenLimit('minute', tokens);
  }

  /** Tokens an hour of the clock. */
  public static perHour(tokens: number): TokenLimit {
    return new TokenLimit('hour', tokens);
  }

  /** Tokens a day, from midnight UTC. */
  public static perDay(tokens: number): TokenLimit {
    return new TokenLimit('day', tokens);
  }

  /** Tokens a calendar month, in UTC. */
  public static perMonth(tokens: number): TokenLimit {
    return new TokenLimit('month', tokens);
  }

  private constructor(
    /** Window that the tokens are counted in. */
    public readonly window: TokenWindow,
    /** Tokens, 1 to 2^35. */
    public readonly tokens: number,
  ) {
    if (!Number.isInteger(tokens) || tokens < 1 || tokens > MAXIMUM_TOKEN_LIMIT) {
      throw new Error(
        `token limit per ${window}: got ${tokens}, expected a whole number from 1 to ${MAXIMUM_TOKEN_LIMIT}`,
      );
    }
  }
}
