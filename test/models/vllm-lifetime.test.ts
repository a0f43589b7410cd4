import { Duration } from 'cdk8s';
import type { MaasPlatformProps, ModelConfiguration } from '../../src';
import { Accelerator } from '../../src/models/accelerator';
import { ServedModel } from '../../src/models/served-model';
import { VllmRuntime } from '../../src/models/vllm-runtime';
import { manifestsOf } from '../../src/platform/manifests';
import { synthesize } from '../support/synth';

type Manifest = ReturnType<typeof synthesize>['manifests'][number];

const own = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia' };
const amd = { name: 'amd', like: 'amd-mi300x', image: 'registry.example.com/rocm/vllm:v1' };

/** What of each model's pod is about its beginning and its end, as KServe merges it: the model's argument comes last. */
function lifetimesOf(model: ModelConfiguration, others: MaasPlatformProps = {}) {
  const manifests = manifestsOf({ ...others, models: [model] }) as unknown as Manifest[];
  return manifests.flatMap(({ kind, spec }) => {
    if (kind !== 'InferenceService') return [];
    const { model: container, terminationGracePeriodSeconds } = spec.predictor;
    const runtime = manifests.find(
      ({ kind: of, metadata }) => of === 'ServingRuntime' && metadata.name === container.runtime,
    )!.spec.containers[0];
    const { periodSeconds, failureThreshold } = { ...runtime.startupProbe, ...container.startupProbe };
    const args: string[] = [...runtime.args, ...container.args];
    return {
      startup: periodSeconds * failureThreshold,
      grace: terminationGracePeriodSeconds,
      shutdown: args
        .filter((argument) => argument.startsWith('--shutdown-timeout='))
        .at(-1)
        ?.replace(/.*=/, ''),
      notice: runtime.lifecycle.preStop.sleep.seconds,
    };
  });
}

test.each<[string, Partial<ModelConfiguration>, object]>([
  ['nothing', {}, { startup: 1800, grace: 300, shutdown: '280', notice: 15 }],
  ['an hour to load', { startupTimeout: '1h' }, { startup: 3600, grace: 300, shutdown: '280', notice: 15 }],
  ['a period that ends within', { startupTimeout: '61s' }, { startup: 70, grace: 300, shutdown: '280', notice: 15 }],
  ['long answers', { terminationGracePeriod: '1h' }, { startup: 1800, grace: 3600, shutdown: '3580', notice: 15 }],
  ['the shortest', { terminationGracePeriod: '30s' }, { startup: 1800, grace: 30, shutdown: '10', notice: 15 }],
  [
    'its own argument',
    { arguments: ['--shutdown-timeout=60'] },
    { startup: 1800, grace: 300, shutdown: '60', notice: 15 },
  ],
])('a model that says %s', (_, model, expected) => {
  expect(lifetimesOf({ ...own, ...model })).toEqual([expected]);
});

test('an image of others, of whatever vLLM, gets no argument that it may not know', () => {
  const model = { ...own, accelerator: 'amd', terminationGracePeriod: '10m' };
  expect(lifetimesOf(model, { accelerators: [amd] })).toEqual([
    { startup: 1800, grace: 600, shutdown: undefined, notice: 15 },
  ]);
});

test('a canary is as patient as its model', () => {
  const times = { startupTimeout: '1h', terminationGracePeriod: '10m' };
  const [model, canary] = lifetimesOf({ ...own, ...times, canary: { weight: 5, gpus: 2 } });
  expect(canary).toEqual(model);
  expect(canary).toEqual({ startup: 3600, grace: 600, shutdown: '580', notice: 15 });
});

test('there is no time to finish anything', () => {
  const build = () =>
    synthesize((chart) => {
      const runtime = VllmRuntime.fromName('vllm-latest');
      const times = { terminationGracePeriod: Duration.seconds(29) };
      new ServedModel(chart, 'model', {
        ...{ name: 'own', namespace: 'llm', runtime, source: 'hf://a/b', accelerator: Accelerator.nvidia() },
        ...times,
      });
    });
  expect(build).toThrow('termination grace period: got 29 s, expected at least 30 s');
});
