import { manifestsOf, platformFolders, type Manifest } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';

interface SpoiledObject {
  readonly what: string;
  readonly kind: string;
  readonly spoil: (object: Manifest) => void;
  /** Part of the API server's (or kubectl's) message that names the place and the reason. */
  readonly reason: string;
}

const spoiledObjects: readonly SpoiledObject[] = [
  {
    what: 'unknown field',
    kind: 'HTTPRoute',
    spoil: (route) => (route.spec.rules[0].timeout = '10s'),
    reason: 'strict decoding error: unknown field "spec.rules[0].timeout"',
  },
  {
    what: 'duration without a unit',
    kind: 'HTTPRoute',
    spoil: (route) => (route.spec.rules[0].timeouts.request = '60'),
    reason: 'spec.rules[0].timeouts.request: Invalid value: "60": spec.rules[0].timeouts.request in body should match',
  },
  {
    what: 'host with a wildcard inside',
    kind: 'HTTPRoute',
    spoil: (route) => (route.spec.hostnames = ['model.*.local']),
    reason: 'spec.hostnames[0]: Invalid value: "model.*.local": spec.hostnames[0] in body should match',
  },
  {
    what: 'name that is no DNS name',
    kind: 'HTTPRoute',
    spoil: (route) => ((route.metadata as { name: string }).name = 'Simulator_Route'),
    reason: 'metadata.name: Invalid value: "Simulator_Route": a lowercase RFC 1123 subdomain must consist of',
  },
  {
    what: 'misspelt kind',
    kind: 'HTTPRoute',
    spoil: (route) => ((route as { kind: string }).kind = 'HttpRoute'),
    reason: 'no matches for kind "HttpRoute" in version "gateway.networking.k8s.io/v1"',
  },
  {
    what: 'version that is not served',
    kind: 'HTTPRoute',
    spoil: (route) => ((route as { apiVersion: string }).apiVersion = 'gateway.networking.k8s.io/v2'),
    reason: 'no matches for kind "HTTPRoute" in version "gateway.networking.k8s.io/v2"',
  },
  {
    what: 'port as a word',
    kind: 'Gateway',
    spoil: (gateway) => (gateway.spec.listeners[0].port = 'http'),
    reason:
      'spec.listeners[0].port: Invalid value: "string": spec.listeners[0].port in body must be of type integer: "string"',
  },
  {
    what: 'two listeners of one name',
    kind: 'Gateway',
    spoil: (gateway) => gateway.spec.listeners.push({ ...gateway.spec.listeners[0], port: 81 }),
    reason: 'spec.listeners[1]: Duplicate value: {"name":"http"}',
  },
  {
    what: 'both ways of choosing a target (CEL rule)',
    kind: 'EnvoyFilter',
    spoil: (filter) => (filter.spec.workloadSelector = { labels: { app: 'gateway' } }),
    reason: 'spec: Invalid value: "object": only one of targetRefs or workloadSelector can be set',
  },
  {
    what: 'unknown operation',
    kind: 'EnvoyFilter',
    spoil: (filter) => (filter.spec.configPatches[0].patch.operation = 'INSERT_LAST'),
    reason: 'spec.configPatches[0].patch.operation: Unsupported value: "INSERT_LAST": supported values: ',
  },
  {
    what: 'no target',
    kind: 'AuthPolicy',
    spoil: (policy) => delete policy.spec.targetRef,
    reason: 'spec.targetRef: Required value',
  },
  {
    what: 'overrides and defaults together (CEL rule)',
    kind: 'AuthPolicy',
    spoil: (policy) => (policy.spec.defaults = policy.spec.overrides),
    reason: 'spec: Invalid value: "object": Explicit overrides and explicit defaults are mutually exclusive',
  },
  {
    what: 'window in words',
    kind: 'RateLimitPolicy',
    spoil: (policy) => ((Object.values(policy.spec.overrides.limits)[0] as Manifest).rates[0].window = '2 minutes'),
    reason: 'spec.overrides.limits.enterprise-user-requests.rates[0].window: Invalid value: "2 minutes": ',
  },
  {
    what: 'unknown field',
    kind: 'InferenceService',
    spoil: (service) => (service.spec.predictor.gpus = 1),
    reason: 'strict decoding error: unknown field "spec.predictor.gpus"',
  },
  {
    what: 'quantity with a blank',
    kind: 'InferenceService',
    spoil: (service) => {
      const { model, containers } = service.spec.predictor;
      (model ?? containers[0]).resources = { limits: { memory: '8 GB' } };
    },
    reason: 'resources.limits.memory: Invalid value: "8 GB": ',
  },
  {
    what: 'runtime without containers',
    kind: 'ServingRuntime',
    spoil: (runtime) => delete runtime.spec.containers,
    reason: 'spec.containers: Required value',
  },
  {
    what: 'no issuer',
    kind: 'Certificate',
    spoil: (certificate) => delete certificate.spec.issuerRef,
    reason: 'spec.issuerRef: Required value',
  },
  {
    what: 'no backend',
    kind: 'Route',
    spoil: (route) => delete route.spec.to,
    reason: 'spec.to: Required value',
  },
  {
    what: 'interval in words',
    kind: 'ServiceMonitor',
    spoil: (monitor) => (monitor.spec.endpoints[0].interval = '30 seconds'),
    reason: 'spec.endpoints[0].interval: Invalid value: "30 seconds": spec.endpoints[0].interval in body should match',
  },
  {
    what: 'no store',
    kind: 'ExternalSecret',
    spoil: (secret) => (secret.spec.data[0].remoteRef = {}),
    reason: 'spec.data[0].remoteRef.key: Required value',
  },
  {
    what: 'key that is not base64',
    kind: 'Secret',
    spoil: (secret) => (secret.data = { api_key: 'freeuser1_key' }),
    reason: 'illegal base64 data at input byte 9',
  },
  {
    what: 'unknown Pod Security level',
    kind: 'Namespace',
    spoil: ({ metadata }) => (metadata.labels!['pod-security.kubernetes.io/enforce'] = 'strictest'),
    reason: 'must be one of privileged, baseline, restricted',
  },
  {
    what: 'rule without verbs',
    kind: 'Role',
    spoil: (role) => delete role.rules[0].verbs,
    reason: 'rules[0].verbs: Required value: verbs must contain at least one value',
  },
  {
    what: 'expression that is no CEL',
    kind: 'ValidatingAdmissionPolicy',
    spoil: (policy) => (policy.spec.validations[0].expression = 'nothing ever'),
    reason:
      'spec.validations[0].expression: Invalid value: "nothing ever": compilation failed: ERROR: <input>:1:9: Syntax error',
  },
];

describeCluster('the API server refuses', () => {
  const manifests = platformFolders().flatMap(manifestsOf);
  const namespaces = manifests.filter(({ kind }) => kind === 'Namespace');

  beforeAll(async () => {
    await createPrerequisiteNamespaces(kubectl, 'openshift');
    const items = [...new Map(namespaces.map((namespace) => [namespace.metadata.name, namespace])).values()];
    await kubectl(['apply', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  });

  function dryRun(object: Manifest) {
    const command = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
    return kubectl(command, { stdin: JSON.stringify(object), expectFailure: true });
  }

  test.each(spoiledObjects)('$kind: $what', async ({ kind, spoil, reason }) => {
    const sound = manifests.find((manifest) => manifest.kind === kind);
    if (!sound) throw new Error(`neither dist/ nor an example holds a ${kind}`);
    expect(await dryRun(sound)).toMatchObject({ exitCode: 0, stderr: '' });

    const spoiled = structuredClone(sound);
    spoil(spoiled);
    const answer = await dryRun(spoiled);
    expect(answer.stderr).toContain(reason);
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' });
  });

  test('a pod that Pod Security "restricted" forbids, in the platform\'s namespace', async () => {
    const containers = [{ name: 'shell', image: 'example.com/shell', securityContext: { privileged: true } }];
    const metadata = { name: 'shell', namespace: 'llm' };
    const answer = await dryRun({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
    expect(answer.stderr).toContain('pods "shell" is forbidden: violates PodSecurity "restricted:latest": privileged');
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' });
  });
});
