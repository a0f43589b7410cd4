import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { manifestsOf } from '../../src/platform/manifests';
import { identify } from '../support/synth';

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

function synthesized(props: MaasPlatformProps): Manifest[] {
  return manifestsOf(props) as unknown as Manifest[];
}

function platform(canary: NonNullable<MaasPlatformProps['models']>[number]['canary']): Manifest[] {
  return synthesized({
    models: [{ name: 'qwen3', accelerator: 'nvidia-l4', arguments: ['--enforce-eager'], weight: 2, canary }],
  });
}

function named(manifests: readonly Manifest[], name: string): Manifest {
  const found = manifests.find((manifest) => identify(manifest) === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const MODEL = 'InferenceService llm/qwen3-0-6b-instruct';
const ROUTE = 'HTTPRoute llm/qwen3-domain-route';

describe('a model with a canary', () => {
  const manifests = platform({ weight: 10, arguments: ['--dtype=float16'], accelerator: 'cpu' });
  const canary = named(manifests, `${MODEL}-canary`);

  test('has what the canary says in it, and all else as it is', () => {
    const model = named(manifests, MODEL);
    expect(model).toEqual(named(platform(undefined), MODEL));
    const [own, other] = [model, canary].map(({ spec }) => spec.predictor.model);
    expect(other.args).toEqual([...own.args.filter((each: string) => each !== '--enforce-eager'), '--dtype=float16']);
    expect(other.args).toContain('--served-model-name=qwen3-0-6b-instruct');
    expect([own.runtime, other.runtime]).toEqual(['vllm-latest', 'vllm-cpu']);
    expect(named(manifests, 'ServingRuntime llm/vllm-cpu')).toBeDefined();
  });

  test('is reached by the route of the model alone', () => {
    expect(named(manifests, ROUTE).spec.rules[0].backendRefs).toEqual([
      { name: 'qwen3-0-6b-instruct-predictor', port: 80, weight: 90 },
      { name: 'qwen3-0-6b-instruct-canary-predictor', port: 80, weight: 10 },
    ]);
    const policy = named(manifests, 'NetworkPolicy llm/model-servers');
    expect(policy.spec.podSelector.matchExpressions[0].values).toEqual([
      'qwen3-0-6b-instruct',
      'qwen3-0-6b-instruct-canary',
    ]);
  });

  test('has metrics of both', () => {
    const monitors = manifests.filter(({ kind }) => kind === 'ServiceMonitor').map(({ metadata }) => metadata.name);
    expect(monitors).toEqual(expect.arrayContaining(['qwen3-model-monitor', 'qwen3-canary-model-monitor']));
  });

  test('nothing else of the platform changes', () => {
    const before = new Map(platform(undefined).map((manifest) => [identify(manifest), manifest]));
    const changed = manifests.filter(
      (manifest) => JSON.stringify(before.get(identify(manifest))) !== JSON.stringify(manifest),
    );
    expect(changed.map(identify).sort()).toEqual([
      ROUTE,
      `${MODEL}-canary`,
      'NetworkPolicy llm/model-servers',
      'ServiceMonitor llm-observability/qwen3-canary-model-monitor',
      'ServingRuntime llm/vllm-cpu',
    ]);
  });

  test('is explained with the canary beside it', () => {
    const settings = resolveSettings({
      models: [{ name: 'qwen3', accelerator: 'nvidia-l4', canary: { weight: 10, accelerator: 'nvidia-t4' } }],
    });
    expect(explainName(settings, 'qwen3')).toMatchObject([
      { canary: { weight: 10, inferenceService: 'qwen3-0-6b-instruct-canary', runtime: 'vllm on 1 nvidia-t4' } },
    ]);
  });
});

test('property: the weights of a route are 100 in all, and change nothing but themselves', () => {
  const base = named(platform({ weight: 0, gpus: 1 }), ROUTE);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), (weight) => {
      const route = named(platform({ weight, gpus: 1 }), ROUTE);
      const [own, canary] = route.spec.rules[0].backendRefs;
      expect([own.weight, canary.weight]).toEqual([100 - weight, weight]);
      const withWeights = structuredClone(base);
      withWeights.spec.rules[0].backendRefs.forEach((each: { weight: number }, index: number) => {
        each.weight = index === 0 ? 100 - weight : weight;
      });
      expect(route).toEqual(withWeights);
    }),
    { numRuns: 20 },
  );
});

describe('docs/canary.md', () => {
  const page = readFileSync(join(__dirname, '../../docs/canary.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) =>
    parseConfiguration(block, 'maas.yaml'),
  );
  const [first = {}, promoted = {}, last = {}] = blocks;
  const weights = [...page.matchAll(/^\| [1-6] \|.*`weight: (\d+)`/gm)].map(([, weight]) => Number(weight));
  const steps = [
    withCanary(first, () => undefined),
    ...weights.map((weight, index) => withCanary(index < 4 ? first : promoted, (canary) => ({ ...canary, weight }))),
    last,
  ].map(synthesized);

  test('has every step as a configuration', () => {
    expect(blocks).toHaveLength(3);
    expect(weights).toEqual([0, 10, 50, 100, 100, 0]);
    expect(blocks.map(({ models = [] }) => models[0]?.canary?.weight)).toEqual([0, 100, undefined]);
  });

  test('begins with the model, and ends with what was its canary', () => {
    const argumentsOf = (step: Manifest[] | undefined, name: string) =>
      named(step ?? [], name).spec.predictor.model.args;
    expect(argumentsOf(steps.at(-1), MODEL)).toEqual(argumentsOf(steps[1], `${MODEL}-canary`));
    expect(argumentsOf(steps.at(-1), MODEL)).not.toEqual(argumentsOf(steps[0], MODEL));
    expect(steps.at(-1)?.map(identify)).toEqual(steps[0]?.map(identify));
  });

  test('in no step an InferenceService changes to which requests go', () => {
    const changes = steps.slice(1).map((after, index) => changedUnderLoad(steps[index] ?? [], after));
    expect(changes).toEqual(Array(7).fill([]));
  });

  test('a step that is left out would: the first, and those between all to the canary and none', () => {
    const [start = [], , ten = [], , all = []] = steps;
    expect(changedUnderLoad(start, ten)).toEqual([`${MODEL}-canary`]);
    expect(changedUnderLoad(all, steps.at(-1) ?? [])).toEqual([MODEL, `${MODEL}-canary`]);
  });
});

type Canary = NonNullable<NonNullable<MaasPlatformProps['models']>[number]['canary']>;

function withCanary(props: MaasPlatformProps, change: (canary: Canary | undefined) => Canary | undefined) {
  return { ...props, models: props.models?.map((model) => ({ ...model, canary: change(model.canary) })) };
}

/** What comes, goes or is changed while the route sends requests to it, before or after: objects are applied in any order. */
function changedUnderLoad(before: readonly Manifest[], after: readonly Manifest[]): string[] {
  return [MODEL, `${MODEL}-canary`].filter((name) => {
    const versions = [before, after].map((manifests) => manifests.find((each) => identify(each) === name));
    const isChanged = JSON.stringify(versions[0]) !== JSON.stringify(versions[1]);
    return isChanged && [before, after].some((manifests) => weightOf(manifests, name) > 0);
  });
}

function weightOf(manifests: readonly Manifest[], inferenceService: string): number {
  const service = `${inferenceService.replace(/.*\//, '')}-predictor`;
  const backends: { name: string; weight: number }[] = named(manifests, ROUTE).spec.rules[0].backendRefs;
  return backends.find(({ name }) => name === service)?.weight ?? 0;
}
