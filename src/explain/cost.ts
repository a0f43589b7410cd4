import { acceleratorOf, priceOf } from '../config/accelerators';
import type { ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import { formatNumber } from './words';

/** What a model costs, in the currency of `accelerators[].pricePerHour`. */
export interface CostExplanation {
  /** Of all replicas, an hour. */
  readonly perHour: { readonly min: number; readonly max: number };
  /** Of a million tokens, with every replica as busy as it was measured; absent where nobody has said how busy. */
  readonly perMillionTokens?: number;
  readonly words: string[];
}

/** What is not known of it, in words. */
export interface UnknownCost {
  readonly words: string[];
}

const SECONDS = 3600;

/** What a model costs an hour, and a million tokens of it; nothing for a model without an accelerator. */
export function explainCost(
  settings: PlatformSettings,
  model: ModelSettings,
): CostExplanation | UnknownCost | undefined {
  const cost = explainHourlyCost(settings, model);
  if (cost === undefined || !('perHour' in cost)) {
    return cost;
  }
  const { perHour, words } = cost;
  const { tokensPerSecond, replicas: { min = 1, max = min } = {} } = model;
  if (tokensPerSecond === undefined) {
    return { perHour, words: [...words, 'a million tokens: say `tokensPerSecond`, as you measure it under your load'] };
  }
  // There may be none at the least.
  const replica = perHour.max / max;
  const perMillionTokens = (replica * 1e6) / (tokensPerSecond * SECONDS);
  const sum = `${rounded(replica)} / (${formatNumber(tokensPerSecond)} a second × ${formatNumber(SECONDS)} seconds)`;
  return { perHour, perMillionTokens, words: [...words, `${rounded(perMillionTokens)} a million tokens: ${sum}`] };
}

/** What a version of a model costs an hour: nobody says how fast a canary is. */
export function explainHourlyCost(
  settings: PlatformSettings,
  model: ModelSettings,
): CostExplanation | UnknownCost | undefined {
  const { accelerator: name, gpus, replicas = {} } = model;
  if (name === undefined) {
    return undefined;
  }
  const price = priceOf(name, settings);
  if (price === undefined) {
    return { words: [`not known: say it with \`pricePerHour\` of an own accelerator, \`{ name: …, like: ${name} }\``] };
  }
  const { sharedBy } = acceleratorOf(name, settings);
  const { min = 1, max = min } = replicas;
  const replica = (price * gpus) / sharedBy;
  const range = (low: number, high: number) => (low === high ? rounded(low) : `${rounded(low)} to ${rounded(high)}`);
  const parts = [
    `${formatNumber(gpus)} × ${rounded(price)}`,
    ...(sharedBy === 1 ? [] : [`/ ${formatNumber(sharedBy)} that share it`]),
  ];
  const words = [
    `${range(min * replica, max * replica)} an hour: ${min === max ? formatNumber(min) : `${formatNumber(min)} to ${formatNumber(max)}`} × ${parts.join(' ')}`,
  ];
  return { perHour: { min: min * replica, max: max * replica }, words };
}

/** Four digits are more than prices are worth. */
function rounded(amount: number): string {
  return formatNumber(Number(amount.toPrecision(4)));
}
