import { catalogEntry } from '../models/catalog';
import type { CanaryConfiguration, ModelConfiguration } from './configuration';
import type { Draft } from './draft';
import { isSameRepository } from './model-figures';
import { HUGGING_FACE, parseHuggingFace } from '../models/hugging-face';

/** What is said of a model's size, and would be wrong of another model. */
const ABOUT_SIZE: readonly string[] = ['parameters', 'architecture'];

/** What is made for a model's weights, and would be wrong of others. */
const ADAPTERS: readonly string[] = ['adapters', 'adapterRank'];

/** What a version has not of its model: another version, and a speed that somebody has measured. */
const NOT_OF_VERSIONS: readonly string[] = ['canary', 'tokensPerSecond'];

/**
 * A model as it is in its canary: what the canary says takes the place of the model's. Weights of another name at Hugging
 * Face have nothing of the model's size: a check with it would say that they fit. Weights from any
 * other place, but a revision of the same name, have none of its adapters: vLLM would start with them and answer nonsense.
 */
export function canaryVersion<Model extends Draft<ModelConfiguration>>(
  model: Model,
  canary: Draft<CanaryConfiguration>,
): Model {
  const known = model.source ?? catalogEntry(model.name ?? '')?.source;
  const isOther = canary.source !== undefined && !isSameRepository(canary.source, known);
  const isCached = [undefined, known].includes(canary.source) || keepsSome(model, canary);
  const inherited = without(model, [
    ...NOT_OF_VERSIONS,
    ...(isOther ? ABOUT_SIZE : []),
    ...(canary.source === undefined || repositoryOf(canary.source) === repositoryOf(known) ? [] : ADAPTERS),
    ...(isCached ? [] : ['cache']),
  ]);
  return { ...inherited, ...without(canary, ['weight']) } as Model;
}

/** The name at Hugging Face without its revision, elsewhere the whole place. */
function repositoryOf(source = ''): string {
  return parseHuggingFace(source)?.name ?? source;
}

/** Whether the model's cache is one for other weights, too: a claim is, of whatever comes from Hugging Face, as adapters do. */
function keepsSome(
  { cache }: Draft<ModelConfiguration>,
  { source = '', adapters = [] }: Draft<CanaryConfiguration>,
): boolean {
  return cache?.existingClaim !== undefined && (source.startsWith(HUGGING_FACE) || adapters.length > 0);
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
