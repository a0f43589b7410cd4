import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { gatewayPod } from './harness/discovery';
import { readPlatformFolder, type Manifest } from './harness/manifests';
import { CONSTRAINTS, refusals, USER_RANGE_ANNOTATION, type UserRange } from './harness/security-context-constraints';
import { describeCluster, kubectl } from './harness/suite';

const example = readPlatformFolder('examples/openshift-gpu/dist');
const range: UserRange = { first: 1000650000, count: 10000 };

describeCluster(
  "the gateway's pod where OpenShift has given the namespace a range of users",
  () => {
    let plane: ControlPlane;
    let pod: Manifest;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      // OpenShift writes it as soon as the namespace is there.
      const annotations = { [USER_RANGE_ANNOTATION]: `${range.first}/${range.count}` };
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm', annotations } };
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(namespace) });
      await plane.apply(example);
      await plane.untilGood(example);
      pod = await gatewayPod('inference-gateway');
    });
    afterAll(() => plane?.stop());

    test('names a user of that range, which istiod has read', () => {
      const users = pod.spec.containers.map(({ securityContext }: Manifest) => securityContext.runAsUser);
      expect(users).toEqual([range.first + range.count - 1]);
    });

    test('wants nothing that restricted-v2 refuses, and would with the user that Istio takes elsewhere', () => {
      const [restricted] = CONSTRAINTS;
      expect(refusals(restricted!, pod, range)).toEqual([]);
      const elsewhere = structuredClone(pod);
      elsewhere.spec.containers[0].securityContext.runAsUser = 1337;
      expect(refusals(restricted!, elsewhere, range)).toEqual(['user 1337']);
    });
  },
  ...controlPlaneTools,
);
