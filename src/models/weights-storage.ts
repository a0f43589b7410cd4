import { HUGGING_FACE } from './hugging-face';
import type { ModelCache } from './model-cache';
import type { ModelFigures } from './model-architecture';
import { GIBIBYTE, weightBytes } from './vllm-memory';

/** Where a model's weights come from, what is known of their size, and what keeps them. */
export interface StoredWeights {
  readonly source?: string;
  readonly cache?: ModelCache;
  readonly figures?: ModelFigures;
}

/** Bits of a parameter that is not quantized. */
const FULL_BITS = 16;

/** For what is beside the weights: rounded numbers of parameters, tokenizers, adapters. */
const MARGIN = 1.1;

/** GiB for what vLLM compiles at its start, and for logs. */
const BESIDE_GIBIBYTES = 2;

/** Sources that somebody loads into the pod itself. */
const LOADED = [HUGGING_FACE, 's3://', 'gs://', 'https://'];

/**
 * What a pod's weights take of its node's disk, as a Kubernetes quantity, so that no pod is put on a node without the room.
 * @returns undefined where they are on no disk of the pod (a claim, a cache of nodes, an image), or of unknown size
 */
export function weightsStorage({ source = '', cache = {}, figures }: StoredWeights): string | undefined {
  const isInPod = LOADED.some((scheme) => source.startsWith(scheme));
  if (!isInPod || figures === undefined || cache.existingClaim !== undefined || cache.nodeGroup !== undefined) {
    return undefined;
  }
  const bytes = weightBytes(figures, { bytes: Math.max(FULL_BITS, figures.weightBits ?? 0) / 8 });
  return `${Math.ceil((bytes * MARGIN) / GIBIBYTE) + BESIDE_GIBIBYTES}Gi`;
}
