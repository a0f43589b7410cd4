import { Accelerator } from '../../src/models/accelerator';
import { checkMemory, type MemoryQuestion } from '../../src/models/memory-check';
import { suggestFits } from '../../src/models/memory-suggestions';
import { parseParameters, type ModelFigures } from '../../src/models/model-architecture';
import { GIBIBYTE, longestContext, planMemory, sequenceBytes } from '../../src/models/vllm-memory';
import type { Serving } from '../../src/models/vllm-serving';

const SERVING: Serving = {
  tensorParallelSize: 1,
  gpuMemoryUtilization: 0.5,
  maxNumSeqs: 4,
  maxNumBatchedTokens: 100,
  bytes: 2,
  cacheBytes: 2,
};

/** Small numbers, so that every sum is done by hand. */
const FIGURES: ModelFigures = {
  parameters: 1000,
  layers: 2,
  attentionHeads: 4,
  keyValueHeads: 2,
  headSize: 8,
  hiddenSize: 10,
  intermediateSize: 20,
  vocabularySize: 5,
  maxModelLength: 160,
};

const L4 = Accelerator.nvidia('l4');

function plan(figures: Partial<ModelFigures> = {}, serving: Partial<Serving> = {}, accelerator = L4) {
  return planMemory({ ...FIGURES, ...figures }, { ...SERVING, ...serving }, accelerator, 4 * GIBIBYTE);
}

describe('planMemory', () => {
  test('adds up to the part of the memory', () => {
    const { memory, budget, weights, activations, libraries, cache } = plan();
    expect([memory, budget]).toEqual([4 * GIBIBYTE, 2 * GIBIBYTE]);
    expect(weights + activations + libraries + cache).toBe(budget);
  });

  test.each<[string, Partial<ModelFigures>, Partial<Serving>, number]>([
    ['two bytes a parameter', {}, {}, 2000],
    ['four with float32', {}, { bytes: 4 }, 4000],
    ['one of quantized ones, embeddings two', {}, { weightBits: 8 }, 100 * 2 + 900],
    ['the bits that the model is published with', { weightBits: 4 }, {}, 100 * 2 + 450],
    ['the parameters that stay as they are', { weightBits: 4, unquantizedBillions: 4e-7 }, {}, 400 * 2 + 300],
    ['a part on each GPU', {}, { tensorParallelSize: 4 }, 500],
    ['all quantized where the embeddings are not known', { vocabularySize: undefined, weightBits: 8 }, {}, 1000],
  ])('weights: %s', (_, figures, serving, expected) => {
    expect(plan(figures, serving).weights).toBe(expected);
  });

  test.each<[string, Partial<ModelFigures>, Partial<Serving>, number]>([
    ['a layer of all tokens', {}, {}, 100 * (60 + 40) * 2],
    ['several experts', { expertsPerToken: 3 }, {}, 100 * (180 + 40) * 2],
    ['a part of the layer on each GPU', {}, { tensorParallelSize: 2 }, 100 * (30 + 40) * 2],
    ['the logits of all sequences', { vocabularySize: 5000 }, {}, 4 * 5000 * 16],
    ['no more sequences than tokens', { vocabularySize: 5000 }, { maxNumSeqs: 1000 }, 100 * 5000 * 16],
    ['no logits of an encoder', { vocabularySize: 5000, keyValueHeads: 0 }, {}, 20_000],
    ['a GiB where the figures are not known', { hiddenSize: undefined }, {}, GIBIBYTE],
  ])('activations: %s', (_, figures, serving, expected) => {
    expect(plan(figures, serving).activations).toBe(expected);
  });

  test('libraries: more on several GPUs, and most where they multicast', () => {
    const of = (tensorParallelSize: number, name: string) =>
      plan({}, { tensorParallelSize }, Accelerator.fromName(name)).libraries / GIBIBYTE;
    expect([of(1, 'nvidia-l4'), of(2, 'nvidia-l4'), of(1, 'nvidia-h100'), of(2, 'nvidia-h100')]).toEqual([
      0.25, 0.4, 0.25, 2.15,
    ]);
  });

  test.each<[string, Partial<ModelFigures>, Partial<Serving>, number | undefined]>([
    ['keys and values of all layers', {}, {}, 2 * 2 * 8 * 2 * 2 * 160],
    ['a byte each with an FP8 cache', {}, { cacheBytes: 1 }, 2 * 2 * 8 * 2 * 160],
    ['heads split over GPUs', {}, { tensorParallelSize: 2 }, 2 * 1 * 8 * 2 * 2 * 160],
    ['no less than a head on each', {}, { tensorParallelSize: 4 }, 2 * 1 * 8 * 2 * 2 * 160],
    ['whole blocks of 16 tokens', {}, { maxModelLength: 150 }, 2 * 2 * 8 * 2 * 2 * 160],
    [
      'a window, what is computed at once, and a block',
      { slidingWindow: 13, slidingLayers: 1 },
      {},
      2 * 2 * 8 * 2 * (160 + 112 + 16),
    ],
    ['no more than the context in the window', { slidingWindow: 5000, slidingLayers: 2 }, {}, 2 * 2 * 8 * 2 * 2 * 176],
    ['none of an encoder', { keyValueHeads: 0 }, {}, 0],
    ['unknown without figures', { headSize: undefined }, {}, undefined],
    ['unknown without a context', { maxModelLength: undefined }, {}, undefined],
    ['unknown for what fits', {}, { maxModelLength: 'auto' }, undefined],
  ])('a sequence: %s', (_, figures, serving, expected) => {
    expect(plan(figures, serving).sequence).toBe(expected);
  });
});

test('the longest context is the last whole block that fits', () => {
  const serving = { ...SERVING, gpuMemoryUtilization: 0.5 };
  const model = { ...FIGURES, maxModelLength: undefined };
  const some = { ...planMemory(model, serving, L4, 4 * GIBIBYTE), cache: 128 * 100 };
  expect(longestContext(model, serving, some)).toBe(96);
  expect(sequenceBytes(model, serving, 96)).toBeLessThanOrEqual(some.cache);
  expect(sequenceBytes(model, serving, 97)).toBeGreaterThan(some.cache);
  expect(longestContext(model, serving, { ...some, cache: -1 })).toBe(0);
  expect(longestContext({ ...model, maxModelLength: 64 }, serving, some)).toBe(64);
});

describe('checkMemory', () => {
  const LLAMA: ModelFigures = {
    parameters: 8e9,
    layers: 32,
    attentionHeads: 32,
    keyValueHeads: 8,
    headSize: 128,
    maxModelLength: 131_072,
  };
  const question: MemoryQuestion = {
    figures: LLAMA,
    accelerator: L4,
    gpus: 1,
    maxModelLength: 8192,
    arguments: [],
    containerBytes: 0,
  };

  test.each<[string, Partial<MemoryQuestion>, string]>([
    ['no size', { figures: undefined }, 'the size of the model is not known'],
    ['any GPU', { accelerator: Accelerator.nvidia() }, 'the memory of nvidia is not known'],
    ['an odd argument', { arguments: ['-pp=2'] }, '-pp changes it'],
  ])('does not know with %s', (_, change, reason) => {
    expect(checkMemory({ ...question, ...change })).toBe(reason);
  });

  test.each<[string, Partial<MemoryQuestion>, string | undefined]>([
    ['fits', {}, undefined],
    ['a longer context', { maxModelLength: 32_768 }, 'memory'],
    ['larger weights', { figures: { parameters: 9e9 } }, 'memory'],
    ['only the size is known', { figures: { parameters: 8e9 } }, undefined],
    ['no room for CUDA', { arguments: ['--gpu-memory-utilization=0.98'] }, 'utilization'],
    ['room for CUDA', { arguments: ['--gpu-memory-utilization=0.97'] }, undefined],
    [
      'a share that takes too much',
      { accelerator: L4.timeSliced({ replicas: 2 }), arguments: ['--gpu-memory-utilization=0.5'] },
      'utilization',
    ],
    ['a share', { accelerator: L4.timeSliced({ replicas: 2 }) }, 'memory'],
    ['the CPU with enough memory', { accelerator: Accelerator.cpu(), containerBytes: 24 * GIBIBYTE }, undefined],
    ['the CPU with too little', { accelerator: Accelerator.cpu(), containerBytes: 16 * GIBIBYTE }, 'memory'],
    [
      'the CPU with too long a context',
      { accelerator: Accelerator.cpu(), containerBytes: 99 * GIBIBYTE, maxModelLength: 65_536 },
      'memory',
    ],
  ])('%s', (_, change, misfit) => {
    expect(checkMemory({ ...question, ...change })).toMatchObject({ misfit });
  });

  test('suggests each single change that is enough, and nothing where the accelerator has no other', () => {
    const changes = (change: Partial<MemoryQuestion>) =>
      suggestFits({ ...question, ...change }).map((suggestion) => suggestion.change);
    expect(changes({ maxModelLength: 32_768 })).toEqual([
      'maxModelLength: 11264',
      'arguments: [--gpu-memory-utilization=0.95]',
      'arguments: [--quantization=fp8]',
      'gpus: 2',
      'accelerator: nvidia-a100-40gb',
    ]);
    expect(changes({ gpus: 3 })).toEqual(['gpus: 2', 'gpus: 4']);
    expect(changes({ figures: { ...LLAMA, parameters: 400e9 } })).toEqual(['accelerator: nvidia-h200 with gpus: 8']);
    expect(changes({ accelerator: Accelerator.cpu(), containerBytes: 16 * GIBIBYTE })).toContain(
      'resources: { limits: { memory: 22Gi } }',
    );
    expect(changes({ arguments: ['--gpu-memory-utilization=0.98'] })).toContain(
      'arguments: [--gpu-memory-utilization=0.97]',
    );
    expect(changes({ figures: { ...LLAMA, parameters: 4e12 } })).toEqual([]);
    expect(changes({ figures: { parameters: 405e9 }, accelerator: Accelerator.amd('mi300x'), gpus: 2 })).toEqual([
      'gpus: 8',
    ]);
  });

  test('suggests only what somebody labels', () => {
    const changes = suggestFits({ ...question, figures: { ...LLAMA, parameters: 20e9 } }, 'gke');
    expect(changes.map(({ change }) => change)).toContain('accelerator: nvidia-a100-80gb');
  });
});

test.each([
  ['8B', 8e9],
  ['0.6B', 6e8],
  ['596.04992M', 596_049_920],
  ['1T', 1e12],
  ['8', undefined],
  ['8b', undefined],
  ['B', undefined],
])('parseParameters %s', (text, expected) => {
  expect(parseParameters(text)).toBe(expected);
});
