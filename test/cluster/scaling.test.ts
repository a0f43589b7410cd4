import { readConfiguration } from '../../src/config/read';
import { manifestsOf } from '../../src/platform/manifests';
import { finishRollouts } from './harness/deployment-controller';
import { startKServe, type KServe } from './harness/kserve';
import { found, listed } from './harness/live-objects';
import { listOf, type Manifest } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

/** The example, for a version of KServe. */
function exampleFor(kserve?: string): Manifest[] {
  const props = readConfiguration('examples/scale-to-zero/maas.yaml');
  return manifestsOf({ ...props, versions: { kserve } }) as unknown as Manifest[];
}

const scaledObjects = exampleFor().filter(({ kind }) => kind === 'ScaledObject');

/** The model that may sleep, and one that always has a pod. */
const [sleepy, awake] = ['qwen3-0-6b-instruct', 'mistral-7b-instruct'] as const;

function isReady({ status }: Manifest): boolean {
  const conditions: readonly { type: string; status: string }[] = status?.conditions ?? [];
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

describe.each([
  { version: '0.20.0', tool: 'kserve-manager-0.20' },
  { version: '0.15.2', tool: 'kserve-manager-0.15' },
])("KServe's manager $version and models that KEDA scales", ({ version, tool }) => {
  describeCluster(
    'leaves their number alone',
    () => {
      let kserve: KServe | undefined;
      const platform = exampleFor(version);
      const applied = platform.filter(
        ({ kind, apiVersion, metadata }) =>
          metadata.namespace === 'kserve' || apiVersion.startsWith('serving.kserve.io/') || kind === 'ScaledObject',
      );

      beforeAll(async () => {
        await createPrerequisiteNamespaces(kubectl, 'kubernetes');
        // KServe reads its configuration at start.
        const first = platform.filter(({ kind, metadata }) => kind === 'Namespace' || metadata.namespace === 'kserve');
        await kubectl(['apply', '-f', '-'], { stdin: listOf(first) });
        kserve = await startKServe(tool);
        const { stderr } = await kubectl(['apply', '--validate=strict', '-f', '-'], { stdin: listOf(applied) });
        expect(stderr).toBe('');
        await until('every InferenceService is Ready', 60, async () => {
          await finishRollouts('llm');
          const services = await listed('inferenceservices');
          return services.length === 3 && services.every(isReady);
        });
      });

      afterAll(() => kserve?.stop());

      test('each ScaledObject is about a Deployment that is there, and no other autoscaler is', async () => {
        expect(scaledObjects.map(({ metadata }) => metadata.name).sort()).toEqual([awake, sleepy]);
        for (const { spec } of scaledObjects) {
          const { apiVersion, kind, name } = spec.scaleTargetRef;
          expect(await found('deployment', name)).toMatchObject({ apiVersion, kind });
        }
        expect(await listed('horizontalpodautoscalers')).toEqual([]);
      });

      test('the queries are about the Service that is scraped', async () => {
        for (const { metadata, spec } of scaledObjects) {
          const service = await found('service', `${metadata.name}-predictor`);
          expect(spec.triggers[0].metadata.query).toContain(
            `{namespace="${service.metadata.namespace}",service="${service.metadata.name}"}`,
          );
        }
      });

      test.each([
        [awake, 3],
        [sleepy, 2],
        [sleepy, 0],
      ])('%s: %i pods stay as many when KServe changes the Deployment', async (name, replicas) => {
        const deployment = `${name}-predictor`;
        await kubectl(['scale', 'deployment', deployment, '--namespace=llm', `--replicas=${replicas}`]);
        const scaled = (await found('deployment', deployment)).metadata.generation!;
        const patch = JSON.stringify({ spec: { predictor: { labels: { round: `r${replicas}` } } } });
        await kubectl(['patch', 'inferenceservice', name, '--namespace=llm', '--type=merge', `--patch=${patch}`]);
        await until(`KServe has changed ${deployment}`, 30, async () => {
          await finishRollouts('llm');
          const { spec } = await found('deployment', deployment);
          return spec.template.metadata.labels.round === `r${replicas}`;
        });
        const { metadata, spec } = await found('deployment', deployment);
        expect(metadata.generation).toBeGreaterThan(scaled);
        expect(spec.replicas).toBe(replicas);
        await until(`${name} is Ready`, 30, async () => {
          await finishRollouts('llm');
          return isReady(await found('inferenceservice', name));
        });
        expect((await found('deployment', deployment)).spec.replicas).toBe(replicas);
      });
    },
    tool,
  );
});

describeCluster('the API server and a ScaledObject', () => {
  test('takes what is rendered strictly, and refuses a key that it does not know', async () => {
    await kubectl(['apply', '-f', '-'], { stdin: listOf(exampleFor().filter(({ kind }) => kind === 'Namespace')) });
    const dryRun = ['apply', '--validate=strict', '--dry-run=server', '-f', '-'];
    const { stderr } = await kubectl(dryRun, { stdin: listOf(scaledObjects) });
    expect(stderr).toBe('');
    const spoiled = JSON.parse(JSON.stringify(scaledObjects[0]).replace('cooldownPeriod', 'coolDown')) as Manifest;
    await expect(kubectl(dryRun, { stdin: JSON.stringify(spoiled) })).rejects.toThrow('unknown field "spec.coolDown"');
  });
});
