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
  /** Accelerator profile. */
  readonly accelerator?: string;
  /** CPU and memory of a replica. */
  readonly resources: ModelResources;
  /** Longest context in tokens. */
  readonly maxModelLength?: number;
  /** Arguments that this model needs. */
  readonly arguments?: string[];
}

/** CPU and memory of a vLLM replica for a model of about `size` billion parameters in 16 bit. */
function vllmResources(size: 'small' | 'medium'): ModelResources {
  return size === 'small'
    ? { requests: { cpu: '1', memory: '4Gi' }, limits: { cpu: '4', memory: '8Gi' } }
    : { requests: { cpu: '2', memory: '16Gi' }, limits: { cpu: '8', memory: '32Gi' } };
}

/** Resources of an own model that states none. */
export const DEFAULT_RESOURCES: Readonly<Record<ModelRuntime, ModelResources>> = {
  vllm: vllmResources('medium'),
  simulator: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
};

/** The catalog: the seed's five models under the seed's names. */
export const CATALOG: Readonly<Record<string, CatalogEntry>> = {
  simulator: {
    inferenceService: 'vllm-simulator',
    servedName: 'simulator-model',
    runtime: 'simulator',
    resources: DEFAULT_RESOURCES.simulator,
  },
  qwen3: {
    inferenceService: 'qwen3-0-6b-instruct',
    servedName: 'qwen3-0-6b-instruct',
    runtime: 'vllm',
    source: 'hf://Qwen/Qwen3-0.6B',
    accelerator: 'nvidia',
    resources: vllmResources('small'),
    maxModelLength: 6144,
  },
  granite: {
    inferenceService: 'granite-8b-code-instruct-128k',
    servedName: 'granite-8b-code-instruct-128k',
    runtime: 'vllm',
    source: 'hf://ibm-granite/granite-8b-code-instruct-128k',
    accelerator: 'nvidia',
    resources: vllmResources('medium'),
    maxModelLength: 16384,
  },
  mistral: {
    inferenceService: 'mistral-7b-instruct',
    servedName: 'mistral-7b-instruct',
    runtime: 'vllm',
    source: 'hf://mistralai/Mistral-7B-Instruct-v0.3',
    accelerator: 'nvidia',
    resources: vllmResources('medium'),
    maxModelLength: 16384,
  },
  nomic: {
    inferenceService: 'nomic-embed-text-v1-5',
    servedName: 'nomic-embed-text-v1-5',
    runtime: 'vllm',
    source: 'hf://nomic-ai/nomic-embed-text-v1.5',
    accelerator: 'nvidia',
    resources: vllmResources('small'),
    maxModelLength: 2048,
    arguments: ['--runner=pooling', '--trust-remote-code'],
  },
};

/** The entry of a name; undefined for an own model. */
export function catalogEntry(name: string): CatalogEntry | undefined {
  return Object.hasOwn(CATALOG, name) ? CATALOG[name] : undefined;
}
