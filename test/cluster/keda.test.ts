import { readConfiguration } from '../../src/config/read';
import { problemsOf } from '../../src/operations/conditions';
import type { KubernetesObject } from '../../src/operations/kubernetes-object';
import { manifestsOf } from '../../src/platform/manifests';
import { Prometheus } from '../prometheus/prometheus';
import { INTERVAL, scraped, series } from '../prometheus/samples';
import { startKeda } from './harness/keda';
import type { Manifest } from './harness/manifests';
import type { Program } from './harness/program';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const platform = manifestsOf(readConfiguration('examples/scale-to-zero/maas.yaml')) as unknown as Manifest[];

/** The model that may sleep, and one that always has a pod. */
const [sleepy, awake] = ['qwen3-0-6b-instruct', 'mistral-7b-instruct'] as const;

/** Scrapes that Prometheus remembers, the last of them just now: more than the two minutes in which a request counts. */
const SCRAPES = 8;

/** A Prometheus that has scraped the gateway and one busy pod of the model that is awake. */
function startPrometheus(requestsToSleepy: readonly number[] | undefined, seesModels = true): Promise<Prometheus> {
  const start = Math.floor(Date.now() / 1000) - (SCRAPES - 1) * INTERVAL - 2;
  const gateway = {
    job: 'llm-observability/inference-gateway-stats',
    namespace: 'llm',
    pod: 'inference-gateway-istio-a',
  };
  const refused = {
    ...gateway,
    reporter: 'source',
    destination_service: `${sleepy}-predictor.llm.svc.cluster.local`,
    destination_service_name: `${sleepy}-predictor`,
    destination_service_namespace: 'unknown',
    response_code: '503',
    response_flags: 'UH',
  };
  const pod = { namespace: 'llm', service: `${awake}-predictor`, job: `${awake}-predictor`, pod: 'model-a' };
  return Prometheus.start([
    ...series('up', gateway, Array<number>(SCRAPES).fill(1), start),
    ...(requestsToSleepy === undefined ? [] : series('istio_requests_total', refused, requestsToSleepy, start)),
    ...(seesModels ? Array.from({ length: SCRAPES }, (_, scrape) => scraped('busy', pod, scrape, start)).flat() : []),
  ]);
}

/** A predictor's Deployment, as far as KEDA looks at it. */
function deployment(model: string, replicas: number): Manifest {
  const labels = { app: `isvc.${model}-predictor` };
  const containers = [{ name: 'kserve-container', image: 'vllm' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${model}-predictor`, namespace: 'llm' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

/** The rendered ScaledObject of a model, which asks this Prometheus, and more often than every half minute. */
function scaledObject(model: string, { address }: Prometheus): Manifest {
  const found = platform.find(({ kind, metadata }) => kind === 'ScaledObject' && metadata.name === model)!;
  const triggers = found.spec.triggers.map(({ metadata, ...trigger }: { metadata: object }) => ({
    ...trigger,
    metadata: { ...metadata, serverAddress: address },
  }));
  return { ...found, spec: { ...found.spec, pollingInterval: 2, triggers } };
}

async function get(resource: string, name: string): Promise<Manifest | undefined> {
  const args = ['get', resource, name, '--namespace=llm', '--ignore-not-found', '--output=json'];
  const { stdout } = await kubectl(args);
  return stdout === '' ? undefined : (JSON.parse(stdout) as Manifest);
}

async function replicasOf(model: string): Promise<number> {
  return (await get('deployment', `${model}-predictor`))!.spec.replicas as number;
}

/**
 * Waits until KEDA says something of a ScaledObject: `Ready False`, `Active True`. Its two loops write conditions in turn, so
 * what else is said counts as of the same moment.
 *
 * @param problem what `maas verify` would make of it, in part; nothing where it would be content
 */
async function untilSaid(model: string, verdict: string, problem?: string): Promise<void> {
  let last: unknown;
  await until(`KEDA says ${verdict}`, 60, async () => {
    const object = (await get('scaledobject', model))!;
    const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[];
    const problems = problemsOf(object as unknown as KubernetesObject);
    last = { conditions, problems };
    const isJudged = problem === undefined ? problems.length === 0 : problems.join('\n').includes(problem);
    return isJudged && conditions.some(({ type, status }) => `${type} ${status}` === verdict);
  }).catch(({ message }: Error) => {
    throw new Error(`${message}: ${JSON.stringify(last)}`);
  });
}

describeCluster(
  "KEDA's operator, a real Prometheus and the ScaledObjects of an example",
  () => {
    let keda: Program;
    const prometheuses: Prometheus[] = [];

    beforeAll(async () => {
      await createPrerequisiteNamespaces(kubectl, 'kubernetes');
      await kubectl(['create', 'namespace', 'llm']);
      keda = await startKeda();
    }, 120_000);

    afterEach(async () => {
      await kubectl([
        'delete',
        'scaledobjects,horizontalpodautoscalers,deployments',
        '--all',
        '--namespace=llm',
        '--timeout=30s',
      ]);
      await Promise.all(prometheuses.splice(0).map((prometheus) => prometheus.stop()));
    });

    afterAll(() => keda?.stop());

    async function apply(model: string, replicas: number, prometheus: Promise<Prometheus>): Promise<void> {
      const started = await prometheus;
      prometheuses.push(started);
      const objects = [deployment(model, replicas), scaledObject(model, started)];
      await kubectl(['apply', '-f', '-'], { stdin: objects.map((object) => JSON.stringify(object)).join('\n---\n') });
    }

    test('a model that always has a pod gets an autoscaler that says what the configuration says', async () => {
      await apply(awake, 1, startPrometheus(undefined));
      await untilSaid(awake, 'Active True');
      expect((await get('horizontalpodautoscaler', `keda-hpa-${awake}`))!.spec).toMatchObject({
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `${awake}-predictor` },
        minReplicas: 1,
        maxReplicas: 4,
        metrics: [{ type: 'External', external: { target: { type: 'AverageValue', averageValue: '70' } } }],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      });
      expect(await replicasOf(awake)).toBe(1);
    });

    test('one that sleeps is left asleep while nobody asks', async () => {
      await apply(sleepy, 0, startPrometheus(undefined));
      await untilSaid(sleepy, 'Active False');
      expect(await replicasOf(sleepy)).toBe(0);
    });

    test('and is woken by a request that the gateway has refused', async () => {
      await apply(sleepy, 0, startPrometheus([7, 7, 7, 7, 7, 7, 7, 8]));
      await until('KEDA wakes it', 60, async () => (await replicasOf(sleepy)) === 1);
      await untilSaid(sleepy, 'Active True');
    });

    test('one that nobody has asked for goes to sleep', async () => {
      await apply(sleepy, 1, startPrometheus([7, 7, 7, 7, 7, 7, 7, 7]));
      await until('KEDA takes its pod away', 60, async () => (await replicasOf(sleepy)) === 0);
    });

    test('where Prometheus sees no pod of a model, KEDA says so and changes nothing', async () => {
      await apply(awake, 2, startPrometheus(undefined, false));
      await untilSaid(awake, 'Ready False', 'Ready is False');
      expect(await replicasOf(awake)).toBe(2);
    });
  },
  'keda-operator',
  'prometheus',
  'promtool',
);
