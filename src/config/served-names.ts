import type { ModelSettings } from './model-settings';

/** What requests may call a model: itself, and its adapters. */
export function servedNamesOf({ servedName, adapters }: ModelSettings): string[] {
  return [servedName, ...adapters.map(({ name }) => name)];
}
