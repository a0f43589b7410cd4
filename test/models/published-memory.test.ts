import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Accelerator } from '../../src/models/accelerator';
import { GIBIBYTE, planMemory } from '../../src/models/vllm-memory';
import { readServing } from '../../src/models/vllm-serving';
import { PUBLISHED, type PublishedMemory } from './published-memory';

const page = readFileSync(join(__dirname, '../../docs/gpu-memory.md'), 'utf8');

/** Weights, cache and tokens as they are computed, in GiB and tokens. */
function compute({ figures, accelerator: name, gpus = 1, memory, arguments: args }: PublishedMemory) {
  const accelerator = Accelerator.fromName(name);
  const serving = readServing({ gpus, arguments: args }, accelerator);
  if (figures === undefined || typeof serving === 'string') {
    throw new Error(`expected figures and arguments that are understood, got ${String(serving)}`);
  }
  const { weights, cache, sequence = 0 } = planMemory(figures, serving, accelerator, memory * GIBIBYTE);
  return {
    weights: weights / GIBIBYTE,
    cache: cache / GIBIBYTE,
    tokens: Math.floor(cache / (sequence / (figures.maxModelLength ?? 1))),
  };
}

function percent(computed: number, published: number): number {
  return 100 * (computed / published - 1);
}

function row(published: PublishedMemory): string {
  const { model, accelerator, gpus = 1, vllm, weights, cache, tokens } = published;
  const computed = compute(published);
  const compared = (mine: number, theirs: number, show: (value: number) => string) =>
    `${show(mine)} / ${show(theirs)} (${percent(mine, theirs) >= 0 ? '+' : '−'}${Math.abs(percent(mine, theirs)).toFixed(1)} %)`;
  const cells = [
    model,
    `${gpus} ${accelerator}`,
    vllm,
    compared(computed.weights, weights, (value) => value.toFixed(2)),
    compared(computed.cache, cache, (value) => value.toFixed(2)),
    tokens === undefined ? '' : compared(computed.tokens, tokens, (value) => value.toLocaleString('en-US')),
    published.note ?? '',
    published.source,
  ];
  return `| ${cells.join(' | ')} |`;
}

test('docs/gpu-memory.md compares what is published with what is computed', () => {
  const table = page.split('\n').filter((line) => /^\| .*nvidia-.* \/ /.test(line));
  expect(table).toEqual(PUBLISHED.map(row));
});

test('there are at least five pairs of model and GPU', () => {
  const pairs = PUBLISHED.map(({ model, accelerator }) => `${model.replace(/,.*/, '')} ${accelerator}`);
  expect(new Set(pairs).size).toBeGreaterThanOrEqual(5);
});

describe.each(PUBLISHED.map((each) => [`${each.model} on ${each.accelerator}`, each] as const))(
  '%s',
  (_, published) => {
    const { weights, cache } = compute(published);

    test('has the weights to two percent', () => {
      expect(Math.abs(percent(weights, published.weights))).toBeLessThan(2);
    });

    test('has the cache to two percent, or it is said why not', () => {
      const difference = Math.abs(percent(cache, published.cache));
      expect(difference < 2 || (published.note !== undefined && difference < 15)).toBe(true);
    });
  },
);
