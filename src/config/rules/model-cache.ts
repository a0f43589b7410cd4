import type { ModelCache } from '../../models/model-cache';
import { HUGGING_FACE } from '../../models/hugging-face';
import type { Draft } from '../draft';
import { count, quote, showValue, type Finding, type Path } from '../problem';
import { namedModelsOf, runtimeOf, type NamedModel } from './facts';
import { atKey, atValue, isComplete, isUnusable, type Rule } from './rule';
import { volumeSize } from './volume-size';

interface CachedModel extends NamedModel {
  readonly cache: Draft<ModelCache>;
  readonly path: Path;
}

function cachedModelsOf(configuration: Parameters<typeof namedModelsOf>[0]): CachedModel[] {
  return namedModelsOf(configuration).flatMap((model) => {
    const { cache } = model.item;
    return cache === undefined ? [] : [{ ...model, cache, path: ['models', model.index, 'cache'] }];
  });
}

const cachePlace: Rule = {
  id: 'cache-place',
  check: (configuration) =>
    cachedModelsOf(configuration).flatMap(({ cache, path }): Finding[] => {
      const written = (['existingClaim', 'nodeGroup'] as const).filter((key) => Object.hasOwn(cache, key));
      if (written.length === 1 || (written.length === 0 && !isComplete(cache))) {
        return [];
      }
      const fix = written.length === 0 ? 'add one, or remove `cache`' : 'remove one';
      return [atKey(path, written.join(' and ') || 'no place', 'exactly one of existingClaim, nodeGroup', fix)];
    }),
};

/** What belongs to the other place. */
const cacheKeys: Rule = {
  id: 'cache-keys',
  check: (configuration) =>
    cachedModelsOf(configuration).flatMap(({ cache, path }): Finding[] => {
      const { existingClaim, nodeGroup, offline, size } = cache;
      const idle = (key: string, value: unknown, place: string) =>
        atKey([...path, key], showValue(value), `nothing with \`${place}\`: it has no effect`, 'remove it');
      if (existingClaim !== undefined && nodeGroup === undefined) {
        return size === undefined ? [] : [idle('size', size, 'existingClaim')];
      }
      return nodeGroup === undefined || existingClaim !== undefined
        ? []
        : [
            ...(offline === undefined ? [] : [idle('offline', offline, 'nodeGroup')]),
            ...(size === undefined && !isUnusable(cache, 'size')
              ? [atKey(path, 'no size', 'what the weights take on a disk', 'add it, for example `size: 20Gi`')]
              : volumeSize(size, [...path, 'size'], '20Gi')),
          ];
    }),
};

/** KServe names a volume `<cache>-<group>-<namespace>`, in 253 characters, of which the others take 63 at most. */
const LONGEST_GROUP = 253 - 2 * '-'.length - 2 * 63;

const cacheGroup: Rule = {
  id: 'cache-group-name-length',
  check: (configuration) =>
    cachedModelsOf(configuration).flatMap(({ cache: { nodeGroup = '' }, path }): Finding[] => {
      const expected = `at most ${LONGEST_GROUP}, so that KServe's volume <cache>-<group>-<namespace> has at most 253`;
      const fix = 'make the LocalModelNodeGroup anew, with a shorter name';
      return nodeGroup.length <= LONGEST_GROUP
        ? []
        : [atValue([...path, 'nodeGroup'], count(nodeGroup.length, 'character'), expected, fix)];
    }),
};

const cacheSource: Rule = {
  id: 'cache-source',
  check: (configuration) =>
    cachedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, entry, cache, path } = model;
      if (runtimeOf(model) === 'simulator') {
        return [atKey(path, 'a cache', 'none: the simulator loads no model', 'remove it, or write `runtime: vllm`')];
      }
      const source = isUnusable(item, 'source') ? undefined : (item.source ?? entry?.source);
      if (source === undefined || source.startsWith(HUGGING_FACE)) {
        return [];
      }
      if (cache.nodeGroup !== undefined) {
        const expected = 'weights that are loaded: these are in a volume or an image';
        return /^(pvc|oci):/.test(source) ? [atKey(path, quote(source), expected, 'remove it')] : [];
      }
      const loadsAdapters = isUnusable(item, 'adapters') || (item.adapters ?? []).length > 0;
      const expected = 'weights or adapters of Hugging Face, which alone a claim keeps';
      const fix = 'remove it, or write a source that begins with hf://';
      return cache.existingClaim === undefined || loadsAdapters ? [] : [atKey(path, quote(source), expected, fix)];
    }),
};

/** Weights on the disks of nodes, as a model or its canary says it. */
interface KeptWeights {
  /** `model m1`. */
  readonly owner: string;
  readonly source: string;
  readonly size: string;
  readonly path: Path;
}

/** What models and canaries say themselves; a canary that has the cache of its model says the same. */
function keptWeightsOf(configuration: Parameters<typeof namedModelsOf>[0]): KeptWeights[] {
  return namedModelsOf(configuration).flatMap(({ item, entry, name, index }) => {
    const source = isUnusable(item, 'source') ? undefined : (item.source ?? entry?.source);
    const { canary = {} } = item;
    const sourceOfCanary = isUnusable(canary, 'source') ? undefined : (canary.source ?? source);
    const path: Path = ['models', index];
    return [
      ...keptWeights(`model ${name}`, source, item.cache, [...path, 'cache']),
      ...keptWeights(`the canary of model ${name}`, sourceOfCanary, canary.cache, [...path, 'canary', 'cache']),
    ];
  });
}

function keptWeights(
  owner: string,
  source: string | undefined,
  { nodeGroup, size }: Draft<ModelCache> = {},
  path: Path,
): KeptWeights[] {
  return source === undefined || nodeGroup === undefined || size === undefined ? [] : [{ owner, source, size, path }];
}

/** KServe keeps weights once, whoever serves them. */
const cacheSize: Rule = {
  id: 'cache-size',
  check: (configuration) => {
    const first = new Map<string, KeptWeights>();
    return keptWeightsOf(configuration).flatMap((kept): Finding[] => {
      const { owner, size } = first.get(kept.source) ?? kept;
      first.set(kept.source, first.get(kept.source) ?? kept);
      const expected = `${size}, as ${owner} says of the same weights`;
      return size === kept.size
        ? []
        : [atValue([...kept.path, 'size'], quote(kept.size), expected, `write ${size} in both`)];
    });
  },
};

/** Where weights are kept, by each version of a model for itself. */
export const MODEL_CACHE_RULES: readonly Rule[] = [cachePlace, cacheKeys, cacheGroup, cacheSource];

/** What all versions of all models have to agree on about where weights are kept. */
export const SHARED_CACHE_RULES: readonly Rule[] = [cacheSize];
