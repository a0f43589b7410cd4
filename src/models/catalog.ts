import { ENTRIES, RESOURCES } from './catalog-entries';
import type { CatalogEntry, ModelRuntime } from './catalog-entry';
import type { ModelResources } from './model-size';

/** Resources of an own model that states none. */
export const DEFAULT_RESOURCES: Readonly<Record<ModelRuntime, ModelResources>> = {
  vllm: RESOURCES.medium,
  simulator: RESOURCES.simulator,
};

/** Resources of a model with those of its runtime where it states none. */
export function withDefaults(
  { requests, limits }: ModelResources = {},
  runtime: ModelRuntime,
): Required<ModelResources> {
  const defaults = DEFAULT_RESOURCES[runtime];
  return { requests: { ...defaults.requests, ...requests }, limits: { ...defaults.limits, ...limits } };
}

/** The catalog. */
export const CATALOG: Readonly<Record<string, CatalogEntry>> = ENTRIES;

/** The entry of a name; undefined for an own model. */
export function catalogEntry(name: string): CatalogEntry | undefined {
  return Object.hasOwn(CATALOG, name) ? CATALOG[name] : undefined;
}
