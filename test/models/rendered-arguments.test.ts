import { checkConfiguration } from '../../src/config/check';
import { Accelerator } from '../../src/models/accelerator';
import type { ModelRuntime } from '../../src/models/catalog';
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
  ['an argument of another name', { name: 'qwen3', arguments: ['--enforce-eager', '--model-impl=vllm', 'port'] }],
  ['what a runtime leaves to its models', { name: 'qwen3', arguments: TUNABLE.map((flag) => `${flag}=1`) }],
  [
    'a length that no key says',
    { name: 'own', source: 'hf://a/b', accelerator: 'nvidia', arguments: ['--max-model-len=auto'] },
  ],
  ['an argument of the other server', { name: 'simulator', arguments: ['--revision=main'] }],
])('allows %s', (_, model) => {
  expect(checkConfiguration({ models: [model] })).toEqual([]);
});
