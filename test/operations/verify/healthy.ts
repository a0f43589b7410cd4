import { resolveSettings } from '../../../src/config/settings';
import type { MaasPlatformProps } from '../../../src/config/configuration';
import { identityOf, type KubernetesObject } from '../../../src/operations/kubernetes-object';
import type { Platform } from '../../../src/operations/verify/checks/check';
import { runChecks, type CHECKS } from '../../../src/operations/verify/checks';
import { Cluster, kindKey, type ClusterState } from '../../../src/operations/verify/cluster';
import { Commands } from '../../../src/operations/verify/commands';
import type { Row } from '../../../src/operations/verify/row';
import { manifestsOf } from '../../../src/platform/manifests';

/** A platform and a cluster that it is healthy in, both as plain data: tests spoil them. */
export interface Healthy {
  readonly platform: Platform;
  /** By their name, `Gateway llm/inference-gateway`; tests change or delete them. */
  readonly live: Map<string, KubernetesObject>;
  readonly state: { -readonly [Member in keyof ClusterState]: ClusterState[Member] };
}

function condition(type: string, status = 'True'): object {
  return { type, status, reason: type, message: 'said by a test', observedGeneration: 1 };
}

/** Conditions with which controllers are content, by kind. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  Kuadrant: ['Ready'],
  AuthPolicy: ['Accepted', 'Enforced'],
  RateLimitPolicy: ['Accepted', 'Enforced'],
  InferenceService: ['IngressReady', 'PredictorReady', 'Ready'],
  Certificate: ['Ready'],
  Prometheus: ['Available', 'Reconciled'],
  Deployment: ['Available'],
  Authorino: ['Ready'],
  Limitador: ['Ready'],
  AuthConfig: ['Available', 'Ready'],
  Pod: ['Ready', 'PodScheduled'],
};

function statusOf({ kind, spec }: KubernetesObject): object {
  const conditions = (CONDITIONS[kind] ?? []).map((type) => condition(type));
  if (kind === 'HTTPRoute') {
    const own = ['Accepted', 'ResolvedRefs'].map((type) => condition(type));
    return { parents: [{ controllerName: 'istio.io/gateway-controller', conditions: own }] };
  }
  if (kind !== 'Gateway') return { conditions };
  const good = ['Accepted', 'Programmed', 'ResolvedRefs'].map((type) => condition(type));
  return {
    addresses: [{ value: '192.0.2.1' }],
    conditions: good,
    listeners: spec.listeners.map(({ name }: { name: string }) => ({ name, conditions: good })),
  };
}

function object(
  apiVersion: string,
  kind: string,
  name: string,
  more: object = {},
  metadata: object = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, generation: 1, ...metadata }, ...more };
}

function deployment(namespace: string, name: string, image: string, labels: Record<string, string> = { app: name }) {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  return object(
    'apps/v1',
    'Deployment',
    name,
    { spec: { selector: { matchLabels: labels }, template } },
    { namespace, labels },
  );
}

/** When the configuration of KServe was changed, and when its controller has started. */
export const CHANGED = '2026-01-01T00:00:00Z';
export const STARTED = '2026-01-01T00:00:01Z';

function pod(namespace: string, name: string, labels: object, annotations: object = {}): KubernetesObject {
  const running = {
    phase: 'Running',
    containerStatuses: [{ name: 'main', ready: true, state: { running: { startedAt: STARTED } } }],
  };
  const conditions = (CONDITIONS.Pod ?? []).map((type) => condition(type));
  return object('v1', 'Pod', name, { status: { ...running, conditions } }, { namespace, labels, annotations });
}

function service(namespace: string, name: string): KubernetesObject[] {
  const labels = { 'kubernetes.io/service-name': name };
  return [
    object('v1', 'Service', name, {}, { namespace }),
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      `${name}-x`,
      { endpoints: [{ conditions: { ready: true } }] },
      { namespace, labels },
    ),
  ];
}

/** What the operators make, and what they are. */
function made(desired: readonly KubernetesObject[]): KubernetesObject[] {
  const gateway = { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' };
  const statistics = { 'sidecar.istio.io/statsInclusionRegexps': 'http\\..*lua\\..*' };
  const models = desired.filter(({ kind }) => kind === 'InferenceService').map(({ metadata }) => metadata.name);
  return [
    deployment('istio-system', 'istiod', 'docker.io/istio/pilot:1.31.4'),
    deployment('kserve', 'kserve-controller-manager', 'kserve/kserve-controller:v0.20.0'),
    pod('kserve', 'kserve-controller-manager-1', { app: 'kserve-controller-manager' }),
    deployment('kuadrant-system', 'kuadrant-operator-controller-manager', 'quay.io/kuadrant/kuadrant-operator:v1.5.2'),
    deployment('cert-manager', 'cert-manager', 'quay.io/jetstack/cert-manager-controller:v1.18.2'),
    object('operator.authorino.kuadrant.io/v1beta1', 'Authorino', 'authorino', {}, { namespace: 'kuadrant-system' }),
    object('limitador.kuadrant.io/v1alpha1', 'Limitador', 'limitador', {}, { namespace: 'kuadrant-system' }),
    object('authorino.kuadrant.io/v1beta3', 'AuthConfig', 'a', {}, { namespace: 'kuadrant-system' }),
    deployment('llm', 'inference-gateway-istio', 'docker.io/istio/proxyv2:1.31.4', gateway),
    pod('llm', 'inference-gateway-istio-1', gateway, statistics),
    ...service('llm', 'inference-gateway-istio'),
    ...models.flatMap((name) => [
      deployment('llm', `${name}-predictor`, 'model'),
      pod('llm', `${name}-predictor-1`, { 'serving.kserve.io/inferenceservice': name }),
      ...service('llm', `${name}-predictor`),
    ]),
    object(
      'apps/v1',
      'DaemonSet',
      'calico-node',
      { status: { desiredNumberScheduled: 1 } },
      { namespace: 'kube-system' },
    ),
    object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'gateways.gateway.networking.k8s.io',
      {},
      {
        annotations: { 'gateway.networking.k8s.io/bundle-version': 'v1.5.1' },
      },
    ),
  ];
}

/** As the server keeps an object that was applied. */
function stored(desired: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = structuredClone(desired);
  const data = Object.entries((stringData ?? {}) as Record<string, string>).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ]);
  const isConfiguration = desired.metadata.name === 'inferenceservice-config';
  const managedFields = isConfiguration ? [{ manager: 'kubectl', time: CHANGED, fieldsV1: { 'f:data': {} } }] : [];
  return {
    ...rest,
    ...(stringData === undefined ? {} : { data: Object.fromEntries(data) }),
    metadata: { ...rest.metadata, generation: 1, managedFields, resourceVersion: '7' } as KubernetesObject['metadata'],
  };
}

function nameOf({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const CLUSTER_SCOPED =
  /^(Namespace|Node|ClusterIssuer|LocalModelCache|CustomResourceDefinition|ValidatingAdmissionPolicy.*)$/;

/** A healthy platform. */
export function healthy(props: MaasPlatformProps = {}): Healthy {
  const desired = manifestsOf(props) as KubernetesObject[];
  const all = [...desired.map(stored), ...made(desired)].map((each) => ({
    ...each,
    status:
      each.status ??
      (CONDITIONS[each.kind] || ['Gateway', 'HTTPRoute'].includes(each.kind) ? statusOf(each) : undefined),
  })) as KubernetesObject[];
  const kinds = [...all.map(kindKey), ' Node', 'cert-manager.io ClusterIssuer'];
  return {
    platform: { settings: resolveSettings(props), objects: desired, commands: new Commands([], 'maas.yaml') },
    live: new Map(all.map((each) => [nameOf(each), each])),
    state: {
      version: 'v1.34.4',
      kinds: new Map(
        kinds.map((key) => {
          const [, kind = ''] = key.split(' ');
          return [key, { resource: `${kind.toLowerCase()}s`, namespaced: !CLUSTER_SCOPED.test(kind) }];
        }),
      ),
      objects: [],
      missingRights: [],
      applied: new Map(desired.map((each) => [identityOf(each), stored(each)])),
      notApplied: new Map(),
    },
  };
}

/** An object that a test changes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- spoiled in any place
export function liveOf({ live }: Healthy, name: string): any {
  const found = live.get(name);
  if (found === undefined) throw new Error(`no ${name} among ${[...live.keys()].join(', ')}`);
  return found;
}

/** Adds an object to the cluster. */
export function add({ live }: Healthy, ...objects: KubernetesObject[]): void {
  for (const each of objects) live.set(nameOf(each), each);
}

/** The cluster as a check sees it. */
export function clusterOf({ state, live }: Healthy): Cluster {
  return new Cluster({ ...state, objects: [...live.values()] });
}

/** What all checks say. */
export function rowsIn(healthy: Healthy): Row[] {
  return runChecks(clusterOf(healthy), healthy.platform);
}

/** What one check says of what is not good, as `verdict object: found`. */
export function problemsIn(healthy: Healthy, check: keyof typeof CHECKS): string[] {
  return rowsIn(healthy)
    .filter((row) => row.check === check && row.verdict !== 'good')
    .map(({ verdict, object: name, found }) => `${verdict} ${name}: ${found}`);
}

/** What is to be done about it. */
export function commandsFor(healthy: Healthy, check: keyof typeof CHECKS): string[] {
  return rowsIn(healthy)
    .filter((row) => row.check === check && row.verdict !== 'good')
    .flatMap(({ advice }) => advice?.commands ?? []);
}
