import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { readConfiguration } from '../../src/config/read';
import { manifestsOf } from '../../src/platform/manifests';
import { ask, list, type Answer } from './harness/api';
import { ReconciledExamples } from './harness/kserve-examples';
import { KSERVE_MANAGERS, renderedFor, type KServeManager } from './harness/kserve-managers';
import type { Manifest } from './harness/manifests';
import { GOOD_MODEL, SPOILED_MODELS, type Fate, type SpoiledModel } from './harness/spoiled-models';
import { describeCluster } from './harness/suite';
import { until } from './harness/until';

/** Reads a configuration of one model. */
function read(model: string): MaasPlatformProps {
  const keys = Object.entries(GOOD_MODEL).filter(([key]) => !model.startsWith(`${key}:`));
  const text = [...keys.map(([key, value]) => `${key}: ${value}`), model].filter((line) => line !== '').join(', ');
  const folder = mkdtempSync(join(tmpdir(), 'maas-spoiled-'));
  try {
    writeFileSync(join(folder, 'maas.yaml'), `models: [{ ${text} }]\n`);
    return readConfiguration(join(folder, 'maas.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is said of a model, behind its place in the file. */
function refusalOf(model: string): string {
  try {
    read(model);
    return '';
  } catch (error) {
    return (error as Error).message.replace(/^.*maas\.yaml:1:\d+ models\[0\]\./, '');
  }
}

describe('our check refuses, with the place and what to do,', () => {
  test.each(SPOILED_MODELS)('$what', ({ model, ours }) => {
    expect(refusalOf(model)).toBe(`${ours}\n1 problem`);
  });

  test('but takes the model that is not spoiled', () => {
    expect(refusalOf('')).toBe('');
  });
});

/** The ServingRuntime and the InferenceService of the model that is not spoiled. */
function goodModel(manager: KServeManager): [runtime: Manifest, service: Manifest] {
  const rendered = renderedFor(manager, manifestsOf(read('')) as unknown as Manifest[]);
  const found = ['ServingRuntime', 'InferenceService'].map((each) => rendered.find(({ kind }) => kind === each)!);
  return found as [Manifest, Manifest];
}

/** Puts a model, spoiled or not, into a namespace of its own. @returns what the API server says of it */
async function put(manager: KServeManager, namespace: string, spoil?: SpoiledModel['spoil']): Promise<Answer> {
  const [runtime, service] = goodModel(manager).map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace },
  })) as [Manifest, Manifest];
  spoil?.(service.spec.predictor, service);
  const kserve = (version: string, kind: string) =>
    `/apis/serving.kserve.io/${version}/namespaces/${namespace}/${kind}`;
  await ask('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  expect((await ask('POST', kserve('v1alpha1', 'servingruntimes'), runtime)).status).toBe(201);
  return ask('POST', `${kserve('v1beta1', 'inferenceservices')}?fieldValidation=Strict`, service);
}

async function inNamespace(path: string, namespace: string): Promise<Manifest[]> {
  return (await list(path)).filter(({ metadata }) => metadata.namespace === namespace);
}

function deploymentsOf(namespace: string): Promise<Manifest[]> {
  return inNamespace('/apis/apps/v1/deployments', namespace);
}

/** All that KServe says of the model in a namespace, in conditions and in events. */
async function saidOf(namespace: string): Promise<string> {
  const services = await inNamespace('/apis/serving.kserve.io/v1beta1/inferenceservices', namespace);
  const conditions = services.flatMap(({ status }) => (status?.conditions ?? []) as { readonly message?: string }[]);
  const events = await inNamespace('/api/v1/events', namespace);
  return [...conditions, ...events].map(({ message }) => String(message)).join('\n');
}

/** Waits for the Deployment of the model in a namespace. @returns what it says, without the namespace */
async function madeIn(namespace: string): Promise<Manifest['spec']> {
  let deployments: Manifest[] = [];
  await until(`KServe makes a Deployment in ${namespace}`, 60, async () => {
    deployments = await deploymentsOf(namespace);
    return deployments.length === 1;
  });
  const { spec } = deployments[0]!;
  return JSON.parse(JSON.stringify(spec).replaceAll(`"${namespace}"`, '"its-namespace"')) as Manifest['spec'];
}

describe.each(KSERVE_MANAGERS)("rendered all the same, KServe's manager $version", (manager) => {
  describeCluster(
    'and the API server',
    () => {
      let reconciled: ReconciledExamples | undefined;
      const answers: Answer[] = [];

      beforeAll(async () => {
        reconciled = await ReconciledExamples.start(manager, []);
        expect((await put(manager, 'good')).status).toBe(201);
        for (const [index, { spoil }] of SPOILED_MODELS.entries())
          answers.push(await put(manager, `spoiled-${index}`, spoil));
      });
      afterAll(() => reconciled?.stop());

      const fates = SPOILED_MODELS.map(({ what, fate }, index) => ({
        what,
        fate,
        index,
        namespace: `spoiled-${index}`,
      }));
      const those = (fate: keyof Fate) => fates.filter((each) => fate in each.fate);

      test.each(those('refused'))('refuse $what', ({ index, fate }) => {
        const { status, body } = answers[index]!;
        expect([400, 403]).toContain(status);
        expect(body.message).toContain(fate.refused);
      });

      test.each(those('unmade'))('take $what, of which nothing is made', async ({ index, fate, namespace }) => {
        expect(answers[index]!.status).toBe(201);
        let said = '';
        await until(`KServe says ${fate.unmade}`, 60, async () => {
          said = await saidOf(namespace);
          return said.includes(fate.unmade!);
        }).catch(({ message }: Error) => {
          throw new Error(`${message}; it says ${said}`);
        });
        expect(await deploymentsOf(namespace)).toEqual([]);
      });

      test.each(those('runs'))('take $what: ours is stricter', async ({ index, namespace }) => {
        expect(answers[index]!.status).toBe(201);
        const made = await madeIn(namespace);
        expect(made).not.toEqual(await madeIn('good'));
        const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
        const pod = { ...made.template, metadata: { ...made.template.metadata, namespace } };
        expect((await ask('POST', path, pod)).status).toBe(201);
      });

      test('take the model that is not spoiled', async () => {
        expect(await madeIn('good')).toMatchObject({ replicas: 1 });
        expect(await saidOf('good')).not.toMatch(/invalid|not supported/i);
      });
    },
    manager.tool,
  );
});
