import { createHash } from 'node:crypto';
import { parseHuggingFace } from '../models/hugging-face';
import { versionsOf, type ModelSettings } from './model-settings';
import type { PlatformSettings } from './settings';

/** Weights that the disks of nodes keep. */
export interface NodeCache {
  /** Name of the LocalModelCache. */
  readonly name: string;
  readonly source: string;
  readonly size: string;
  readonly nodeGroups: string[];
}

/** KServe makes a label of the name: of its InferenceServices, and of the Jobs that load. */
const LONGEST_NAME = 63;

/** What the disks of nodes keep, once for each source: KServe takes a second LocalModelCache of a source for a mistake. */
export function nodeCaches({ name: platform, models }: Pick<PlatformSettings, 'name' | 'models'>): NodeCache[] {
  const caches = new Map<string, NodeCache>();
  for (const model of models.flatMap(versionsOf)) {
    const cache = nodeCacheOf(model, platform);
    if (cache !== undefined) {
      const { nodeGroups = [], ...known } = caches.get(cache.source) ?? {};
      caches.set(cache.source, { ...cache, ...known, nodeGroups: [...new Set([...nodeGroups, ...cache.nodeGroups])] });
    }
  }
  return [...caches.values()];
}

function nodeCacheOf({ source, cache = {} }: ModelSettings, platform: string | undefined): NodeCache | undefined {
  const { nodeGroup, size } = cache;
  return source === undefined || nodeGroup === undefined || size === undefined
    ? undefined
    : { name: nodeCacheName(source, platform), source, size, nodeGroups: [nodeGroup] };
}

/**
 * Name of the LocalModelCache of a source: it follows from nothing else. Its source is immutable, so another one needs another
 * name; and as there may be one of a source only, the name has to stay when another model serves it, as after a canary.
 */
export function nodeCacheName(source: string, platform?: string): string {
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const words = (parseHuggingFace(source)?.name ?? source).replace(/\/+$/, '').split('/').at(-1) ?? '';
  const readable = `${platform ?? ''}-${words}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  const start = readable.slice(0, LONGEST_NAME - hash.length - 1).replace(/-$/, '');
  return start === '' ? hash : `${start}-${hash}`;
}
