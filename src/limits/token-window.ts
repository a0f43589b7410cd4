/** A window of a token limit, aligned to UTC. */
export type TokenWindow = 'minute' | 'hour' | 'day' | 'month';

/** Every window, the shortest first. */
export const TOKEN_WINDOWS: readonly TokenWindow[] = ['minute', 'hour', 'day', 'month'];

/** Whether tokens are limited in any window; a map without one (`tokens: {}`) limits nothing. */
export function hasTokenLimit(tokens: { readonly [Window in TokenWindow]?: number } | undefined): boolean {
  return TOKEN_WINDOWS.some((window) => tokens?.[window] !== undefined);
}

/** Lengths in seconds of the windows that have one: months differ. */
export const WINDOW_SECONDS: { readonly [Window in TokenWindow]?: number } = { minute: 60, hour: 3_600, day: 86_400 };
