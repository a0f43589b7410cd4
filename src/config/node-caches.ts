import { versionsOf, type ModelSettings } from './model-settings';
import type { PlatformSettings } from './settings';

/** Weights that the disks of nodes keep. */
export interface NodeCache {
  /** The first model that has them. */
  readonly name: string;
  readonly source: string;
  readonly size: string;
  readonly nodeGroups: string[];
}

/** What the disks of nodes keep, once for each source: KServe takes a second LocalModelCache of a source for a mistake. */
export function nodeCaches({ models }: Pick<PlatformSettings, 'models'>): NodeCache[] {
  const caches = new Map<string, NodeCache>();
  for (const model of models.flatMap(versionsOf)) {
    const cache = nodeCacheOf(model);
    if (cache !== undefined) {
      const { nodeGroups = [], ...known } = caches.get(cache.source) ?? {};
      caches.set(cache.source, { ...cache, ...known, nodeGroups: [...new Set([...nodeGroups, ...cache.nodeGroups])] });
    }
  }
  return [...caches.values()];
}

function nodeCacheOf({ inferenceService: name, source, cache = {} }: ModelSettings): NodeCache | undefined {
  const { nodeGroup, size } = cache;
  return source === undefined || nodeGroup === undefined || size === undefined
    ? undefined
    : { name, source, size, nodeGroups: [nodeGroup] };
}
