import type { MaasPlatformProps } from '../../src/config/configuration';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { formatExplanations } from '../../src/explain/text';
import { adapterArguments } from '../../src/models/model-adapter';
import { readServing } from '../../src/models/vllm-serving';
import { Accelerator } from '../../src/models/accelerator';
import { manifestsOf } from '../../src/platform/manifests';

interface Manifest {
  kind: string;
  metadata: { name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

const PLATFORM: MaasPlatformProps = {
  tiers: [{ name: 'free', models: ['simulator'] }, { name: 'premium' }],
  users: [],
  models: [
    { name: 'simulator' },
    {
      name: 'qwen3',
      accelerator: 'nvidia-l4',
      adapters: [
        { name: 'sql-assistant', source: 'hf://acme/qwen3-sql' },
        { name: 'acme/law', source: 'hf://acme/qwen3-law' },
      ],
      adapterRank: 64,
      canary: { weight: 10, accelerator: 'nvidia-l40s' },
    },
  ],
};

const manifests = manifestsOf(PLATFORM) as unknown as Manifest[];

function argumentsOf(name: string): string[] {
  const service = manifests.find(({ kind, metadata }) => kind === 'InferenceService' && metadata.name === name);
  return service?.spec.predictor.model.args as string[];
}

describe('a model with adapters', () => {
  test.each(['qwen3-0-6b-instruct', 'qwen3-0-6b-instruct-canary'])(
    '%s: vLLM loads all of them, by one flag',
    (name) => {
      const args = argumentsOf(name);
      const start = args.indexOf('--enable-lora');
      expect(args.slice(start, start + 6)).toEqual([
        '--enable-lora',
        '--lora-modules',
        'sql-assistant=acme/qwen3-sql',
        'acme/law=acme/qwen3-law',
        '--max-loras=2',
        '--max-lora-rank=64',
      ]);
      expect(args.filter((each) => each.startsWith('--lora-modules'))).toHaveLength(1);
    },
  );

  test('is in the list of models by all its names, for the tiers that may use it', () => {
    const filter = JSON.stringify(manifests.find(({ metadata }) => metadata.name === 'model-list-filter'));
    const names = ['qwen3-0-6b-instruct', 'sql-assistant', 'acme/law'];
    for (const name of names) {
      expect(filter).toContain(`\\\\\\"id\\\\\\":\\\\\\"${name}\\\\\\"`);
    }
    expect(filter.split('http://qwen3.maas.local/v1')).toHaveLength(names.length + 1);
  });

  test('is explained with them, and with what is not counted', () => {
    const text = formatExplanations(explainName(resolveSettings(PLATFORM), 'qwen3'));
    expect(text).toMatch(/adapters +"model": "sql-assistant" +hf:\/\/acme\/qwen3-sql\n +"model": "acme\/law"/);
    expect(text).toMatch(/2 adapters not counted: they take from the KV cache/);
  });

  test('has the memory that it has without: an adapter is no value of another argument', () => {
    const [accelerator, gpus] = [Accelerator.nvidia('l4'), 1];
    const args = adapterArguments({ adapters: PLATFORM.models?.[1]?.adapters });
    expect(readServing({ arguments: args, gpus }, accelerator)).toEqual(
      readServing({ arguments: [], gpus }, accelerator),
    );
  });
});

describe('a canary', () => {
  const model = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia', adapterRank: 64 };
  const adapters = [{ name: 'sql', source: 'hf://acme/own-sql' }];
  const others = [{ name: 'sql', source: 'hf://acme/other-sql' }];

  test.each([
    ['has them with the same weights', { arguments: [] }, adapters, 64],
    ['has them with another revision of the weights', { source: 'hf://acme/own:v2' }, adapters, 64],
    ['has none with other weights, for which they are not made', { source: 'hf://acme/other' }, [], undefined],
    ['has none with weights from elsewhere', { source: 'pvc://weights/own' }, [], undefined],
    ['has its own', { source: 'hf://acme/other', adapters: others, adapterRank: 8 }, others, 8],
  ])('%s', (_, canary, expected, rank) => {
    const settings = resolveSettings({ models: [{ ...model, adapters, canary: { weight: 10, ...canary } }] });
    const version = settings.models[0]?.canary?.version;
    expect([version?.adapters, version?.adapterRank]).toEqual([expected, rank]);
  });
});

test('the adapters of a canary are explained beside those of its model', () => {
  const [own, others] = ['own', 'other'].map((name) => [{ name: 'sql', source: `hf://acme/${name}-sql` }]);
  const canary = { weight: 10, source: 'hf://acme/other', adapters: others };
  const model = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia', adapters: own, canary };
  const text = formatExplanations(explainName(resolveSettings({ models: [model] }), 'own'));
  expect(text).toMatch(/adapters +"model": "sql" +hf:\/\/acme\/own-sql\n/);
  expect(text).toMatch(/canary [^]*hf:\/\/acme\/other\n[^]* +"model": "sql" +hf:\/\/acme\/other-sql\n/);
});

test('without adapters nothing is said of them', () => {
  const text = JSON.stringify(manifestsOf({ models: [{ name: 'qwen3', accelerator: 'nvidia-l4', adapters: [] }] }));
  expect(text).not.toMatch(/lora/);
});

test.each(['hf://acme/sql:v1', 's3://acme/sql', 'hf://sql'])('an adapter from %s is refused', (source) => {
  expect(() => adapterArguments({ adapters: [{ name: 'sql', source }] })).toThrow(
    `adapter: got "${source}", expected hf://<organization>/<adapter>, of which vLLM loads the main branch`,
  );
});
