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
  ['nothing for an own model', { name: 'own', source: 'hf://a/b' }, undefined],
  ['nothing for the simulator', { name: 'qwen3', runtime: 'simulator' }, undefined],
])('figures: %s', (_, model, expected) => {
  const { models } = resolveSettings({ models: [model as { name: string }] });
  const figures = models[0]?.figures;
  expect(figures).toEqual(expected === undefined ? undefined : expect.objectContaining(expected));
});
