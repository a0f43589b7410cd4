import type { MaasPlatformProps } from '../../../src/config/configuration';
import { identityOf, referenceOf, type KubernetesObject } from '../../../src/operations/kubernetes-object';
import { CHECKS } from '../../../src/operations/verify/checks';
import { includesTokens } from '../../../src/operations/verify/checks/gateway';
import { rowsOf } from '../../../src/operations/verify/verify';
import { add, clusterOf, commandsFor, healthy, liveOf, problemsIn, rowsIn, STARTED, type Healthy } from './healthy';

test('of a healthy platform every check has something to say, and all of it is good', () => {
  const withGpu = healthy({
    models: [
      { name: 'simulator', fallback: 'far' },
      { name: 'qwen3', cache: ON_NODES },
      { name: 'far', external: EXTERNAL },
    ],
    gateway: { tls: { issuer: { name: 'ca' } } },
  });
  add(withGpu, gpuNode(), { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'ca' } });
  add(withGpu, providerSecret('sk-platform'));
  findCache(withGpu);
  const rows = [...rowsIn(withGpu), ...rowsIn(onOpenShift())];
  expect(rows.filter(({ verdict }) => verdict !== 'good')).toEqual([]);
  expect([...new Set(rows.map(({ check }) => check))]).toEqual(Object.keys(CHECKS));
});

const ON_NODES = { nodeGroup: 'gpus', size: '2Gi' };

/** What KServe does when an InferenceService is applied, and then. */
function findCache(platform: Healthy): void {
  const label = { 'internal.serving.kserve.io/localmodel': 'qwen3-0-6b-0a1b2c3d' };
  const service = liveOf(platform, 'InferenceService llm/qwen3-0-6b-instruct') as KubernetesObject;
  for (const each of [service, platform.state.applied.get(identityOf(service))]) {
    Object.assign(each?.metadata.labels ?? {}, label);
  }
  const { spec } = liveOf(platform, 'Deployment llm/qwen3-0-6b-instruct-predictor');
  spec.template.metadata.labels = { ...spec.template.metadata.labels, ...label };
}

const EXTERNAL = { baseUrl: 'https://api.example.com/v1', keySecret: 'provider' };

function providerSecret(key: string): KubernetesObject {
  const data = { 'api-key': Buffer.from(key).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'provider', namespace: 'llm' },
    data,
  } as KubernetesObject;
}

test('the key of a provider is missing, is empty, or cannot be sent; it is never shown', () => {
  const platform = healthy({ models: [{ name: 'simulator' }, { name: 'far', external: EXTERNAL }] });
  const found = () => problemsIn(platform, 'provider keys');
  const make = 'kubectl create secret generic provider --namespace=llm --from-file=api-key';
  expect(found()).toEqual(['bad Secret llm/provider: not there: models of this provider answer 503']);
  expect(commandsFor(platform, 'provider keys')).toEqual([make]);
  for (const [key, flaw] of [
    ['', 'has nothing at api-key'],
    ['sk-platform\n', 'its api-key has a blank or a line break in it: no request can carry that'],
  ] as const) {
    platform.live.delete('Secret llm/provider');
    add(platform, providerSecret(key));
    expect(found()).toEqual([`bad Secret llm/provider: ${flaw}: models of this provider answer 503`]);
    expect(commandsFor(platform, 'provider keys')).toEqual(['kubectl delete secret provider --namespace=llm', make]);
  }
});

/** With the Prometheus of OpenShift's user workload monitoring. */
function onOpenShift(more: MaasPlatformProps = {}): Healthy {
  const platform = healthy({ platform: 'openshift', domain: 'apps.example.com', ...more });
  add(
    platform,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kuadrant-system' } },
    {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: {
        ...{ name: 'prometheus-user-workload-0', namespace: 'openshift-user-workload-monitoring' },
        labels: { 'app.kubernetes.io/name': 'prometheus', prometheus: 'user-workload' },
      },
    },
  );
  return platform;
}

function gpuNode(more: { labels?: object; allocatable?: object; spec?: object } = {}): KubernetesObject {
  const labels = { 'nvidia.com/gpu.present': 'true', ...more.labels } as Record<string, string>;
  return {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'gpu-1', labels }, spec: more.spec ?? {} },
    status: { allocatable: { 'nvidia.com/gpu': '1', ...more.allocatable } },
  };
}

describe('present', () => {
  test('an object is missing', () => {
    const platform = healthy();
    platform.live.delete('EnvoyFilter llm/usage-ledger');
    expect(problemsIn(platform, 'present')).toEqual(['bad EnvoyFilter llm/usage-ledger: not there']);
    expect(commandsFor(platform, 'present')).toEqual(['maas install']);
  });

  test('the cluster does not know a kind', () => {
    const platform = healthy();
    platform.state.kinds = new Map([...platform.state.kinds].filter(([key]) => !key.endsWith(' InferenceService')));
    expect(problemsIn(platform, 'present')).toEqual([
      'bad InferenceService llm/vllm-simulator: the cluster does not know InferenceService.v1beta1.serving.kserve.io',
    ]);
  });

  test('a Job that takes itself away is not missed', () => {
    const platform = healthy({
      conformance: { key: { existingSecret: 'a' } },
      tiers: [{ name: 'free', tokens: { minute: 9 } }],
    });
    const job = [...platform.live.keys()].find((name) => name.startsWith('Job ')) ?? '';
    platform.live.delete(job);
    expect(problemsIn(platform, 'present')).toEqual([
      `skipped ${job}: not there: it takes itself away some time after it has finished`,
    ]);
  });

  test('an own object without a namespace may be anywhere', () => {
    const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' } };
    const platform = healthy({ objects: [own] });
    platform.live.delete('ConfigMap own');
    expect(problemsIn(platform, 'present')).toEqual([
      'skipped ConfigMap own: names no namespace: it is in that of whatever context it was applied with',
    ]);
  });

  test('nothing but what others share: one row', () => {
    const platform = healthy();
    for (const name of platform.live.keys())
      if (!/^(Namespace|Kuadrant|ConfigMap kserve)/.test(name)) platform.live.delete(name);
    expect(rowsOf(clusterOf(platform), platform.platform)).toMatchObject([
      { check: 'platform', verdict: 'bad', advice: { commands: ['maas install'] } },
    ]);
    platform.state.missingRights = [
      { verb: 'list', resource: 'gateways', group: 'gateway.networking.k8s.io', namespace: 'llm' },
    ];
    expect(rowsOf(clusterOf(platform), platform.platform).length).toBeGreaterThan(1);
  });
});

describe('in sync', () => {
  /** Puts more into an object, which an apply would leave there. */
  function added(name: string, change: (spec: KubernetesObject) => void): Healthy {
    const platform = healthy();
    const live = liveOf(platform, name);
    live.spec = structuredClone(live.spec);
    change(live.spec);
    platform.state.applied = new Map([...platform.state.applied, [identityOf(referenceOf(live)), live]]);
    return platform;
  }

  test('a way in that somebody has added is found, although an apply would change nothing', () => {
    const platform = added('AuthPolicy llm/gateway-auth-policy', ({ overrides }) => {
      overrides.rules.authentication['a/b'] = { anonymous: {} };
      overrides.rules.priority = 0;
      overrides.when = [];
    });
    expect(problemsIn(platform, 'in sync')).toEqual([
      'bad AuthPolicy llm/gateway-auth-policy: somebody has added spec.overrides.rules.authentication["a/b"], which the configuration does not have',
    ]);
    expect(commandsFor(platform, 'in sync')).toEqual([
      `kubectl patch AuthPolicy.v1.kuadrant.io gateway-auth-policy --namespace=llm --type=json '--patch=[{"op":"remove","path":"/spec/overrides/rules/authentication/a~1b"}]'`,
      'maas install',
    ]);
  });

  test.each<[string, (spec: KubernetesObject) => void, string]>([
    [
      'Gateway llm/inference-gateway',
      ({ listeners }) => listeners.push({ name: 'open', port: 8080, protocol: 'HTTP' }),
      'spec.listeners[1]',
    ],
    [
      'ValidatingAdmissionPolicy llm-gateway-protection',
      ({ matchConditions }) => matchConditions.unshift({ name: 'never', expression: 'false' }),
      'spec.matchConditions[0]',
    ],
  ])('so is what somebody has added to %s', (name, change, path) => {
    expect(problemsIn(added(name, change), 'in sync')).toEqual([
      `bad ${name}: somebody has added ${path}, which the configuration does not have`,
    ]);
  });

  const filter = 'EnvoyFilter llm/token-rate-limit-filter';

  test('an apply would change something: paths, never values', () => {
    const platform = healthy();
    liveOf(platform, filter).spec.priority = 12345;
    liveOf(platform, 'Secret llm/freeuser1-apikey').data.api_key = 'c2VjcmV0';
    const problems = problemsIn(platform, 'in sync');
    expect(problems).toEqual([
      'bad Secret llm/freeuser1-apikey: differs at data.api_key',
      `bad ${filter}: differs at spec.priority`,
    ]);
  });

  test('no more than four paths are told', () => {
    const platform = healthy();
    liveOf(platform, 'Gateway llm/inference-gateway').metadata.labels = { a: '1', b: '2', c: '3', d: '4' };
    expect(problemsIn(platform, 'in sync')).toEqual([
      'bad Gateway llm/inference-gateway: differs at metadata.labels.a, ' +
        'metadata.labels["app.kubernetes.io/managed-by"], metadata.labels["app.kubernetes.io/part-of"], metadata.labels.b, 2 more',
    ]);
  });

  test('what the server keeps is no difference', () => {
    const platform = healthy();
    const { metadata } = liveOf(platform, filter);
    Object.assign(metadata, { resourceVersion: '99', generation: 4, uid: 'x', managedFields: [{}] });
    metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    expect(problemsIn(platform, 'in sync')).toEqual([]);
  });

  describe('without the right to apply', () => {
    function readOnly(): Healthy {
      const platform = healthy();
      const reason = 'no right to patch everything';
      platform.state.notApplied = new Map([...platform.state.applied.keys()].map((identity) => [identity, reason]));
      platform.state.applied = new Map();
      return platform;
    }
    const noted = expect.stringMatching(/^skipped \d+ objects: compared here, the server was not asked/);

    test('what has all that is wanted is good, whatever others have set', () => {
      const platform = readOnly();
      liveOf(platform, filter).spec.added = true;
      liveOf(platform, 'NetworkPolicy llm/model-servers').metadata.annotations = { by: 'somebody' };
      expect(problemsIn(platform, 'in sync')).toEqual([noted]);
    });

    test('what may differ is unknown', () => {
      const platform = readOnly();
      liveOf(platform, filter).spec.priority = 12345;
      liveOf(platform, filter).spec.targetRefs = [];
      liveOf(platform, 'Secret llm/freeuser1-apikey').data.api_key = 'c2VjcmV0';
      expect(problemsIn(platform, 'in sync')).toEqual([
        'unknown Secret llm/freeuser1-apikey: may differ at data.api_key: no right to patch everything',
        `unknown ${filter}: may differ at spec.priority, spec.targetRefs[0]: no right to patch everything`,
        noted,
      ]);
    });

    test('what a server says of a Secret is not told', () => {
      const platform = readOnly();
      platform.state.notApplied = new Map(
        [...platform.state.notApplied].map(([identity]) => [identity, 'Invalid value: "key"']),
      );
      liveOf(platform, 'Secret llm/freeuser1-apikey').data.api_key = 'c2VjcmV0';
      expect(problemsIn(platform, 'in sync')[0]).toBe(
        'unknown Secret llm/freeuser1-apikey: may differ at data.api_key: the server refused it',
      );
    });
  });
});

describe('conditions', () => {
  test('a condition is not good, or of an older generation', () => {
    const platform = healthy();
    const route = liveOf(platform, 'HTTPRoute llm/simulator-domain-route');
    Object.assign(route.status.parents[0].conditions[1], { status: 'False', reason: 'BackendNotFound', message: 'no' });
    liveOf(platform, 'AuthPolicy llm/gateway-auth-policy').metadata.generation = 2;
    expect(problemsIn(platform, 'conditions')).toEqual([
      'bad AuthPolicy llm/gateway-auth-policy: Accepted is of generation 1, the object of 2; Enforced is of generation 1, the object of 2',
      'bad HTTPRoute llm/simulator-domain-route: by istio.io/gateway-controller: ResolvedRefs is False (BackendNotFound: no)',
    ]);
    expect(commandsFor(platform, 'conditions')).toEqual([
      'kubectl describe AuthPolicy.v1.kuadrant.io gateway-auth-policy --namespace=llm',
      'kubectl describe HTTPRoute.v1.gateway.networking.k8s.io simulator-domain-route --namespace=llm',
    ]);
  });

  test('a policy is overridden: the other one is named', () => {
    const platform = healthy();
    const policy = liveOf(platform, 'AuthPolicy llm/gateway-auth-policy');
    const overridden = { status: 'False', reason: 'Overridden', message: 'AuthPolicy is overridden by [llm/theirs]' };
    Object.assign(policy.status.conditions[1], overridden);
    expect(commandsFor(platform, 'conditions')).toEqual([
      'kubectl delete AuthPolicy.v1.kuadrant.io theirs --namespace=llm',
    ]);
  });

  test('what is no name of a policy is not deleted', () => {
    const platform = healthy();
    const message = 'AuthPolicy is overridden by [llm/--all, llm/theirs]';
    const policy = liveOf(platform, 'AuthPolicy llm/gateway-auth-policy');
    Object.assign(policy.status.conditions[1], { status: 'False', reason: 'Overridden', message });
    expect(commandsFor(platform, 'conditions')).toEqual([
      'kubectl delete AuthPolicy.v1.kuadrant.io theirs --namespace=llm',
    ]);
  });

  test('a policy waits for Authorino, which its operator forgets: the operator is started anew', () => {
    const platform = healthy();
    const message = 'AuthPolicy waiting for the following components to sync: [Authorino]';
    const policy = liveOf(platform, 'AuthPolicy llm/gateway-auth-policy');
    Object.assign(policy.status.conditions[1], { status: 'False', reason: 'Unknown', message });
    expect(commandsFor(platform, 'conditions')).toEqual([
      'kubectl rollout restart deployment/kuadrant-operator-controller-manager --namespace=kuadrant-system',
    ]);
  });

  test('a certificate is not ready: it can be made anew at once', () => {
    const platform = healthy({ gateway: { tls: { issuer: { name: 'ca' } } } });
    const name = [...platform.live.keys()].find((each) => each.startsWith('Certificate ')) ?? '';
    Object.assign(liveOf(platform, name).status.conditions[0], { status: 'False', reason: 'Failed' });
    expect(commandsFor(platform, 'conditions').map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      'kubectl describe',
      'kubectl delete',
      'maas install',
    ]);
    expect(problemsIn(platform, 'issuer')).toEqual([
      'bad ClusterIssuer ca: not there: nobody issues the certificate of the Gateway',
    ]);
  });

  test('an AuthConfig of another platform is not looked at', () => {
    const platform = healthy();
    const { metadata, status } = liveOf(platform, 'AuthConfig kuadrant-system/a');
    Object.assign(status.conditions[1], { status: 'False' });
    const route = (namespace: string) => `httproute.gateway.networking.k8s.io:${namespace}/a-route#rule-1`;
    metadata.annotations = { 'HTTPRouteRule.gateway.networking.k8s.io': route('llm') };
    expect(problemsIn(platform, 'Kuadrant')).toHaveLength(1);
    metadata.annotations = { 'HTTPRouteRule.gateway.networking.k8s.io': route('llm-2') };
    expect(problemsIn(platform, 'Kuadrant')).toEqual([]);
  });

  test('Authorino is not there, Limitador and an AuthConfig are not ready', () => {
    const platform = healthy();
    platform.live.delete('Authorino kuadrant-system/authorino');
    liveOf(platform, 'Limitador kuadrant-system/limitador').status.conditions = [];
    Object.assign(liveOf(platform, 'AuthConfig kuadrant-system/a').status.conditions[1], { status: 'False' });
    expect(problemsIn(platform, 'Kuadrant')).toEqual([
      'bad Authorino in kuadrant-system: not there: Kuadrant’s operator has not made it',
      'bad Limitador kuadrant-system/limitador: Ready is missing',
      'bad AuthConfig kuadrant-system/a: Ready is False (Ready: said by a test)',
    ]);
    expect(commandsFor(platform, 'Kuadrant')[0]).toBe(
      'kubectl rollout restart deployment/kuadrant-operator-controller-manager --namespace=kuadrant-system',
    );
  });
});

describe('gateway', () => {
  const pod = 'Pod llm/inference-gateway-istio-1';

  test('no address', () => {
    const platform = healthy();
    liveOf(platform, 'Gateway llm/inference-gateway').status.addresses = [];
    expect(problemsIn(platform, 'gateway')).toEqual(['bad Gateway llm/inference-gateway: it has no address']);
  });

  test("somebody else's Gateway is not there", () => {
    const platform = healthy({ gateway: { create: false, name: 'shared' } });
    expect(problemsIn(platform, 'gateway')).toEqual(['bad Gateway llm/shared: not there']);
  });

  test('a Service is missing, or nothing behind it is ready', () => {
    const platform = healthy();
    platform.live.delete('Service llm/vllm-simulator-predictor');
    liveOf(platform, 'EndpointSlice llm/inference-gateway-istio-x').endpoints[0].conditions.ready = false;
    expect(problemsIn(platform, 'endpoints')).toEqual([
      'bad Service llm/inference-gateway-istio: no pod behind it is ready',
      'bad Service llm/vllm-simulator-predictor: not there: KServe has not made it',
    ]);
  });

  test('pods without the annotation: the Gateway has it, or has not', () => {
    const platform = healthy();
    liveOf(platform, pod).metadata.annotations = {};
    expect(problemsIn(platform, 'token counters')).toEqual([
      `bad ${pod}: no annotation sidecar.istio.io/statsInclusionRegexps that takes in http\\..*lua\\..*: no token limit can count`,
    ]);
    expect(commandsFor(platform, 'token counters')).toEqual([
      'kubectl rollout restart deployment/inference-gateway-istio --namespace=llm',
    ]);
    liveOf(platform, 'Gateway llm/inference-gateway').spec.infrastructure.annotations = {};
    expect(commandsFor(platform, 'token counters')).toEqual(['maas install']);
  });

  test('without token limits, or with those of Kuadrant, nothing has to be counted', () => {
    for (const props of [{ tiers: [{ name: 'free' }] }, { limits: { engine: 'tokenRateLimitPolicy' as const } }]) {
      const platform = healthy(props);
      liveOf(platform, pod).metadata.annotations = {};
      expect(problemsIn(platform, 'token counters')).toEqual([]);
    }
  });

  test.each([
    [{ 'sidecar.istio.io/statsInclusionRegexps': 'other,http\\..*lua\\..*' }, true],
    [{ 'sidecar.istio.io/statsInclusionRegexps': '.*' }, true],
    [{ 'sidecar.istio.io/statsInclusionRegexps': 'lua' }, false],
    [{ 'sidecar.istio.io/statsInclusionRegexps': '(' }, false],
    [{ 'proxy.istio.io/config': 'proxyStatsMatcher: { inclusionRegexps: [".*lua.*"] }' }, true],
    [{ 'proxy.istio.io/config': 'proxyStatsMatcher:\n  inclusionPrefixes: [http]' }, true],
    [{ 'proxy.istio.io/config': 'proxyStatsMatcher: { inclusionPrefixes: [cluster, ""] }' }, false],
    [{ 'proxy.istio.io/config': ': {' }, false],
    [{}, false],
  ])('annotations %j: %s', (annotations, expected) => {
    expect(includesTokens(annotations as Record<string, string>)).toBe(expected);
  });

  test('an EnvoyFilter is for another Gateway, or from another namespace', () => {
    const platform = healthy();
    liveOf(platform, 'EnvoyFilter llm/usage-ledger').spec.targetRefs[0].name = 'other';
    expect(problemsIn(platform, 'filters')).toEqual([
      'bad EnvoyFilter llm/usage-ledger: is not for Gateway llm/inference-gateway: its Envoy does without it',
    ]);
    const root = healthy({ gateway: { filterPlacement: 'rootNamespace' } });
    expect(problemsIn(root, 'filters')).toEqual([]);
    liveOf(root, pod).metadata.labels = {};
    expect(problemsIn(root, 'filters')).toHaveLength(7);
  });
});

describe('the domain of the mesh', () => {
  const models = [
    { name: 'simulator', fallback: 'small' },
    { name: 'small', runtime: 'simulator' },
  ] as const;
  const istiod = 'Deployment istio-system/istiod';

  /** istiod as its chart starts it. */
  function withDomain(args: string[]): Healthy {
    const platform = healthy({ models: [...models] });
    liveOf(platform, istiod).spec.template.spec.containers[0].args = ['discovery', '--monitoringAddr=:15014', ...args];
    return platform;
  }

  test.each([[[]], [['--domain', 'cluster.local', '--keepaliveMaxServerConnectionAge', '30m']]])(
    'is that of fallbacks: %j',
    (args) => {
      expect(rowsIn(withDomain(args)).filter(({ check }) => check === 'mesh domain')).toEqual([
        {
          ...{ check: 'mesh domain', object: istiod, verdict: 'good' },
          found: 'its domain is cluster.local, by which fallbacks find Services',
        },
      ]);
    },
  );

  test.each([[['--domain', 'research.example']], [['--domain=research.example']]])('is another: %j', (args) => {
    const platform = withDomain(args);
    expect(problemsIn(platform, 'mesh domain')).toEqual([
      `bad ${istiod}: its domain is research.example, and fallbacks find Services by cluster.local only`,
    ]);
    expect(commandsFor(platform, 'mesh domain')).toEqual(['maas install']);
  });

  test('cannot be told where istiod is elsewhere, and matters to fallbacks only', () => {
    const platform = withDomain([]);
    platform.live.delete(istiod);
    expect(problemsIn(platform, 'mesh domain')).toEqual([
      'skipped Namespace istio-system: no istiod in istio-system: fallbacks need one with the domain cluster.local',
    ]);
    expect(rowsIn(healthy()).filter(({ check }) => check === 'mesh domain')).toEqual([]);
  });
});

describe('KServe', () => {
  test('its controller is older than its configuration', () => {
    const platform = healthy();
    const fields = liveOf(platform, 'ConfigMap kserve/inferenceservice-config').metadata.managedFields[0];
    fields.time = STARTED;
    expect(problemsIn(platform, 'KServe restart')).toEqual([]);
    fields.time = '2026-01-01T00:00:02Z';
    expect(problemsIn(platform, 'KServe restart')).toEqual([
      `bad Deployment kserve/kserve-controller-manager: runs since ${STARTED}, its configuration was changed at 2026-01-01T00:00:02Z`,
    ]);
    platform.live.delete('Pod kserve/kserve-controller-manager-1');
    expect(problemsIn(platform, 'KServe restart')).toEqual([
      'unknown Deployment kserve/kserve-controller-manager: no running pod says since when it runs',
    ]);
  });

  test('routes around the limits: of KServe, and of somebody with a host of ours; others are left alone', () => {
    const platform = healthy({ models: [{ name: 'simulator' }, { name: 'far', external: EXTERNAL }] });
    const route = (
      name: string,
      metadata: object,
      hostname: string | undefined,
      gateway = 'inference-gateway',
      backend?: string,
    ): KubernetesObject => ({
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
      metadata: { name, namespace: 'llm', ...metadata },
      spec: {
        parentRefs: [{ name: gateway, namespace: 'llm' }],
        ...(hostname !== undefined && { hostnames: [hostname] }),
        rules: [
          backend === undefined ? { filters: [{ type: 'RequestRedirect' }] } : { backendRefs: [{ name: backend }] },
        ],
      },
    });
    const ours = 'inference-gateway';
    const ownerReferences = [
      { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', name: 'vllm-simulator' },
    ];
    add(
      platform,
      route('kserves', { ownerReferences }, 'a.maas.local'),
      route('theirs', {}, 'simulator.maas.local'),
      route('harmless', {}, 'b.maas.local'),
      route('elsewhere', {}, 'simulator.maas.local', 'other'),
      route('every-host', {}, undefined, ours, 'echo'),
      route('all-below', {}, '*.maas.local', ours, 'echo'),
      route('redirect', {}, undefined),
      route('own-host', {}, 'mine.example.com', ours, 'vllm-simulator-predictor'),
      route('own-all', {}, '*.example.com', ours, 'echo'),
      route('provider', {}, 'our.example.com', ours, 'far.llm.external.internal'),
    );
    expect(problemsIn(platform, 'ways around')).toEqual([
      'bad HTTPRoute llm/kserves: KServe has made it for InferenceService vllm-simulator: it leads to the model past the route of the platform',
      'bad HTTPRoute llm/theirs: takes the host simulator.maas.local beside the route of the platform',
      'bad HTTPRoute llm/every-host: takes the host simulator.maas.local beside the route of the platform',
      'bad HTTPRoute llm/all-below: takes the host simulator.maas.local beside the route of the platform',
      'bad HTTPRoute llm/own-host: leads to the model simulator past the route of the platform',
      'bad HTTPRoute llm/provider: leads to the model far past the route of the platform',
    ]);
  });
});

describe('models', () => {
  const deployment = 'Deployment llm/vllm-simulator-predictor';
  const pod = 'Pod llm/vllm-simulator-predictor-1';

  test('KServe has made no Deployment', () => {
    const platform = healthy();
    platform.live.delete(deployment);
    expect(problemsIn(platform, 'models')).toEqual([
      'bad InferenceService llm/vllm-simulator: KServe has made no Deployment of it',
    ]);
  });

  const waiting = (reason: string) => ({
    containerStatuses: [{ name: 'main', state: { waiting: { reason, message: 'why' } } }],
  });

  test.each<[string, object, string, RegExp]>([
    ['its image cannot be pulled', waiting('ErrImagePull'), 'container main: ErrImagePull: why', /delete pods/],
    ['it crashes', waiting('CrashLoopBackOff'), 'container main: CrashLoopBackOff: why', /logs/],
    [
      'no node takes it',
      { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] },
      'unschedulable: 0/1 nodes are available',
      /describe pods/,
    ],
    ['it has failed', { phase: 'Failed', reason: 'Evicted' }, 'failed: Evicted', /describe deployment/],
  ])('%s', (_, status, problem, command) => {
    const platform = healthy();
    liveOf(platform, pod).status = status;
    expect(problemsIn(platform, 'models')).toEqual([`bad ${deployment}: pod vllm-simulator-predictor-1: ${problem}`]);
    expect(commandsFor(platform, 'models')[0]).toMatch(command);
  });

  test("OpenShift's constraints do not admit its pod", () => {
    const platform = healthy();
    platform.live.delete(pod);
    const message =
      'pods "a" is forbidden: unable to validate against any security context constraint: [provider restricted-v2: ' +
      '.containers[0].runAsUser: Invalid value: 1010: must be in the ranges: [1000650000, 1000659999]]';
    const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    liveOf(platform, deployment).status.conditions.push(refused);
    expect(problemsIn(platform, 'models')).toEqual([
      expect.stringContaining(`bad ${deployment}: ReplicaFailure is True (FailedCreate: ${message})`),
    ]);
    expect(commandsFor(platform, 'models')).toEqual(['maas install']);
  });

  test('a pod that is on its way beside a Deployment that is available', () => {
    const platform = healthy();
    liveOf(platform, pod).status = waiting('ContainerCreating');
    expect(problemsIn(platform, 'models')).toEqual([]);
    Object.assign(liveOf(platform, deployment).status.conditions[0], { status: 'False', reason: 'Minimum' });
    expect(problemsIn(platform, 'models')).toEqual([
      `bad ${deployment}: pod vllm-simulator-predictor-1: not ready yet; Available is False (Minimum: said by a test)`,
    ]);
  });
});

describe('node caches', () => {
  const withCache = (kserve = {}) =>
    healthy({ kserve, models: [{ name: 'simulator' }, { name: 'qwen3', cache: ON_NODES }] });
  const service = 'InferenceService llm/qwen3-0-6b-instruct';

  test('KServe has found no LocalModelCache: applied once more, it looks again', () => {
    const platform = withCache();
    expect(problemsIn(platform, 'node caches')).toEqual([
      `bad ${service}: KServe has found no LocalModelCache of its source for gpus: each of its pods would load the weights`,
    ]);
    expect(commandsFor(platform, 'node caches')).toEqual(['maas install']);
    const advices = (each: Healthy) => rowsIn(each).find(({ check }) => check === 'node caches')?.advice?.text;
    expect(advices(platform)).not.toContain('localModel.enabled');
    expect(advices(withCache({ configure: false }))).toContain('localModel.enabled');
    findCache(platform);
    expect(problemsIn(platform, 'node caches')).toEqual([]);
  });

  test('its pods have another, or none', () => {
    const platform = withCache();
    const deployment = 'Deployment llm/qwen3-0-6b-instruct-predictor';
    findCache(platform);
    liveOf(platform, service).metadata.labels['internal.serving.kserve.io/localmodel'] = 'qwen3-0-6b-4e5f6a7b';
    expect(problemsIn(platform, 'node caches')).toEqual([
      `bad ${deployment}: its pods do not have the weights of LocalModelCache qwen3-0-6b-4e5f6a7b yet`,
    ]);
    expect(commandsFor(platform, 'node caches')).toEqual([
      'kubectl rollout restart deployment/kserve-controller-manager --namespace=kserve',
    ]);
    platform.live.delete(deployment);
    expect(problemsIn(platform, 'node caches')).toEqual([]);
  });
});

describe('GPU nodes', () => {
  const model = 'InferenceService llm/qwen3-0-6b-instruct';
  const noNode = `bad ${model}: no node has 1 nvidia.com/gpu, nvidia.com/gpu.present=true`;

  test.each<[string, Parameters<typeof gpuNode>[0] | undefined, string, string]>([
    ['no node has any', undefined, '; no node has any nvidia.com/gpu', 'kubectl get nodes'],
    [
      'feature discovery has not labelled it',
      { labels: { 'nvidia.com/gpu.present': undefined } },
      ' (gpu-1: nvidia.com/gpu.present is missing, not true)',
      'kubectl label node gpu-1 nvidia.com/gpu.present=true',
    ],
    [
      'it has another taint',
      { spec: { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] } },
      ' (gpu-1: taint team:NoSchedule)',
      'maas install',
    ],
    [
      'it is cordoned',
      { spec: { unschedulable: true } },
      ' (gpu-1: takes no new pods (cordoned))',
      'kubectl uncordon gpu-1$',
    ],
    [
      'it is not ready',
      { spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } },
      ' (gpu-1: taint node.kubernetes.io/not-ready:NoSchedule)',
      'kubectl describe node gpu-1$',
    ],
  ])('%s', (_, node, more, command) => {
    const platform = healthy({ models: [{ name: 'qwen3' }] });
    if (node !== undefined) add(platform, gpuNode(node));
    expect(problemsIn(platform, 'GPU nodes')).toEqual([noNode + more]);
    expect(commandsFor(platform, 'GPU nodes')[0]).toMatch(new RegExp(`^${command}`));
  });

  test('a taint that models tolerate, or that only asks', () => {
    const platform = healthy({ models: [{ name: 'qwen3' }] });
    const taints = [
      { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
      { key: 'team', effect: 'PreferNoSchedule' },
    ];
    add(platform, gpuNode({ spec: { taints } }));
    expect(problemsIn(platform, 'GPU nodes')).toEqual([]);
  });

  test('two GPUs of a product', () => {
    const platform = healthy({ models: [{ name: 'qwen3', accelerator: 'nvidia-l4', gpus: 2 }] });
    add(platform, gpuNode({ labels: { 'nvidia.com/gpu.product': 'Tesla-T4' } }));
    expect(problemsIn(platform, 'GPU nodes')).toEqual([
      `bad ${model}: no node has 2 nvidia.com/gpu, nvidia.com/gpu.present=true, nvidia.com/gpu.product=NVIDIA-L4 ` +
        '(gpu-1: has 1 of 2 nvidia.com/gpu, nvidia.com/gpu.product is Tesla-T4, not NVIDIA-L4)',
    ]);
  });
});

describe('network plugin', () => {
  function plugin(name: string, container: object = {}, namespace = 'kube-system'): Healthy {
    const platform = healthy();
    platform.live.delete('DaemonSet kube-system/calico-node');
    add(platform, {
      ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace } },
      spec: { template: { spec: { containers: [{ image: 'a:1', ...container }] } } },
      status: { desiredNumberScheduled: 1 },
    });
    return platform;
  }

  test.each<[string, object, string]>([
    ['cilium', {}, 'good'],
    ['ovnkube-node', {}, 'good'],
    ['kindnet', { image: 'docker.io/kindest/kindnetd:v20241007-36f62932' }, 'good'],
    ['kindnet', { image: 'docker.io/kindest/kindnetd:v20230511-dc714da8' }, 'bad'],
    ['kindnet', { image: 'mirror/kindnetd:latest' }, 'unknown'],
    ['aws-node', { args: ['--enable-network-policy=true'] }, 'good'],
    ['aws-node', { args: ['--enable-network-policy=false'] }, 'bad'],
    ['kube-flannel-ds', {}, 'bad'],
    ['kube-proxy', {}, 'unknown'],
    ['constructor', {}, 'unknown'],
  ])('%s %j: %s', (name, container, verdict) => {
    const rows = rowsIn(plugin(name, container)).filter(({ check }) => check === 'network plugin');
    expect(rows.map((row) => row.verdict)).toEqual([verdict]);
  });

  test.each([
    ['team-x', 'unknown'],
    ['openshift-ovn-kubernetes', 'good'],
    ['calico-system', 'good'],
  ])('a DaemonSet called cilium in namespace %s: %s', (namespace, verdict) => {
    const rows = rowsIn(plugin('cilium', {}, namespace)).filter(({ check }) => check === 'network plugin');
    expect(rows.map((row) => row.verdict)).toEqual([verdict]);
  });

  test('one that is on no node does not count; nor does any where there are no policies', () => {
    const platform = healthy();
    liveOf(platform, 'DaemonSet kube-system/calico-node').status.desiredNumberScheduled = 0;
    expect(problemsIn(platform, 'network plugin')).toHaveLength(1);
    const without = healthy({ networkPolicies: false });
    without.live.delete('DaemonSet kube-system/calico-node');
    expect(problemsIn(without, 'network plugin')).toEqual([]);
  });
});

describe('user workload monitoring', () => {
  const check = 'user workload monitoring';
  const prometheus = 'Prometheus of openshift-user-workload-monitoring';

  test('is there, and looks for monitors in all their namespaces', () => {
    const rows = rowsIn(onOpenShift()).filter((row) => row.check === check);
    expect(rows).toEqual([{ check, object: prometheus, verdict: 'good', found: 'there' }]);
  });

  test('is switched on by a cluster administrator', () => {
    const platform = onOpenShift();
    platform.live.delete('Pod openshift-user-workload-monitoring/prometheus-user-workload-0');
    expect(problemsIn(platform, check)).toEqual([
      `bad ${prometheus}: no pod of it is there: nobody scrapes the platform`,
    ]);
    expect(commandsFor(platform, check)).toEqual([
      'kubectl get configmap cluster-monitoring-config --namespace=openshift-monitoring --output=yaml',
    ]);
  });

  test.each([
    ['openshift.io/user-monitoring', 'false', 'true'],
    ['openshift.io/cluster-monitoring', 'true', 'false'],
  ])('leaves out a namespace with %s=%s', (label, value, other) => {
    const platform = onOpenShift();
    liveOf(platform, 'Namespace llm').metadata.labels[label] = other;
    liveOf(platform, 'Namespace kuadrant-system').metadata.labels = { [label]: value };
    expect(problemsIn(platform, check)).toEqual([
      `bad Namespace kuadrant-system: ${label}=${value}: user workload monitoring leaves it out`,
    ]);
    expect(commandsFor(platform, check)).toEqual([`kubectl label namespace kuadrant-system ${label}-`]);
  });

  test('is nothing to look at where it does not scrape', () => {
    const own = onOpenShift({ observability: { prometheus: true } });
    const rows = [...rowsIn(own), ...rowsIn(healthy())].filter((row) => row.check === check);
    expect(rows).toEqual([]);
  });
});

describe('versions', () => {
  const istiod = 'Deployment istio-system/istiod';

  function istio(change: (deployment: ReturnType<typeof liveOf>) => void): string[] {
    const platform = healthy();
    change(liveOf(platform, istiod));
    return problemsIn(platform, 'versions');
  }
  const image = (text: string) => (deployment: ReturnType<typeof liveOf>) => {
    deployment.spec.template.spec.containers[0].image = text;
  };

  test.each<[string, string[]]>([
    ['registry:5000/istio/pilot:1.31.9', []],
    ['istio/pilot:1.31.4-distroless@sha256:0', []],
    ['istio/pilot:1.31.3', ['bad Istio: 1.31.3, and the objects are rendered for 1.31.4']],
    ['istio/pilot:1.32.0', ['bad Istio: 1.32.0, and the objects are rendered for 1.31.4']],
    ['istio/pilot@sha256:0', ['skipped Istio: its version cannot be told; the objects are rendered for 1.31.4']],
    ['registry:5000/istio/pilot', ['skipped Istio: its version cannot be told; the objects are rendered for 1.31.4']],
  ])('image %s', (text, problems) => {
    expect(istio(image(text))).toEqual(problems);
  });

  test('a label tells it where a digest takes the place of the tag', () => {
    const problems = istio((deployment) => {
      image('istio/pilot@sha256:0')(deployment);
      deployment.metadata.labels['app.kubernetes.io/version'] = '1.30.1';
    });
    expect(problems).toEqual(['bad Istio: 1.30.1, and the objects are rendered for 1.31.4']);
  });

  test('not there, or not available', () => {
    const platform = healthy();
    platform.live.delete(istiod);
    const kserve = liveOf(platform, 'Deployment kserve/kserve-controller-manager');
    kserve.status.conditions = [];
    platform.live.delete('CustomResourceDefinition gateways.gateway.networking.k8s.io');
    platform.state.version = 'v1.29.3+k3s1';
    expect(problemsIn(platform, 'versions')).toEqual([
      'bad Kubernetes: v1.29.3+k3s1, older than 1.30.0',
      'bad Gateway API: not installed',
      'skipped Istio: no Deployment istio-system/istiod: elsewhere, under another name, or not installed',
      'bad KServe, Deployment kserve/kserve-controller-manager: Available is missing',
    ]);
  });
});

test('what may not be read is unknown, object by object and check by check, and nothing else suffers', () => {
  const platform = healthy();
  platform.state.missingRights = [{ verb: 'list', resource: 'secrets', group: '', namespace: 'llm' }];
  const rows = rowsIn(platform).filter(({ verdict }) => verdict !== 'good');
  expect(rows.map(({ check, verdict, object, found }) => [check, verdict, object, found])).toEqual([
    ...['freeuser1', 'freeuser2', 'premiumuser1', 'premiumuser2', 'enterpriseuser1'].map((user) => [
      'present',
      'unknown',
      `Secret llm/${user}-apikey`,
      'this account may not list secrets in namespace llm',
    ]),
    ['API keys', 'unknown', '', 'this account may not list secrets in namespace llm'],
  ]);
});
