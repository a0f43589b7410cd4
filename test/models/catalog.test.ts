import { FORMATS } from '../../src/config/formats';
import { Accelerator } from '../../src/models/accelerator';
import { checkMemory } from '../../src/models/memory-check';
import { CATALOG, DEFAULT_RESOURCES } from '../../src/models/catalog';

test("the catalog has the seed's five models under the seed's names, and six more", () => {
  expect(Object.entries(CATALOG).map(([name, { inferenceService }]) => [name, inferenceService])).toEqual([
    ['simulator', 'vllm-simulator'],
    ['qwen3', 'qwen3-0-6b-instruct'],
    ['granite', 'granite-8b-code-instruct-128k'],
    ['mistral', 'mistral-7b-instruct'],
    ['nomic', 'nomic-embed-text-v1-5'],
    ['llama-3-1-8b', 'llama-3-1-8b-instruct'],
    ['llama-3-3-70b', 'llama-3-3-70b-instruct'],
    ['qwen3-32b', 'qwen3-32b'],
    ['gpt-oss-20b', 'gpt-oss-20b'],
    ['phi-4', 'phi-4'],
    ['bge-m3', 'bge-m3'],
  ]);
});

describe.each(Object.entries(CATALOG))('the entry %s', (_, entry) => {
  test('has names that Kubernetes takes', () => {
    expect(entry.inferenceService).toMatch(FORMATS.serviceName.pattern);
    expect(`${entry.inferenceService}-predictor`).toMatch(FORMATS.serviceName.pattern);
    expect(entry.servedName).not.toBe('');
  });

  test('needs nothing else in maas.yaml', () => {
    const needs = { source: expect.stringMatching(FORMATS.source.pattern), accelerator: expect.any(String) };
    expect(entry).toMatchObject(entry.runtime === 'vllm' ? needs : {});
    if (entry.accelerator !== undefined) {
      expect(Accelerator.names).toContain(entry.accelerator);
    }
  });
});

const MODELS = Object.entries(CATALOG).filter(([, { runtime }]) => runtime === 'vllm');

/** Models whose last layer is their embedding. */
const TIED = ['qwen3', 'granite', 'nomic', 'bge-m3'];

describe.each(MODELS)('the figures of %s', (name, entry) => {
  const { figures, figuresRevision, licence, gated, gpus = 1, maxModelLength, accelerator = '' } = entry;

  test('are whole, with a licence', () => {
    expect(figures).toEqual(
      expect.objectContaining({
        parameters: expect.any(Number),
        dtype: expect.stringMatching(/^(bfloat16|float16|float32)$/),
        layers: expect.any(Number),
        attentionHeads: expect.any(Number),
        keyValueHeads: expect.any(Number),
        headSize: expect.any(Number),
        hiddenSize: expect.any(Number),
        intermediateSize: expect.any(Number),
        vocabularySize: expect.any(Number),
      }),
    );
    expect(licence).toEqual(expect.any(String));
    expect(figuresRevision).toMatch(/^[0-9a-f]{40}$/);
    expect(gated ?? false).toBe(/^Llama/.test(licence ?? ''));
  });

  test('allow the context that is served, and the GPUs', () => {
    expect(maxModelLength).toBeLessThanOrEqual(figures?.maxModelLength ?? 0);
    expect((figures?.attentionHeads ?? 0) % gpus).toBe(0);
  });

  test('fit the accelerator, as far as it is one', () => {
    const question = {
      figures,
      gpus,
      maxModelLength,
      accelerator: Accelerator.fromName(accelerator),
      arguments: entry.arguments ?? [],
      containerBytes: 0,
    };
    const answer = checkMemory(question);
    expect(answer).toEqual(
      accelerator === 'nvidia' ? 'the memory of nvidia is not known' : expect.objectContaining({ misfit: undefined }),
    );
  });

  // Embeddings, attention, two or three matrices of each feed-forward layer; what is left out is small.
  test('come to the number of parameters', () => {
    const { layers = 0, attentionHeads = 0, keyValueHeads = 0, headSize = 0, hiddenSize = 0 } = figures ?? {};
    const { intermediateSize = 0, vocabularySize = 0, parameters = 0, expertsPerToken } = figures ?? {};
    const experts = expertsPerToken === undefined ? 1 : 32;
    const attention = hiddenSize * headSize * (2 * attentionHeads + 2 * (keyValueHeads || attentionHeads));
    const matrices = name === 'bge-m3' ? 2 : 3;
    const feedForward = matrices * hiddenSize * intermediateSize * experts;
    const embeddings = hiddenSize * vocabularySize * (TIED.includes(name) ? 1 : 2);
    const deviation = Math.abs((embeddings + layers * (attention + feedForward)) / parameters - 1);
    expect(deviation).toBeLessThan(keyValueHeads === 0 ? 0.02 : 0.002);
  });
});

test('clients get what a Qwen3 thinks apart from its answer', () => {
  const thinking = MODELS.filter(([, { source }]) => source?.startsWith('hf://Qwen/Qwen3'));
  expect(thinking.map(([name, entry]) => [name, entry.arguments])).toEqual([
    ['qwen3', expect.arrayContaining(['--reasoning-parser=qwen3'])],
    ['qwen3-32b', expect.arrayContaining(['--reasoning-parser=qwen3'])],
  ]);
});

describe.each([
  ...Object.entries(CATALOG),
  ...Object.entries(DEFAULT_RESOURCES).map(([name, resources]) => [name, { resources }] as const),
])('the resources of %s', (_, { resources }) => {
  test('are quantities, no request above its limit', () => {
    for (const name of ['cpu', 'memory'] as const) {
      const [request, limit] = [resources.requests?.[name] ?? '', resources.limits?.[name] ?? ''];
      expect([request, limit]).toEqual([
        expect.stringMatching(FORMATS.quantity.pattern),
        expect.stringMatching(FORMATS.quantity.pattern),
      ]);
      expect(amount(request)).toBeLessThanOrEqual(amount(limit));
    }
  });
});

function amount(quantity: string): number {
  const units: Readonly<Record<string, number>> = { m: 0.001, '': 1, Mi: 2 ** 20, Gi: 2 ** 30 };
  const [, number = '', unit = ''] = /^([0-9.]+)(.*)$/.exec(quantity) ?? [];
  return Number(number) * (units[unit] ?? NaN);
}
