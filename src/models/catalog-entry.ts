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
