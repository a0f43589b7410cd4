import { App } from 'cdk8s';
import { MaasPlatform } from '../../src';
import { isAllowed } from '../support/network';
import { PODS, type PodName } from '../support/pods';
import { finishRollouts } from './harness/deployment-controller';
import { startKServe, type KServe } from './harness/kserve';
import { found, listed } from './harness/live-objects';
import { listOf, type Manifest, manifestsOf, nameOf, readPlatformFolder } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

/** What the platform is for a version of KServe: the catalog on every kind of accelerator, with what a model may say of itself. */
function platformFor(kserve: string): Manifest[] {
  const app = new App();
  new MaasPlatform(app, 'maas', {
    versions: { kserve },
    models: [
      { name: 'simulator' },
      { name: 'qwen3', accelerator: 'nvidia-l4', huggingFaceTokenSecret: 'our-token' },
      { name: 'granite', gpus: 2, rollout: 'replace' },
      { name: 'mistral', startupTimeout: '1h', terminationGracePeriod: '10m' },
      { name: 'nomic', replicas: { min: 2 }, priorityClass: 'system-cluster-critical' },
      { name: 'local', source: 'pvc://weights/llama', accelerator: 'nvidia' },
      { name: 'llama-3-3-70b' },
      { name: 'gpt-oss-20b', accelerator: 'nvidia-h100-mig-3g.40gb' },
      { name: 'phi-4', accelerator: 'amd' },
      { name: 'bge-m3', accelerator: 'cpu', replicas: { min: 2, max: 3 } },
      { name: 'small', source: 'hf://Qwen/Qwen3-0.6B', accelerator: 'quarter', parameters: '0.6B' },
    ],
    accelerators: [
      { name: 'amd', like: 'amd-mi300x', image: 'registry.example.com/rocm/vllm:v1' },
      { name: 'quarter', like: 'nvidia-l4', timeSlicing: { replicas: 4, renameByDefault: true } },
    ],
  });
  return app.charts.flatMap((chart) => chart.toJson() as Manifest[]);
}

/** What KServe, or its webhooks, get to see. */
function isForKServe({ kind, apiVersion, metadata }: Manifest): boolean {
  return metadata.namespace === 'kserve' || apiVersion.startsWith('serving.kserve.io/') || kind === 'HTTPRoute';
}

interface Named {
  readonly name: string;
}

function byName(values: readonly Named[]): Named[] {
  return [...values].sort((one, other) => one.name.localeCompare(other.name));
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

function conditionsOf({ status }: Manifest): Record<string, string> {
  const conditions: readonly Condition[] = status?.conditions ?? [];
  return Object.fromEntries(conditions.map(({ type, status: value }) => [type, value]));
}

/** A pod as the ReplicaSet controller would make it, after KServe's webhook and Pod Security have seen it. */
async function admittedPod(deployment: string): Promise<{ pod: Manifest; warnings: string }> {
  const { metadata, spec } = (await found('deployment', deployment)).spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  const create = ['create', '--dry-run=server', '--output=json', '-f', '-'];
  const { stdout, stderr } = await kubectl(create, { stdin: JSON.stringify(pod) });
  return { pod: JSON.parse(stdout) as Manifest, warnings: stderr };
}

const simulator = 'vllm-simulator';
const vllmModels = [
  'qwen3-0-6b-instruct',
  'granite-8b-code-instruct-128k',
  'mistral-7b-instruct',
  'nomic-embed-text-v1-5',
  'local',
  'llama-3-3-70b-instruct',
  'gpt-oss-20b',
  'phi-4',
  'bge-m3',
  'small',
];
const models = [simulator, ...vllmModels];

describe.each([
  { version: '0.20.0', tool: 'kserve-manager-0.20' },
  { version: '0.15.2', tool: 'kserve-manager-0.15' },
])("KServe's manager $version", ({ version, tool }) => {
  describeCluster(
    'reconciles the models',
    () => {
      const platform = platformFor(version);
      const applied = platform.filter(isForKServe);
      const written = (kind: string, name: string) =>
        platform.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)!;
      let kserve: KServe | undefined;

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
          return (
            services.length === models.length && services.every((service) => conditionsOf(service).Ready === 'True')
          );
        });
      });

      afterAll(() => kserve?.stop());

      test.each(models)('%s: conditions are good and current', async (name) => {
        const service = await found('inferenceservice', name);
        const deployment = await found('deployment', `${name}-predictor`);
        expect(conditionsOf(service)).toMatchObject({ IngressReady: 'True', PredictorReady: 'True', Ready: 'True' });
        expect(conditionsOf(service).Stopped ?? 'False').toBe('False');
        // KServe copies the Deployment's count, which is 1 as long as nothing changes it after its creation.
        expect(service.status.observedGeneration).toBe(deployment.metadata.generation);
        expect([service.metadata.generation, deployment.metadata.generation]).toEqual([1, 1]);
      });

      test.each(models)('%s: route and monitor meet the Service that KServe makes', async (name) => {
        const service = await found('service', `${name}-predictor`);
        expect(service.spec.ports).toEqual([{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }]);
        const backends = platform
          .filter(({ kind }) => kind === 'HTTPRoute')
          .flatMap(({ spec }) => spec.rules[0].backendRefs as { name: string; port: number }[]);
        expect(backends).toContainEqual({ name: service.metadata.name, port: 80, weight: 100 });
        const monitors = platform.filter(
          ({ kind, spec }) =>
            kind === 'ServiceMonitor' && spec.selector.matchLabels['serving.kserve.io/inferenceservice'] === name,
        );
        expect(monitors.map(({ spec }) => spec.endpoints[0].port)).toEqual(['http']);
        const selector = Object.entries(monitors[0]!.spec.selector.matchLabels).map((label) => label.join('='));
        const selected = await kubectl([
          'get',
          'services',
          '--namespace=llm',
          '--output=name',
          `-l=${selector.join()}`,
        ]);
        expect(selected.stdout).toBe(`service/${name}-predictor\n`);
        const { template } = (await found('deployment', `${name}-predictor`)).spec;
        expect(template.metadata.labels).toMatchObject(service.spec.selector);
      });

      test.each(models)('%s: only the Gateway and Prometheus reach the pod, on the port that serves', async (name) => {
        const { pod } = await admittedPod(`${name}-predictor`);
        const { ports } = (await found('service', `${name}-predictor`)).spec;
        const served = ports.map(({ targetPort }: { targetPort: number }) => targetPort);
        const listening = pod.spec.containers.flatMap((container: Manifest) =>
          container.ports.map(({ containerPort }: { containerPort: number }) => containerPort),
        );
        expect(listening).toEqual(served);
        const to = { namespace: 'llm', labels: pod.metadata.labels! };
        const reaching = (port: number) =>
          Object.entries(PODS).filter(([, from]) => isAllowed(platform, { from, to, port }));
        const clients: PodName[] = ['gateway', 'prometheus'];
        expect(reaching(served[0]).map(([client]) => client)).toEqual(clients);
        expect(reaching(served[0] + 1)).toEqual([]);
      });

      test('the simulator runs as it is written', async () => {
        const { pod, warnings } = await admittedPod(`${simulator}-predictor`);
        const { containers, securityContext } = written('InferenceService', simulator).spec.predictor;
        expect(warnings).toBe('');
        expect(pod.spec.containers).toHaveLength(1);
        expect(pod.spec).toMatchObject({ containers, securityContext, automountServiceAccountToken: false });
        expect(pod.spec.containers[0].args).toEqual(containers[0].args);
        expect(pod.spec).not.toHaveProperty('initContainers');
        expect(pod.spec).not.toHaveProperty('volumes');
      });

      test.each(vllmModels)('%s: the pod is the runtime with what the model adds', async (name) => {
        const { pod, warnings } = await admittedPod(`${name}-predictor`);
        const { model, ...predictor } = written('InferenceService', name).spec.predictor;
        const runtime = written('ServingRuntime', model.runtime).spec.containers[0];
        const { args, env, ...container } = runtime;
        expect(warnings).toBe('');
        expect(pod.spec.initContainers ?? []).toEqual([]);
        expect(pod.spec.containers.map((each: Named) => each.name)).toEqual(['kserve-container']);
        const [real] = pod.spec.containers;
        const { startupProbe = container.startupProbe } = model;
        const volumeMounts = expect.arrayContaining(container.volumeMounts);
        expect(real).toMatchObject({ ...container, startupProbe, volumeMounts });
        expect(real.lifecycle).toEqual({ preStop: { sleep: { seconds: 15 } } });
        expect(pod.spec.terminationGracePeriodSeconds).toBe(predictor.terminationGracePeriodSeconds);
        expect(real.args).toEqual([...args, ...model.args]);
        expect(real.resources).toEqual(model.resources);
        expect('ephemeral-storage' in real.resources.requests).toBe(name !== 'local');
        const own: Named[] = model.env ?? [];
        const kept = (env as Named[]).filter((variable) => !own.some((taken) => taken.name === variable.name));
        const variables = [
          ...kept,
          ...own,
          ...(version === '0.15.2' ? [] : [{ name: 'INFERENCE_SERVICE_NAME', value: name }]),
        ];
        expect(byName(real.env)).toEqual(byName(variables));
        const { securityContext, nodeSelector, tolerations = [] } = predictor;
        const { topologySpreadConstraints, priorityClassName } = predictor;
        expect(pod.spec).toMatchObject({ securityContext, automountServiceAccountToken: false });
        expect(pod.spec.nodeSelector).toEqual(nodeSelector);
        expect(pod.spec.topologySpreadConstraints).toEqual(topologySpreadConstraints);
        expect(pod.spec.priorityClassName).toBe(priorityClassName);
        expect(pod.spec.tolerations).toEqual(expect.arrayContaining(tolerations));
      });

      test('a model has its own time to load and to end, but the Deployment the ten minutes of KServe', async () => {
        const { pod } = await admittedPod('mistral-7b-instruct-predictor');
        const { startupProbe, args } = pod.spec.containers[0];
        expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(3600);
        expect(pod.spec.terminationGracePeriodSeconds).toBe(600);
        expect(args.filter((argument: string) => argument.startsWith('--shutdown-timeout='))).toEqual([
          '--shutdown-timeout=280',
          '--shutdown-timeout=580',
        ]);
        const { spec } = await found('deployment', 'mistral-7b-instruct-predictor');
        expect(spec.progressDeadlineSeconds).toBe(600);
      });

      test('an update starts a pod more, or where the model says so ends one first', async () => {
        const strategy = async (name: string) => (await found('deployment', `${name}-predictor`)).spec.strategy;
        expect(await strategy('granite-8b-code-instruct-128k')).toEqual({
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
        });
        expect(await strategy('qwen3-0-6b-instruct')).toEqual({
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
        });
      });

      test('weights of a volume claim are mounted, read-only, where vLLM looks', async () => {
        const { pod } = await admittedPod('local-predictor');
        const claim = { claimName: 'weights' };
        const volumes: { name: string; persistentVolumeClaim?: object }[] = pod.spec.volumes;
        const volume = volumes.find(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined)!;
        expect(volume.persistentVolumeClaim).toEqual(claim);
        expect(pod.spec.containers[0].volumeMounts).toContainEqual({
          name: volume.name,
          mountPath: '/mnt/models',
          subPath: 'llama',
          readOnly: true,
        });
      });

      test('the disruption budgets and the spread of models with several replicas are about their pods', async () => {
        const budgets = platform.filter(({ kind }) => kind === 'PodDisruptionBudget');
        expect(budgets.map(({ metadata }) => metadata.name)).toEqual(['nomic-embed-text-v1-5', 'bge-m3']);
        await kubectl(['apply', '--validate=strict', '--dry-run=server', '-f', '-'], { stdin: listOf(budgets) });
        for (const { metadata, spec } of budgets) {
          const { pod } = await admittedPod(`${metadata.name}-predictor`);
          expect(pod.metadata.labels).toMatchObject(spec.selector.matchLabels);
          for (const { labelSelector } of pod.spec.topologySpreadConstraints) {
            expect(pod.metadata.labels).toMatchObject(labelSelector.matchLabels);
          }
        }
      });

      test('nothing leads around our routes, and nothing else is made', async () => {
        const routes = platform.filter(({ kind }) => kind === 'HTTPRoute').map(nameOf);
        expect((await listed('httproutes')).map(nameOf).sort()).toEqual(routes.sort());
        for (const kind of ['ingresses', 'virtualservices', 'configmaps', 'scaledobjects']) {
          expect((await listed(kind)).map(nameOf)).toEqual([]);
        }
        const predictors = models.map((name) => `${name}-predictor`).sort();
        for (const kind of ['services', 'deployments']) {
          expect((await listed(kind)).map(({ metadata }) => metadata.name).sort()).toEqual(predictors);
        }
      });

      test('a number of replicas is kept, a range is for an autoscaler', async () => {
        const replicas = async (name: string) => (await found('deployment', `${name}-predictor`)).spec.replicas;
        expect(await Promise.all([simulator, 'nomic-embed-text-v1-5'].map(replicas))).toEqual([1, 2]);
        const autoscalers = await listed('horizontalpodautoscalers');
        expect(
          autoscalers.map(({ spec: { minReplicas, maxReplicas, scaleTargetRef } }) => ({
            ...{ minReplicas, maxReplicas },
            target: scaleTargetRef.name,
          })),
        ).toEqual([{ minReplicas: 2, maxReplicas: 3, target: 'bge-m3-predictor' }]);
      });

      test('what is written stays as it is written: applied again, nothing differs', async () => {
        const { stdout, stderr } = await kubectl(['diff', '-f', '-'], { stdin: listOf(applied) });
        expect([stdout, stderr]).toEqual(['', '']);
        for (const name of models) {
          const { annotations, labels } = (await found('inferenceservice', name)).metadata;
          expect(annotations).toMatchObject(written('InferenceService', name).metadata.annotations!);
          expect(labels).toMatchObject(written('InferenceService', name).metadata.labels!);
        }
      });
    },
    tool,
  );
});

test('the model and the configuration of dist/ are among those that KServe 0.20.0 takes', () => {
  const shared = manifestsOf(readPlatformFolder('dist')).filter(isForKServe);
  expect(shared.map(({ kind }) => kind)).toEqual(['ConfigMap', 'InferenceService', 'HTTPRoute', 'HTTPRoute']);
  expect(platformFor('0.20.0')).toEqual(expect.arrayContaining(shared));
});
