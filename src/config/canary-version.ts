import { catalogEntry } from '../models/catalog';
import type { CanaryConfiguration, ModelConfiguration } from './configuration';
import type { Draft } from './draft';
import { isSameRepository } from './model-figures';

/** What is said of a model's weights, and would be wrong of others. */
const ABOUT_WEIGHTS: readonly string[] = ['parameters', 'architecture'];

/** What a version has not of its model: another version, and a speed that somebody has measured. */
const NOT_OF_VERSIONS: readonly string[] = ['canary', 'tokensPerSecond'];

/**
 * A model as it is in its canary: what the canary says takes the place of the model's. Weights of another name at Hugging
 * Face have nothing of the model's size: a check with it would say that they fit.
 */
export function canaryVersion<Model extends Draft<ModelConfiguration>>(
  model: Model,
  canary: Draft<CanaryConfiguration>,
): Model {
  const known = model.source ?? catalogEntry(model.name ?? '')?.source;
  const isOther = canary.source !== undefined && !isSameRepository(canary.source, known);
  const inherited = without(model, isOther ? [...NOT_OF_VERSIONS, ...ABOUT_WEIGHTS] : NOT_OF_VERSIONS);
  return { ...inherited, ...without(canary, ['weight']) } as Model;
}

/** What a canary says; a program may write undefined for what it does not say. */
export function saidOf(canary: CanaryConfiguration): CanaryConfiguration {
  return Object.fromEntries(
    Object.entries(canary).filter(([, value]) => value !== undefined),
  ) as unknown as CanaryConfiguration;
}

/** A key that is there and undefined would be one that nobody can use. */
function without(map: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
