import { existsSync } from 'node:fs';
import { readConfiguration } from '../../src/config/read';
import { manifestsOf } from '../../src/platform/manifests';
import { ask, list } from './harness/api';
import { kserveExamples, ReconciledExamples, type KServeExample } from './harness/kserve-examples';
import { expectedDeployment } from './harness/kserve-deployment';
import { KSERVE_MANAGERS, renderedFor } from './harness/kserve-managers';
import { manifestsOf as committed, nameOf, readPlatformFolder, type Manifest } from './harness/manifests';
import { describeCluster } from './harness/suite';

const examples = kserveExamples();

interface Condition {
  readonly type: string;
  readonly status: string;
}

function namesOf(objects: readonly Manifest[]): string[] {
  return objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort();
}

/** Of all objects in the cluster those of an example. */
async function of({ namespaces }: KServeExample, path: string): Promise<Manifest[]> {
  const names = namespaces.map(({ metadata }) => metadata.name);
  return (await list(path)).filter(({ metadata }) => names.includes(metadata.namespace!));
}

/** What the API server makes of an object: the same with all defaults. */
async function withDefaults(object: Manifest): Promise<Manifest> {
  const path = `/apis/apps/v1/namespaces/${object.metadata.namespace}/deployments?dryRun=All`;
  const { status, body } = await ask('POST', path, { ...object, metadata: { ...object.metadata, name: 'expected' } });
  expect([status, body.message]).toEqual([201, undefined]);
  return body as Manifest;
}

/** The order of variables means nothing where none refers to another. */
function comparable({ metadata, spec }: Manifest): object {
  const { labels, annotations } = metadata;
  const { template, ...deployment } = structuredClone(spec);
  for (const { env = [] } of template.spec.containers) {
    expect(JSON.stringify(env)).not.toContain('$(');
    env.sort((one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name));
  }
  return { labels, annotations, deployment, template };
}

function podOf({ metadata, spec }: Manifest): Manifest {
  const { template } = structuredClone(spec);
  const { name, namespace } = metadata;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name, namespace }, spec: template.spec };
}

function create(pod: Manifest) {
  return ask('POST', `/api/v1/namespaces/${pod.metadata.namespace}/pods`, pod);
}

/** What would take a model server out of Pod Security `restricted`, and how the API server says so. */
const SPOILED_PODS: readonly [what: string, spoil: (pod: Manifest) => void, reason: string][] = [
  [
    'a privileged container',
    ({ spec }) =>
      Object.assign(spec.containers[0].securityContext, { privileged: true, allowPrivilegeEscalation: true }),
    'privileged (container "kserve-container" must not set securityContext.privileged=true)',
  ],
  ['root', ({ spec }) => (spec.securityContext.runAsUser = 0), 'runAsUser=0 (pod must not set runAsUser=0)'],
  [
    'any user',
    ({ spec }) => delete spec.securityContext.runAsNonRoot,
    'runAsNonRoot != true (pod or container "kserve-container" must set securityContext.runAsNonRoot=true)',
  ],
  [
    'no seccomp profile',
    ({ spec }) => delete spec.securityContext.seccompProfile,
    'seccompProfile (pod or container "kserve-container" must set securityContext.seccompProfile.type to ' +
      '"RuntimeDefault" or "Localhost")',
  ],
  [
    'all capabilities',
    ({ spec }) => delete spec.containers[0].securityContext.capabilities,
    'unrestricted capabilities (container "kserve-container" must set securityContext.capabilities.drop=["ALL"])',
  ],
  [
    'a folder of the node',
    ({ spec }) => (spec.volumes = [...(spec.volumes ?? []), { name: 'node', hostPath: { path: '/' } }]),
    'restricted volume types (volume "node" uses restricted volume type "hostPath")',
  ],
  ["the node's network", ({ spec }) => (spec.hostNetwork = true), 'host namespaces (hostNetwork=true)'],
];

describe.each(KSERVE_MANAGERS)("KServe's manager $version and every example", (manager) => {
  describeCluster(
    'all models at once',
    () => {
      let reconciled: ReconciledExamples | undefined;

      // Until every InferenceService is Ready.
      beforeAll(async () => {
        reconciled = await ReconciledExamples.start(manager, examples);
      });
      afterAll(() => reconciled?.stop());

      describe.each(examples)('$name', (example) => {
        const objects = renderedFor(manager, example.objects);
        const rendered = objects.filter(({ kind }) => kind === 'InferenceService');
        const runtimeOf = ({ metadata, spec }: Manifest) =>
          objects.find(
            (object) =>
              object.kind === 'ServingRuntime' &&
              object.metadata.namespace === metadata.namespace &&
              object.metadata.name === spec.predictor.model?.runtime,
          );

        test('every InferenceService is there as it is rendered, and Ready in its own generation', async () => {
          const services = await of(example, '/apis/serving.kserve.io/v1beta1/inferenceservices');
          expect(namesOf(services)).toEqual(namesOf(rendered));
          for (const { metadata, status } of services) {
            const written = rendered.find((service) => nameOf(service) === nameOf({ ...service, metadata }))!;
            const format = written.spec.predictor.model?.modelFormat.name;
            expect(metadata.labels).toEqual(written.metadata.labels);
            expect(metadata.annotations).toEqual({
              ...written.metadata.annotations,
              'kubectl.kubernetes.io/last-applied-configuration': expect.any(String),
              ...(manager.annotatesFormat && format && { modelFormat: format }),
            });
            expect([metadata.generation, status.observedGeneration]).toEqual([1, 1]);
            const conditions = (status.conditions as Condition[]).map(({ type, status: value }) => [type, value]);
            expect(Object.fromEntries(conditions)).toEqual({
              ...{ IngressReady: 'True', PredictorReady: 'True', Ready: 'True' },
              ...(manager.saysStopped && { Stopped: 'False' }),
            });
          }
        });

        test('each Deployment is what InferenceService and ServingRuntime say', async () => {
          const deployments = await of(example, '/apis/apps/v1/deployments');
          const expected = rendered.map((service) => expectedDeployment(service, runtimeOf(service), manager));
          expect(namesOf(deployments)).toEqual(namesOf(expected));
          for (const wanted of expected) {
            const { name, namespace } = wanted.metadata;
            const made = deployments.find(
              ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
            )!;
            expect(comparable(made)).toEqual(comparable(await withDefaults(wanted)));
          }
        });

        test('each has one Service, and an autoscaler where its number is a range of KServe', async () => {
          const services = await of(example, '/api/v1/services');
          expect(services.map(({ metadata, spec }) => [metadata.name, spec.ports, spec.selector]).sort()).toEqual(
            rendered
              .map(({ metadata }) => `${metadata.name}-predictor`)
              .map((name) => [
                name,
                [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
                { app: `isvc.${name}` },
              ])
              .sort(),
          );
          const autoscalers = await of(example, '/apis/autoscaling/v2/horizontalpodautoscalers');
          expect(
            autoscalers.map(({ spec }) => [spec.scaleTargetRef.name, spec.minReplicas, spec.maxReplicas]).sort(),
          ).toEqual(
            rendered
              .filter(({ metadata }) => metadata.annotations!['serving.kserve.io/autoscalerClass'] === 'hpa')
              .map(({ metadata, spec: { predictor } }) => [
                `${metadata.name}-predictor`,
                predictor.minReplicas,
                predictor.maxReplicas,
              ])
              .sort(),
          );
        });

        test('Pod Security "restricted", which is enforced, admits its pods, and no spoiled one', async () => {
          for (const { metadata } of example.namespaces) {
            expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
          }
          const deployments = await of(example, '/apis/apps/v1/deployments');
          expect(deployments.length).toBeGreaterThan(0);
          for (const deployment of deployments) {
            const pod = podOf(deployment);
            for (const [what, spoil, reason] of SPOILED_PODS) {
              const spoiled = structuredClone(pod);
              spoil(spoiled);
              const { status, body } = await create(spoiled);
              expect([what, status, body.message]).toEqual([
                what,
                403,
                expect.stringContaining(`violates PodSecurity "restricted:latest": ${reason}`),
              ]);
            }
            const { status, warnings, body } = await create(pod);
            expect([status, warnings, body.message]).toEqual([201, [], undefined]);
            const { namespace, name } = pod.metadata;
            await ask('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0 });
          }
        });
      });
    },
    manager.tool,
  );
});

/** The configuration that a folder is made from, where it is no code: `examples/tls/maas.yaml`. */
function configurationOf({ name }: KServeExample): string | undefined {
  const [, example = '.', environment = '/maas'] = /^(?:(.*)\/)?dist(\/.*)?$/.exec(name)!;
  const path = `${example}${environment}.yaml`;
  return existsSync(path) ? path : undefined;
}

describe('for KServe 0.15.2 the examples are rendered as they are committed, but for one word', () => {
  const configured = examples.filter((example) => configurationOf(example) !== undefined);

  test.each(configured)('$name', (example) => {
    const props = readConfiguration(configurationOf(example)!);
    const versions = { ...props.versions, kserve: '0.15.2' };
    const manager = KSERVE_MANAGERS.find(({ version }) => version === versions.kserve)!;
    const rendered = JSON.parse(JSON.stringify(manifestsOf({ ...props, versions }))) as Manifest[];
    expect(renderedFor(manager, committed(readPlatformFolder(example.name)))).toEqual(rendered);
    expect(JSON.stringify(rendered)).toContain(manager.deploymentMode);
  });

  test('all but those whose configuration is code', () => {
    const others = examples.filter((example) => !configured.includes(example));
    expect(others.map(({ name }) => name)).toEqual(['examples/library/dist', 'examples/two-platforms/dist']);
  });
});
