import { untilProblem } from './harness/conditions';
import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { manifestsOf, nameOf, platformFolders, readPlatformFolder, type Manifest } from './harness/manifests';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const dist = readPlatformFolder('dist');

/** An object of dist/, spoiled in one place. */
function spoiled(name: string, spoil: (object: Manifest) => void): string {
  const object = structuredClone(manifestsOf(dist).find((manifest) => nameOf(manifest) === name)!);
  spoil(object);
  return JSON.stringify(object);
}

describeCluster(
  'the real controllers',
  () => {
    let plane: ControlPlane;

    beforeAll(async () => {
      plane = await ControlPlane.start();
    });
    afterAll(() => plane?.stop());

    describe('are content with', () => {
      afterEach(() => plane.empty());

      test.each(platformFolders())('$name', async (folder) => {
        expect(await plane.apply(folder)).toEqual([]);
        await plane.untilGood(folder);
      });
    });

    describe('are not content with dist/ when', () => {
      beforeAll(async () => {
        await plane.apply(dist);
        await plane.untilGood(dist);
      });
      afterEach(async () => {
        await kubectl(['apply', '-f', 'dist']);
        await plane.untilGood(dist);
      });

      const authPolicy = 'AuthPolicy llm/gateway-auth-policy';
      const route = 'HTTPRoute llm/simulator-domain-route';
      const gateway = 'Gateway llm/inference-gateway';

      test.each<[what: string, name: string, spoil: (object: Manifest) => void, problem: string]>([
        [
          'the AuthPolicy is for another Gateway',
          authPolicy,
          ({ spec }) => (spec.targetRef.name = 'inference-gatewy'),
          `${authPolicy}: Accepted is False (TargetNotFound: AuthPolicy target inference-gatewy was not found)`,
        ],
        [
          'the Service behind a route is not there',
          route,
          ({ spec }) => (spec.rules[0].backendRefs[0].name = 'vllm-simulator'),
          `${route}: by istio.io/gateway-controller: ResolvedRefs is False (BackendNotFound: ` +
            'backend(vllm-simulator.llm.svc.cluster.local) not found)',
        ],
        [
          'a route has a host that the Gateway does not take',
          route,
          ({ spec }) => (spec.hostnames = ['simulator.maas.example']),
          `${route}: by istio.io/gateway-controller: Accepted is False (NoMatchingListenerHostname: ` +
            'no hostnames matched parent hostname "*.maas.local")',
        ],
        [
          'the certificate of the Gateway is not there',
          gateway,
          ({ spec }) =>
            Object.assign(spec.listeners[0], { protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'nobodys' }] } }),
          `${gateway}: listener http: ResolvedRefs is False (InvalidCertificateRef: ` +
            'invalid certificate reference /Secret/nobodys., secret llm/nobodys not found)',
        ],
      ])('%s', async (_, name, spoil, problem) => {
        await kubectl(['apply', '-f', '-'], { stdin: spoiled(name, spoil) });
        expect(await untilProblem(name, problem)).toContain(problem);
      });

      test('an EnvoyFilter has a field that Envoy does not know: a warning', async () => {
        const stdin = spoiled('EnvoyFilter llm/identity-required-filter', ({ spec }) => {
          spec.configPatches[0].patch.value.typed_config.default_souce_code = {};
        });
        const { stderr } = await kubectl(['apply', '-f', '-'], { stdin });
        expect(stderr).toContain('default_souce_code');
      });

      test('a model has a name that KServe does not take: refused', async () => {
        const stdin = spoiled('InferenceService llm/vllm-simulator', ({ metadata }) => {
          Object.assign(metadata, { name: '0-simulator' });
        });
        const { stderr, exitCode } = await kubectl(['apply', '-f', '-'], { stdin, expectFailure: true });
        expect([exitCode, stderr]).toEqual([
          1,
          expect.stringContaining('inferenceservice.kserve-webhook-server.validator'),
        ]);
      });

      test('the Gateway wants a pod that Pod Security "restricted" forbids: it is not admitted', async () => {
        const stdin = spoiled('ConfigMap llm/inference-gateway-options', ({ data }) => {
          data.deployment = data.deployment.replace('RuntimeDefault', 'Unconfined');
        });
        await kubectl(['apply', '-f', '-'], { stdin });
        await until('the pod is refused', 30, async () => plane.standIn.problems.length > 0);
        expect(plane.standIn.problems).toEqual([
          expect.stringMatching(
            /^Deployment llm\/inference-gateway-istio: its pod is not admitted: .* violates PodSecurity "restricted:latest": seccompProfile/,
          ),
        ]);
      });
    });
  },
  ...controlPlaneTools,
);
