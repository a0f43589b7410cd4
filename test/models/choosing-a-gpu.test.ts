import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../src/config/problem';
import { parseConfiguration } from '../../src/config/read';
import { Accelerator } from '../../src/models/accelerator';
import { MIG_SLICES, NVIDIA_PROFILES } from '../../src/models/accelerator-profiles';
import { CATALOG } from '../../src/models/catalog';
import { manifestsOf } from '../../src/platform/manifests';

const page = readFileSync(join(__dirname, '../../docs/choosing-a-gpu.md'), 'utf8');

/** The maas.yaml of each block. */
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);

test.each(blocks.map((block) => [block.split('\n').at(-2)?.trim(), block]))('synthesizes … %s', (_, block) => {
  const kinds = manifestsOf(parseConfiguration(block, 'maas.yaml')).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'InferenceService').length).toBeGreaterThan(0);
  expect(kinds).toContain('ServingRuntime');
});

test('shows the message of what is refused', () => {
  const [, refused = '', message] = /```yaml refused\n([\s\S]*?)```\n\n```\n([\s\S]*?)\n```/.exec(page) ?? [];
  expect(() => parseConfiguration(refused, 'maas.yaml')).toThrow(ConfigurationError);
  expect(() => parseConfiguration(refused, 'maas.yaml')).toThrow(`${message}\n1 problem`);
});

test('lists every accelerator with its memory and its labels', () => {
  const rows = page.split('\n').filter((line) => /^\| `(nvidia|amd|intel|cpu)/.test(line));
  expect(rows.map((row) => /`([^`]*)`/.exec(row)?.[1])).toEqual(Accelerator.names);
  for (const row of rows) {
    const [, name = '', memory = '', , gke = '', aws = ''] = row.split('|').map((cell) => cell.trim());
    const accelerator = Accelerator.fromName(name.replaceAll('`', ''));
    const { memoryMebibytes } = accelerator;
    expect([name, memory]).toEqual([
      name,
      memoryMebibytes === undefined ? memory : `${(memoryMebibytes / 1024).toFixed(2)} GiB`,
    ]);
    const labellers = Accelerator.labellersOf(accelerator.name);
    expect([name, gke !== 'none', aws !== 'none']).toEqual([
      name,
      labellers.includes('gke'),
      labellers.includes('karpenter') && labellers.includes('eksAutoMode'),
    ]);
    const labels = ['gke', 'karpenter'].flatMap((nodeLabels) =>
      labellers.includes(nodeLabels as 'gke')
        ? Object.values(Accelerator.fromName(accelerator.name, { nodeLabels: nodeLabels as 'gke' }).nodeSelector)
        : [],
    );
    const shown: readonly string[] = `${gke} ${aws}`.match(/[\w-]+/g) ?? [];
    expect(labels.filter((label) => !shown.includes(label))).toEqual([]);
  }
});

test('lists every slice', () => {
  for (const [product, slices] of Object.entries(MIG_SLICES)) {
    const names = Object.keys(slices).map((slice) => `\`${slice}\``);
    expect(page).toContain(`| \`${product}\` | ${names.join(', ')} |`);
  }
});

test('lists the catalog with its figures', () => {
  const rows = Object.entries(CATALOG).flatMap(([name, entry]) => {
    const { figures, source = '', licence = '', gated, accelerator = '', gpus = 1, maxModelLength = 0 } = entry;
    if (figures === undefined) {
      return [];
    }
    const { parameters, layers, keyValueHeads, headSize, weightBits, maxModelLength: context = 0 } = figures;
    const cells = [
      `\`${name}\``,
      source.replace('hf://', ''),
      parameters.toLocaleString('en-US'),
      String(layers),
      keyValueHeads === 0 ? 'none' : `${keyValueHeads} × ${headSize}`,
      weightBits === undefined ? 'bfloat16 or float16' : 'MXFP4, rest bfloat16',
      `${context.toLocaleString('en-US')} (${maxModelLength.toLocaleString('en-US')})`,
      `${licence}${gated === true ? ', gated' : ''}`,
      gpus === 1 ? `\`${accelerator}\`` : `${gpus} \`${accelerator}\``,
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  const [, table = ''] = /context \(served\).*\n\|---.*\n((?:\|.*\n)*)/.exec(page) ?? [];
  expect(table.trim().split('\n')).toEqual(rows);
});

test('lists the compute capability of every GPU of NVIDIA', () => {
  const products = Object.keys(NVIDIA_PROFILES);
  const rows = page.split('\n').flatMap((line) => /^\| (\d+\.\d) \| (.*) \|$/.exec(line)?.slice(1, 3).join(' ') ?? []);
  const capabilities = products.map((product) => Accelerator.nvidia(product).computeCapability?.toFixed(1) ?? '');
  const grouped = [...new Set(capabilities)]
    .sort((left, right) => Number(left) - Number(right))
    .map((capability) => {
      const names = products.filter((_, index) => capabilities[index] === capability).map((name) => name.split('-')[0]);
      return `${capability} ${[...new Set(names)].join(', ').toUpperCase()}`;
    });
  expect(rows).toEqual(grouped);
});
