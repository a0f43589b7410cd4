import * as fc from 'fast-check';
import { Accelerator } from '../../src/models/accelerator';
import { CATALOG } from '../../src/models/catalog';
import { readConfigFigures } from '../../src/models/hugging-face-config';
import { checkMemory, isFit, type MemoryQuestion } from '../../src/models/memory-check';
import { suggestFits } from '../../src/models/memory-suggestions';
import type { ModelFigures } from '../../src/models/model-architecture';
import { GIBIBYTE, longestContext, planMemory, sequenceBytes } from '../../src/models/vllm-memory';
import { defaultUtilization, type Serving } from '../../src/models/vllm-serving';
import { obstaclesTo } from '../../src/models/vllm-start';

const figures: fc.Arbitrary<ModelFigures> = fc.record({
  parameters: fc.integer({ min: 1e8, max: 4e11 }),
  layers: fc.integer({ min: 1, max: 128 }),
  attentionHeads: fc.constantFrom(7, 16, 28, 32, 40, 64, 96),
  keyValueHeads: fc.constantFrom(1, 2, 4, 7, 8, 10, 16, 32),
  headSize: fc.constantFrom(64, 80, 128, 256),
  hiddenSize: fc.integer({ min: 256, max: 16_384 }),
  intermediateSize: fc.integer({ min: 256, max: 65_536 }),
  vocabularySize: fc.integer({ min: 1000, max: 300_000 }),
  maxModelLength: fc.integer({ min: 1, max: 1_048_576 }),
  weightBits: fc.constantFrom(undefined, 4.25, 8),
  quantization: fc.constantFrom(undefined, 'mxfp4', 'modelopt', 'fp8'),
});

/** Also with layers that slide. */
const anyFigures = fc
  .tuple(figures, fc.option(fc.integer({ min: 16, max: 8192 }), { nil: undefined }), fc.nat({ max: 128 }))
  .map(([each, slidingWindow, slidingLayers]) => ({ ...each, slidingWindow, slidingLayers }));

const serving: fc.Arbitrary<Serving> = fc.record({
  tensorParallelSize: fc.integer({ min: 1, max: 8 }),
  gpuMemoryUtilization: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
  maxNumSeqs: fc.integer({ min: 1, max: 1024 }),
  maxNumBatchedTokens: fc.integer({ min: 16, max: 16_384 }),
  bytes: fc.constantFrom(2, 4),
  cacheBytes: fc.constantFrom(1, 2),
});

const accelerators = [...Accelerator.names, ...Accelerator.migNames].map((name) => Accelerator.fromName(name));
const accelerator = fc.oneof(
  fc.constantFrom(...accelerators),
  fc.integer({ min: 2, max: 8 }).map((replicas) => Accelerator.nvidia('l40s').timeSliced({ replicas })),
);
const memory = fc.integer({ min: 1, max: 400 }).map((gibibytes) => gibibytes * GIBIBYTE);

const question: fc.Arbitrary<MemoryQuestion> = fc.record({
  figures: fc.oneof(anyFigures, fc.constantFrom(...Object.values(CATALOG).flatMap((entry) => entry.figures ?? []))),
  accelerator,
  gpus: fc.integer({ min: 1, max: 8 }),
  maxModelLength: fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined }),
  arguments: fc.subarray([
    '--max-num-seqs=512',
    '--kv-cache-dtype=fp8',
    '--gpu-memory-utilization=0.9',
    '--dtype=half',
  ]),
  containerBytes: memory,
});

/** How many sequences of the whole context fit. */
function sequences(model: ModelFigures, how: Serving, what: Accelerator, bytes: number): number {
  const { cache, sequence = 0 } = planMemory(model, how, what, bytes);
  return cache / sequence;
}

test('a longer context never takes less', () => {
  fc.assert(
    fc.property(anyFigures, serving, fc.nat(1e6), fc.nat(1e6), (model, how, tokens, more) => {
      const [short = 0, long = 0] = [tokens, tokens + more].map((each) => sequenceBytes(model, how, each));
      expect(long).toBeGreaterThanOrEqual(short);
    }),
  );
});

test('with more sequences, or more tokens at once, there is never more cache', () => {
  fc.assert(
    fc.property(anyFigures, serving, accelerator, memory, fc.nat(2000), (model, how, what, bytes, more) => {
      const before = planMemory(model, how, what, bytes).cache;
      const changes = [{ maxNumSeqs: how.maxNumSeqs + more }, { maxNumBatchedTokens: how.maxNumBatchedTokens + more }];
      for (const change of changes) {
        expect(planMemory(model, { ...how, ...change }, what, bytes).cache).toBeLessThanOrEqual(before);
      }
    }),
  );
});

test('on twice the GPUs each has never more weights, nor more cache of a sequence', () => {
  fc.assert(
    fc.property(anyFigures, serving, accelerator, memory, (model, how, what, bytes) => {
      const twice = { ...how, tensorParallelSize: 2 * how.tensorParallelSize };
      const [one, two] = [how, twice].map((each) => planMemory(model, each, what, bytes));
      expect(two?.weights).toBeLessThanOrEqual(one?.weights ?? 0);
      expect(two?.sequence).toBeLessThanOrEqual(one?.sequence ?? 0);
    }),
  );
});

test('on twice the GPUs more sequences fit, unless libraries take what weights leave', () => {
  fc.assert(
    fc.property(anyFigures, serving, memory, (model, how, bytes) => {
      const what = Accelerator.nvidia('l4');
      const several = { ...how, tensorParallelSize: Math.max(2, how.tensorParallelSize) };
      const twice = { ...several, tensorParallelSize: 2 * several.tensorParallelSize };
      fc.pre(sequences(model, several, what, bytes) > 0);
      expect(sequences(model, twice, what, bytes)).toBeGreaterThanOrEqual(sequences(model, several, what, bytes));
    }),
  );
});

test('with more memory, or more of it, more fits', () => {
  fc.assert(
    fc.property(anyFigures, serving, accelerator, memory, memory, (model, how, what, bytes, more) => {
      const before = planMemory(model, how, what, bytes).cache;
      expect(planMemory(model, how, what, bytes + more).cache).toBeGreaterThanOrEqual(before);
      const all = { ...how, gpuMemoryUtilization: 1 };
      expect(planMemory(model, all, what, bytes).cache).toBeGreaterThanOrEqual(before);
    }),
  );
});

test('the longest context fits, and a block more does not', () => {
  fc.assert(
    fc.property(anyFigures, serving, accelerator, memory, (model, how, what, bytes) => {
      const plan = planMemory(model, how, what, bytes);
      const longest = longestContext(model, how, plan);
      fc.pre(longest > 0);
      expect(sequenceBytes(model, how, longest)).toBeLessThanOrEqual(plan.cache);
      const next = longest + 16;
      expect(next > model.maxModelLength! || sequenceBytes(model, how, next)! > plan.cache).toBe(true);
    }),
  );
});

/** What vLLM itself asserts of heads, and refuses of contexts and GPUs. */
function expectStart({ figures: model, gpus, maxModelLength = 0, accelerator: what }: MemoryQuestion): void {
  const { attentionHeads = 0, keyValueHeads = 0, maxModelLength: most = 0, quantization } = model ?? {};
  expect(attentionHeads % gpus).toBe(0);
  expect(keyValueHeads === 0 ? 0 : Math.max(gpus, keyValueHeads) % Math.min(gpus, keyValueHeads)).toBe(0);
  expect(maxModelLength).toBeLessThanOrEqual(most);
  const { computeCapability = 10 } = what;
  expect(computeCapability).toBeGreaterThanOrEqual({ mxfp4: 8, modelopt: 8.9 }[quantization as string] ?? 0);
}

test('of a GPU that is shared, each pod takes some of the memory, and all together no more than there is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 80 }), (replicas) => {
      const part = defaultUtilization(Accelerator.nvidia().timeSliced({ replicas }));
      expect(part).toBeGreaterThan(0);
      expect(part * replicas).toBeLessThanOrEqual(1);
    }),
  );
});

test('whatever is suggested fits, and nothing is suggested that changes nothing', () => {
  let suggested = 0;
  fc.assert(
    fc.property(question, fc.constantFrom('gpuOperator', 'gke', 'karpenter', 'aks'), (asked, nodeLabels) => {
      const answer = checkMemory(asked);
      fc.pre((typeof answer !== 'string' && answer.misfit !== undefined) || obstaclesTo(asked).length > 0);
      for (const suggestion of suggestFits(asked, nodeLabels as 'gke')) {
        suggested += 1;
        expect([suggestion.change, isFit(suggestion.question)]).toEqual([suggestion.change, true]);
        expect(suggestion.question).not.toEqual(asked);
        expectStart(suggestion.question);
      }
    }),
    { numRuns: 500 },
  );
  expect(suggested).toBeGreaterThan(100);
});

/** Keys that are read of a model's file, some of which are no numbers. */
const READ_KEYS = [
  'model_type',
  'text_config',
  'head_dim',
  'layer_types',
  'multi_query',
  'num_experts',
  'num_key_value_heads',
  'quantization_config',
  'rope_scaling',
  'sliding_window',
  'sliding_window_pattern',
  'vocab_size',
];

describe("a model's config.json", () => {
  const config = fc.record({
    model_type: fc.constantFrom('llama', 'falcon', 'llama4_text', undefined),
    num_hidden_layers: fc.constant(12),
    num_attention_heads: fc.constantFrom(8, 32),
    num_key_value_heads: fc.constantFrom(1, 4, 8),
    hidden_size: fc.constantFrom(1024, 4096),
    max_position_embeddings: fc.integer({ min: 1, max: 262_144 }),
    sliding_window: fc.integer({ min: 16, max: 8192 }),
  });
  const kinds = fc.array(fc.constantFrom('full_attention', 'sliding_attention'), { minLength: 12, maxLength: 12 });

  function bytesOf(file: object, how: Serving): number {
    const read = readConfigFigures(file);
    const { architecture = {} } = typeof read === 'string' ? {} : read;
    return sequenceBytes({ ...architecture, parameters: 1 }, how, architecture.maxModelLength ?? NaN) ?? NaN;
  }

  test('that does not say which layers slide never takes less than one that does', () => {
    fc.assert(
      fc.property(config, kinds, serving, (file, layers, how) => {
        // A block more is what a sliding layer may take above a full one.
        const blocks = bytesOf({ ...file, max_position_embeddings: 16, layer_types: undefined }, how);
        expect(bytesOf(file, how) + blocks).toBeGreaterThanOrEqual(bytesOf({ ...file, layer_types: layers }, how));
      }),
    );
  });

  test('of any content is read, or it is said why not', () => {
    const value = fc.oneof(fc.anything(), fc.integer(), fc.record({ factor: fc.double() }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...READ_KEYS), value), config, (odd, file) => {
        const read = readConfigFigures({ ...file, ...odd });
        // What the shape of maas.yaml takes for figures.
        const { maxModelLength = 1, ...others } = typeof read === 'string' ? {} : read.architecture;
        expect(maxModelLength >= 1 && maxModelLength <= 1e8).toBe(true);
        const numbers = Object.values(others).filter((each) => typeof each === 'number');
        expect(numbers.filter((each) => !(each >= 0 && each <= 4e8))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
