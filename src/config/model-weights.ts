import type { TokenWeights } from '../limits/token-weights';
import type { ModelConfiguration } from './configuration';

/** What tokens of a model count by kind, with every default filled in. */
export function resolveWeights({
  weight = 1,
  tokenWeights = {},
}: Pick<ModelConfiguration, 'weight' | 'tokenWeights'>): Required<TokenWeights> {
  const { prompt = weight, completion = weight } = tokenWeights;
  return { prompt, completion, cached: tokenWeights.cached ?? prompt };
}
