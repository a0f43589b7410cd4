import { parseHuggingFace } from './hugging-face';

/** A LoRA adapter that vLLM serves beside its model. */
export interface ModelAdapter {
  /** Model name in requests. */
  readonly name: string;
  /** Repository at Hugging Face: `hf://organization/adapter`. */
  readonly source: string;
}

/** Form of an adapter's source, in words. */
export const ADAPTER_FORM = 'hf://<organization>/<adapter>, of which vLLM loads the main branch';

/** Ranks that vLLM reserves memory for. */
export const ADAPTER_RANKS: readonly number[] = [8, 16, 32, 64, 128, 256, 320, 512];

/**
 * The repository of an adapter.
 * @returns undefined for another place, or with a revision: vLLM has no way to say one
 */
export function adapterRepository(source: string): string | undefined {
  const { name, revision } = parseHuggingFace(source) ?? {};
  return revision === undefined && name?.includes('/') === true ? name : undefined;
}

/**
 * What lets vLLM serve adapters, all of them in one batch.
 *
 * They follow one flag: of two `--lora-modules` vLLM believes the last.
 *
 * @throws when an adapter is not a repository of Hugging Face
 * @see https://docs.vllm.ai/en/latest/features/lora.html
 */
export function adapterArguments(options: {
  readonly adapters?: readonly ModelAdapter[];
  readonly adapterRank?: number;
}): string[] {
  const { adapters = [], adapterRank } = options;
  if (adapters.length === 0) {
    return [];
  }
  return [
    '--enable-lora',
    '--lora-modules',
    ...adapters.map(({ name, source }) => `${name}=${checkedRepository(source)}`),
    `--max-loras=${adapters.length}`,
    ...(adapterRank === undefined ? [] : [`--max-lora-rank=${adapterRank}`]),
  ];
}

function checkedRepository(source: string): string {
  const repository = adapterRepository(source);
  if (repository === undefined) {
    throw new Error(`adapter: got "${source}", expected ${ADAPTER_FORM}`);
  }
  return repository;
}
