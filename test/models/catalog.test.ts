import { FORMATS } from '../../src/config/formats';
import { Accelerator } from '../../src/models/accelerator';
import { CATALOG, DEFAULT_RESOURCES } from '../../src/models/catalog';

test("the catalog has the seed's five models under the seed's names", () => {
  expect(Object.entries(CATALOG).map(([name, { inferenceService }]) => [name, inferenceService])).toEqual([
    ['simulator', 'vllm-simulator'],
    ['qwen3', 'qwen3-0-6b-instruct'],
    ['granite', 'granite-8b-code-instruct-128k'],
    ['mistral', 'mistral-7b-instruct'],
    ['nomic', 'nomic-embed-text-v1-5'],
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
