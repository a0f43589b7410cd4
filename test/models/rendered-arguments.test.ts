import { checkConfiguration } from '../../src/config/check';
import { Accelerator } from '../../src/models/accelerator';
import type { ModelRuntime } from '../../src/models/catalog-entry';
import { RENDERED_ARGUMENTS } from '../../src/models/rendered-arguments';
import { ServedModel } from '../../src/models/served-model';
import { SimulatedModel } from '../../src/models/simulated-model';
import { VllmRuntime } from '../../src/models/vllm-runtime';
import { synthesize } from '../support/synth';

/** What a model may set in another way than its runtime. */
const TUNABLE = [
  '--distributed-executor-backend',
  '--gpu-memory-utilization',
  '--max-loras',
  '--max-num-seqs',
  '--shutdown-timeout',
];

const SHARED = { name: 'model', namespace: 'llm', maxModelLength: 10 };

function renderedFlags(runtime: ModelRuntime): string[] {
  const { find } = synthesize((chart) => {
    if (runtime === 'simulator') {
      new SimulatedModel(chart, 'model', SHARED);
      return;
    }
    const accelerator = Accelerator.nvidia();
    const source = 'hf://a/b:main';
    const server = new VllmRuntime(chart, 'runtime', { namespace: 'llm' });
    const lora = { adapters: [{ name: 'sql', source: 'hf://a/sql' }], adapterRank: 32 };
    new ServedModel(chart, 'model', { ...SHARED, ...lora, runtime: server, source, accelerator, gpus: 2 });
  });
  const { predictor } = find('InferenceService').spec;
  const args: string[] =
    runtime === 'simulator'
      ? predictor.containers[0].args
      : [...find('ServingRuntime').spec.containers[0].args, ...predictor.model.args];
  return args.filter((argument) => argument.startsWith('-')).map((argument) => argument.replace(/=.*/, ''));
}

test.each<ModelRuntime>(['vllm', 'simulator'])('%s: every argument that is rendered is known', (runtime) => {
  const known = RENDERED_ARGUMENTS[runtime].map(({ flags: [flag = ''] }) => flag);
  const free = runtime === 'vllm' ? TUNABLE : [];
  expect(renderedFlags(runtime).sort()).toEqual([...known, ...free].sort());
});

test.each([
  ['an argument of another name', { name: 'qwen3', arguments: ['--enforce-eager', '--model-impl=vllm'] }],
  ['what a runtime leaves to its models', { name: 'qwen3', arguments: TUNABLE.map((flag) => `${flag}=1`) }],
  ['a flag with several values', { name: 'qwen3', arguments: ['--cudagraph-capture-sizes', '1', '2', '4'] }],
  [
    'a value below zero',
    { name: 'own', source: 'hf://a/b', accelerator: 'nvidia', arguments: ['--max-model-len', '-1'] },
  ],
  [
    'a value with spaces',
    { name: 'qwen3', arguments: ['--chat-template={{ messages }}', '--override-generation-config', '{ "a": 1 }'] },
  ],
  ['one of each', { name: 'qwen3', arguments: ['-pp=1', '--data-parallel-size', '1', '--dtype=half'] }],
  [
    'several processes without a GPU',
    { name: 'bge-m3', accelerator: 'cpu', arguments: ['--pipeline-parallel-size=2'] },
  ],
  ['what only vLLM knows, to the simulator', { name: 'simulator', arguments: ['--host=a', '--disable-log-stats'] }],
  [
    'a length that no key says',
    { name: 'own', source: 'hf://a/b', accelerator: 'nvidia', arguments: ['--max-model-len=auto'] },
  ],
  ['an argument of the other server', { name: 'simulator', arguments: ['--revision=main'] }],
])('allows %s', (_, model) => {
  expect(checkConfiguration({ models: [model] })).toEqual([]);
});

test('allows no metrics where nothing is scraped', () => {
  const observability = { prometheus: false, serviceMonitors: false };
  expect(
    checkConfiguration({ observability, models: [{ name: 'qwen3', arguments: ['--disable-log-stats'] }] }),
  ).toEqual([]);
});

test('has nothing to say of arguments of a provider, which another rule refuses as a whole', () => {
  const external = { baseUrl: 'https://api.example.com/v1', keySecret: 'provider' };
  const models = [{ name: 'theirs', external, arguments: ['--port=1', '--host=a', 'stray'] }];
  expect(checkConfiguration({ models }).map(({ path }) => path)).toEqual([['models', 0, 'arguments']]);
});
