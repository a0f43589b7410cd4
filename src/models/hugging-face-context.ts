import { isMap } from '../is-map';

/** Keys of the longest context, by which vLLM looks for it; the least counts. */
const LENGTHS = [
  'max_position_embeddings',
  'n_positions',
  'max_seq_len',
  'seq_length',
  'max_sequence_length',
  'max_seq_length',
  'seq_len',
];

/** Kinds of RoPE scaling that `max_position_embeddings` already counts. */
const COUNTED = ['su', 'longrope', 'llama3'];

/** More is none of a model's figures. */
const MOST = 1e8;

/** The first of some keys that is a number, where it is a count. */
export function count(map: Readonly<Record<string, unknown>>, ...keys: string[]): number | undefined {
  const value = keys.map((key) => map[key]).find((each) => typeof each === 'number');
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MOST ? value : undefined;
}

/**
 * The longest context of a model by its `config.json`, in tokens, as vLLM derives it: by the factor of its RoPE scaling.
 * @returns undefined where the file does not say it
 */
export function readContext(decoder: Readonly<Record<string, unknown>>): number | undefined {
  const lengths = LENGTHS.flatMap((key) => count(decoder, key) ?? []);
  const length = count(decoder, 'model_max_length') ?? (lengths.length === 0 ? undefined : Math.min(...lengths));
  const scaling = decoder.rope_scaling ?? decoder.rope_parameters;
  const isGemma3 = typeof decoder.model_type === 'string' && decoder.model_type.includes('gemma3');
  if (length === undefined || !isMap(scaling) || isGemma3) {
    return length;
  }
  const type = scaling.rope_type ?? scaling.type;
  const { factor } = scaling;
  if (COUNTED.includes(String(type)) || typeof factor !== 'number' || !(factor > 0)) {
    return length;
  }
  const original = type === 'yarn' ? (count(scaling, 'original_max_position_embeddings') ?? length) : length;
  const scaled = Math.floor(original * factor);
  return scaled >= 1 && scaled <= MOST ? scaled : length;
}
