import type { Accelerator } from './accelerator';
import type { ModelFigures, WeightType } from './model-architecture';
import { SCALED_BITS } from './quantization';

/** What the ServingRuntime says to vLLM, unless a model's arguments say otherwise. */
export const RUNTIME_DEFAULTS = {
  gpuMemoryUtilization: 0.8,
  maxNumSeqs: 32,
} as const;

/** Where a model may set what concerns its memory. */
export interface ServingOptions {
  /** Accelerators of a replica. */
  readonly gpus: number;
  /** Longest context in tokens; undefined: the model's. */
  readonly maxModelLength?: number;
  /** Arguments of the model server, as the model has them. */
  readonly arguments: readonly string[];
  /** What is known of its weights; undefined where nothing is. */
  readonly figures?: Pick<ModelFigures, 'dtype'>;
}

/** What decides how much memory vLLM takes. */
export interface Serving {
  readonly tensorParallelSize: number;
  /** Part of the memory that vLLM takes. */
  readonly gpuMemoryUtilization: number;
  /** Sequences that run at once. */
  readonly maxNumSeqs: number;
  /** Tokens that are computed at once. */
  readonly maxNumBatchedTokens: number;
  /** Longest context in tokens; undefined: the model's; `auto`: what fits. */
  readonly maxModelLength?: number | 'auto';
  /** Bytes of a weight that is not quantized, and of an activation. */
  readonly bytes: number;
  /** Bytes of a number in the KV cache. */
  readonly cacheBytes: number;
  /** Bits of a quantized weight; undefined: as the model is published. */
  readonly weightBits?: number;
}

/** Arguments that may make vLLM take less in a way that is not computed here; what only adds to it is left out of the sum. */
const NOT_COMPUTED = [
  '--pipeline-parallel-size',
  '-pp',
  '--data-parallel-size',
  '-dp',
  '--decode-context-parallel-size',
  '-dcp',
  '--cpu-offload-gb',
  '--kv-cache-memory-bytes',
  '--kv-cache-memory',
  '--num-gpu-blocks-override',
  '--hf-overrides',
  '--config',
];

/** Bytes of a number, by the names of vLLM: all that its `--dtype` takes. */
export const DTYPES: Readonly<Record<string, number>> = {
  auto: 2,
  half: 2,
  float16: 2,
  bfloat16: 2,
  float: 4,
  float32: 4,
};

const CACHE_DTYPES: Readonly<Record<string, number>> = { bfloat16: 2, float16: 2, fp8: 1, fp8_e4m3: 1, fp8_e5m2: 1 };

const QUANTIZED_BITS: Readonly<Record<string, number>> = {
  fp8: 8,
  awq: SCALED_BITS,
  awq_marlin: SCALED_BITS,
  gptq: SCALED_BITS,
  gptq_marlin: SCALED_BITS,
  mxfp4: SCALED_BITS,
};

/** Methods of which only the model's own figures tell the bits. */
const UNTOLD_QUANTIZATIONS = ['compressed-tensors', 'modelopt', 'modelopt_fp4', 'bitsandbytes', 'gguf'];

/**
 * Reads what concerns memory out of a model's arguments, as vLLM does: the last of several counts, and `_` is `-`.
 * @returns why it cannot be computed, where an argument has a value that is not understood, or is not computed here
 */
export function readServing(options: ServingOptions, accelerator: Accelerator): Serving | string {
  const values = valuesOf(options.arguments);
  const odd = NOT_COMPUTED.find((flag) => values.has(flag));
  if (odd !== undefined) {
    return `${odd} changes it`;
  }
  const bytes = typeBytes(text(values, ['--dtype']) ?? 'auto', options);
  const cacheDtype = text(values, ['--kv-cache-dtype']) ?? 'auto';
  const found = {
    '--tensor-parallel-size': count(values, ['--tensor-parallel-size', '-tp'], options.gpus),
    '--gpu-memory-utilization': fraction(values, defaultUtilization(accelerator)),
    '--max-num-seqs': count(values, ['--max-num-seqs'], RUNTIME_DEFAULTS.maxNumSeqs),
    '--max-num-batched-tokens': count(values, ['--max-num-batched-tokens'], accelerator.hasLargeBatches ? 8192 : 2048),
    '--max-model-len': length(values, options.maxModelLength),
    '--dtype': bytes,
    '--kv-cache-dtype': cacheDtype === 'auto' ? bytes : of(CACHE_DTYPES, cacheDtype),
    '--quantization': quantizedBits(text(values, ['--quantization', '-q'])),
  };
  if (!isUnderstood(found)) {
    const [unread = ''] = Object.entries(found).find(([, value]) => value === undefined) ?? [];
    return `the value of ${unread} is not understood`;
  }
  return {
    tensorParallelSize: found['--tensor-parallel-size'],
    gpuMemoryUtilization: found['--gpu-memory-utilization'],
    maxNumSeqs: found['--max-num-seqs'],
    maxNumBatchedTokens: found['--max-num-batched-tokens'],
    maxModelLength: unlessModel(found['--max-model-len']),
    bytes: found['--dtype'],
    cacheBytes: found['--kv-cache-dtype'],
    weightBits: unlessModel(found['--quantization']),
  };
}

/** Whether no value of an argument is undefined, as is what nobody understands. */
function isUnderstood<Found extends object>(
  found: Found,
): found is Found & { readonly [Flag in keyof Found]: Exclude<Found[Flag], undefined> } {
  return !Object.values(found).includes(undefined);
}

/** What an argument says, where it does not leave that to the model. */
function unlessModel<Value>(value: Value | 'model'): Value | undefined {
  return value === 'model' ? undefined : value;
}

/** Bytes of a weight that vLLM serves of its own accord, by the type that it is published in: of 32 bit it takes half. */
const SERVED_BYTES: Readonly<Record<WeightType, number>> = { bfloat16: 2, float16: 2, float32: 2 };

function typeBytes(asked: string, { figures }: ServingOptions): number | undefined {
  return asked === 'auto' && figures?.dtype !== undefined ? SERVED_BYTES[figures.dtype] : of(DTYPES, asked);
}

/** Bits of a quantized weight; `model` where only its own figures tell them. */
function quantizedBits(method: string | undefined): number | 'model' | undefined {
  return method === undefined || UNTOLD_QUANTIZATIONS.includes(method) ? 'model' : of(QUANTIZED_BITS, method);
}

/**
 * The part of the memory that vLLM takes unless it is told: of a share only its part, or the second pod on the GPU would
 * find no memory.
 */
export function defaultUtilization({ sharedBy }: Accelerator): number {
  return Math.floor((RUNTIME_DEFAULTS.gpuMemoryUtilization / sharedBy) * 100) / 100;
}

/** The values of flags, the last of several; the empty text for a flag without one. */
function valuesOf(args: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  args.forEach((argument, index) => {
    const [, flag, value] = /^(-[^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (flag !== undefined) {
      const next = args[index + 1];
      const following = next === undefined || next.startsWith('-') ? '' : next;
      values.set(flagName(flag), value ?? following);
    }
  });
  return values;
}

/** The name of a flag as vLLM reads it, which takes `_` for `-`. */
export function flagName(written: string): string {
  return written.startsWith('--') ? written.replaceAll('_', '-') : written;
}

function text(values: ReadonlyMap<string, string>, flags: readonly string[]): string | undefined {
  return flags.map((flag) => values.get(flag)).find((value) => value !== undefined);
}

function of(table: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** vLLM's own way to write numbers: `k` for 1,000, `K` for 1,024, and so on. */
const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, K: 2 ** 10, m: 1e6, M: 2 ** 20 };

function count(values: ReadonlyMap<string, string>, flags: readonly string[], otherwise: number): number | undefined {
  const value = text(values, flags);
  if (value === undefined) {
    return otherwise;
  }
  const [, number = '', suffix = ''] = /^([0-9]+(?:\.[0-9]+)?)([kKmM]?)$/.exec(value) ?? [];
  const result = Math.floor(Number.parseFloat(number) * (SUFFIXES[suffix] ?? 1));
  return Number.isSafeInteger(result) && result > 0 ? result : undefined;
}

function fraction(values: ReadonlyMap<string, string>, otherwise: number): number | undefined {
  const value = values.get('--gpu-memory-utilization');
  if (value === undefined) {
    return otherwise;
  }
  const number = /^[0-9]*\.?[0-9]+$/.test(value) ? Number.parseFloat(value) : Number.NaN;
  return number > 0 && number <= 1 ? number : undefined;
}

function length(
  values: ReadonlyMap<string, string>,
  otherwise: number | undefined,
): number | 'auto' | 'model' | undefined {
  const value = values.get('--max-model-len');
  if (value === 'auto' || value === '-1') {
    return 'auto';
  }
  return value === undefined ? (otherwise ?? 'model') : count(values, ['--max-model-len'], 1);
}

/** What the arguments say by one of some flags; undefined where they say nothing. */
export function argumentOf(options: Pick<ServingOptions, 'arguments'>, ...flags: string[]): string | undefined {
  return text(valuesOf(options.arguments), flags);
}

/** The longest context that is asked for, in tokens; undefined where it is the model's own, or what fits. */
export function askedLength(options: Pick<ServingOptions, 'arguments' | 'maxModelLength'>): number | undefined {
  const asked = length(valuesOf(options.arguments), options.maxModelLength);
  return typeof asked === 'number' ? asked : undefined;
}

/** Whether a model of these arguments embeds texts, and generates none: `--task` is what vLLM had before `--runner`. */
export function isEmbeddingsModel(model: Pick<ServingOptions, 'arguments'>): boolean {
  const values = valuesOf(model.arguments);
  return values.get('--runner') === 'pooling' || ['embed', 'embedding'].includes(values.get('--task') ?? '');
}
