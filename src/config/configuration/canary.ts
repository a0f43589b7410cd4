import type { ModelArchitecture } from '../../models/model-architecture';
import type { ModelCache } from '../../models/model-cache';
import type { ModelReplicas, ModelResources } from '../../models/model-size';
import type { AdapterConfiguration } from './adapters';

/**
 * Another version of a model (Gateway API HTTPRoute `backendRefs[].weight`): what is not said here is the model's. It is
 * promoted by its weight; then its values become the model's.
 */
export interface CanaryConfiguration {
  /** How many of 100 requests it gets; with 100 the model's own pods stay for a way back. */
  readonly weight: number;
  /**
   * Where its weights come from.
   * @default - the model's
   */
  readonly source?: string;
  /**
   * Its accelerator.
   * @default - the model's
   */
  readonly accelerator?: string;
  /**
   * Accelerators per replica.
   * @default - the model's
   */
  readonly gpus?: number;
  /**
   * CPU and memory of a replica, in place of the model's.
   * @default - the model's
   */
  readonly resources?: ModelResources;
  /**
   * Number of replicas.
   * @default - the model's
   */
  readonly replicas?: ModelReplicas;
  /**
   * Secret whose key `HF_TOKEN` opens a gated model of Hugging Face.
   * @default - the model's
   */
  readonly huggingFaceTokenSecret?: string;
  /**
   * Where its weights are kept.
   * @default - the model's claim, where it loads weights or adapters from Hugging Face; the model's nodes, unless `source` is another
   */
  readonly cache?: ModelCache;
  /**
   * Longest context in tokens.
   * @default - the model's
   */
  readonly maxModelLength?: number;
  /**
   * LoRA adapters, by the names of the model's: a request for one may go to either version.
   * @default - the model's, unless `source` is another one than a revision of the model's
   */
  readonly adapters?: AdapterConfiguration[];
  /**
   * Highest rank of its adapters.
   * @default - the model's, unless `source` is another one than a revision of the model's
   */
  readonly adapterRank?: number;
  /**
   * Further arguments of the model server, in place of the model's.
   * @default - the model's
   */
  readonly arguments?: string[];
  /**
   * Number of parameters, for example `8B`.
   * @default - the model's, unless `source` is another name at Hugging Face
   */
  readonly parameters?: string;
  /**
   * Figures of the version, in place of the model's.
   * @default - the model's, unless `source` is another name at Hugging Face
   */
  readonly architecture?: ModelArchitecture;
}
