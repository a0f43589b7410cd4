import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkConfiguration } from '../../src';
import { formatProblem } from '../../src/config/problem';
import { readConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { temporaryFolder } from '../support/folder';

/** What the file of Qwen2.5-7B has, as far as it counts. */
const CONFIG = {
  model_type: 'qwen2',
  num_hidden_layers: 28,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  hidden_size: 3584,
  intermediate_size: 18_944,
  vocab_size: 152_064,
  max_position_embeddings: 32_768,
  use_sliding_window: false,
  sliding_window: 131_072,
};

const MODEL = 'name: own, source: hf://a/b, accelerator: nvidia-l40s';

const folder = temporaryFolder();

function read(files: Readonly<Record<string, string>>) {
  mkdirSync(join(folder, 'base/weights'), { recursive: true });
  writeFileSync(join(folder, 'base/weights/config.json'), JSON.stringify(CONFIG));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  return readConfiguration(join(folder, 'maas.yaml'));
}

test('figures and size take the place of the file, relative to what names it', () => {
  const { models } = read({
    'maas.yaml': `extends: base/base.yaml\nmodels: [{ name: own, maxModelLength: 4096 }]\n`,
    'base/base.yaml': `models: [{ ${MODEL}, configFile: weights/config.json }]\n`,
  });
  expect(models).toEqual([
    {
      name: 'own',
      source: 'hf://a/b',
      accelerator: 'nvidia-l40s',
      maxModelLength: 4096,
      parameters: '7615.2832M',
      architecture: {
        layers: 28,
        attentionHeads: 28,
        keyValueHeads: 4,
        headSize: 128,
        hiddenSize: 3584,
        intermediateSize: 18_944,
        vocabularySize: 152_064,
        maxModelLength: 32_768,
      },
    },
  ]);
});

test('a size that is written counts', () => {
  const props = read({
    'maas.yaml': `models: [{ ${MODEL}, parameters: 7.6B, configFile: base/weights/config.json }]\n`,
  });
  expect(resolveSettings(props).models[0]?.figures?.parameters).toBe(7.6e9);
});

test('what code gives is never read', () => {
  const models = [{ name: 'own', source: 'hf://a/b', accelerator: 'nvidia', configFile: '/etc/passwd' }];
  expect(checkConfiguration({ models }).map(formatProblem)).toEqual([
    'models[0].configFile: got a file, expected `architecture`: only maas.yaml names files; write what the file says',
  ]);
});

test.each<[string, object, object | undefined]>([
  ['the catalog', { name: 'qwen3' }, { parameters: 596_049_920, layers: 28 }],
  ['the catalog for the same weights elsewhere', { name: 'qwen3', source: 's3://models/qwen3' }, { layers: 28 }],
  ['the catalog for another revision', { name: 'qwen3', source: 'hf://Qwen/Qwen3-0.6B:v1' }, { layers: 28 }],
  ['nothing for other weights under its name', { name: 'qwen3', source: 'hf://Qwen/Qwen3-8B' }, undefined],
  ['what is written over the catalog', { name: 'qwen3', architecture: { layers: 30 } }, { layers: 30, headSize: 128 }],
  ['the catalog with a round size', { name: 'llama-3-1-8b', parameters: '8B' }, { parameters: 8e9, layers: 32 }],
  ['nothing for an own model', { name: 'own', source: 'hf://a/b' }, undefined],
  ['nothing for the simulator', { name: 'qwen3', runtime: 'simulator' }, undefined],
])('figures: %s', (_, model, expected) => {
  const { models } = resolveSettings({ models: [model as { name: string }] });
  const figures = models[0]?.figures;
  expect(figures).toEqual(expected === undefined ? undefined : expect.objectContaining(expected));
});

describe('of another model under a name of the catalog', () => {
  const ELSEWHERE = { name: 'gpt-oss-20b', source: 's3://b/llama-8b' };

  test.each<[string, object, object]>([
    ['another size is all that is known', { parameters: '8.03B' }, { parameters: 8.03e9 }],
    [
      'a size with figures is all of them',
      { parameters: '20.9B', architecture: { layers: 32 } },
      { parameters: 20.9e9, layers: 32 },
    ],
  ])('%s', (_, said, expected) => {
    expect(resolveSettings({ models: [{ ...ELSEWHERE, ...said }] }).models[0]?.figures).toEqual(expected);
  });

  test('another size has no licence of the catalog', () => {
    const licences = [{}, { parameters: '21B' }, { parameters: '8B' }].map(
      (said) => resolveSettings({ models: [{ ...ELSEWHERE, ...said }] }).models[0]?.licence,
    );
    expect(licences).toEqual(['Apache-2.0', 'Apache-2.0', undefined]);
  });

  test('a file says all of it', () => {
    const props = read({
      'maas.yaml': `models: [{ name: gpt-oss-20b, source: 's3://b/qwen', configFile: base/weights/config.json }]\n`,
    });
    const { figures, licence, maxModelLength } = resolveSettings(props).models[0] ?? {};
    expect(figures).toMatchObject({ layers: 28, parameters: 7_615_283_200 });
    expect(Object.keys(figures ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/slidingWindow|expertsPerToken|weightBits|quantization/)]),
    );
    expect(licence).toBeUndefined();
    // The catalog serves 131,072, which this one has not.
    expect(maxModelLength).toBe(32_768);
  });
});

test('how weights are quantized is read, too', () => {
  const file = JSON.stringify({ ...CONFIG, quantization_config: { quant_method: 'modelopt', quant_algo: 'NVFP4' } });
  const { models = [] } = read({ 'maas.yaml': `models: [{ ${MODEL}, configFile: a.json }]\n`, 'a.json': file });
  expect(models[0]?.architecture).toMatchObject({ quantization: 'modelopt_fp4', weightBits: 4.5 });
});
