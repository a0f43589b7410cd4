import { ENTRIES, RESOURCES } from './catalog-entries';
import type { ModelFigures } from './model-architecture';
import type { ModelResources } from './model-size';

/** What serves a model: vLLM, or the simulator that needs no GPU and no weights. */
export type ModelRuntime = 'vllm' | 'simulator';

/** A model that needs only its name in maas.yaml. */
export interface CatalogEntry {
  /** Name of the InferenceService. */
  readonly inferenceService: string;
  /** Model name in requests. */
  readonly servedName: string;
  /** What serves it. */
  readonly runtime: ModelRuntime;
  /** Where the weights come from; none for the simulator. */
  readonly source?: string;
  /** Licence of the weights. */
  readonly licence?: string;
  /** Whether Hugging Face gives the weights only to who has accepted the licence. */
  readonly gated?: boolean;
  /** Accelerator profile. */
  readonly accelerator?: string;
  /** Accelerators of a replica; one where left out. */
  readonly gpus?: number;
  /** CPU and memory of a replica. */
  readonly resources: ModelResources;
  /** Longest context in tokens. */
  readonly maxModelLength?: number;
  /** Arguments that this model needs. */
  readonly arguments?: string[];
  /** Revision of the weights at Hugging Face that the figures are of. */
  readonly figuresRevision?: string;
  /** Its size, and its figures by its `config.json`. */
  readonly figures?: ModelFigures;
}

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
