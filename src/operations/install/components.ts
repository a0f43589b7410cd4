import type { VersionsConfiguration } from '../../config/configuration';
import { DEFAULT_NAMESPACES } from '../../config/defaults';
import type { PlatformSettings } from '../../config/settings';
import type { ComponentName } from './step-names';

/** A manifest of a release, as its project publishes it. */
export interface ManifestPart {
  readonly kind: 'manifest';
  readonly url: string;
}

/** A Helm chart of a release. */
export interface ChartPart {
  readonly kind: 'chart';
  /** Name of the Helm release. */
  readonly release: string;
  readonly chart: string;
  /** Address of the chart repository. */
  readonly repository: string;
  readonly version: string;
  readonly namespace: string;
  /** Values that differ from the chart's. */
  readonly values?: Readonly<Record<string, string>>;
}

/** One thing that is applied of a component. */
export type Part = ManifestPart | ChartPart;

/** By what a component is recognised in a cluster, whoever has installed it. */
export interface Evidence {
  /** Any Deployment that has this name, or one of these labels. */
  readonly deployment?: { readonly name?: string; readonly labels?: readonly string[] };
  /** Name of the container of that Deployment whose image has the version. */
  readonly container?: string;
  /** A CustomResourceDefinition with an annotation that has the version. */
  readonly crd?: { readonly name: string; readonly annotation: string };
}

/** A Deployment by its name. */
export interface DeploymentName {
  readonly namespace: string;
  readonly name: string;
}

/** Something that the platform needs a cluster to have. */
export interface Component {
  readonly name: ComponentName;
  readonly title: string;
  /** Its key of `versions` in maas.yaml. @default - none: the version comes with this package */
  readonly versionKey?: keyof VersionsConfiguration;
  /** The version that maas.yaml asks for. */
  readonly version: (settings: PlatformSettings) => string;
  readonly isNeeded: (settings: PlatformSettings) => boolean;
  /** Ends of the API groups that it brings. */
  readonly apiGroups: readonly string[];
  /** Ends of API groups of others that it serves: who has such objects uses it, too. @default - none */
  readonly servedGroups?: readonly string[];
  /** Names of the cluster-scoped objects that it makes itself. @default - none */
  readonly ownNames?: readonly string[];
  /** What is applied, in this order; taken away in the opposite one. */
  readonly parts: (version: string, settings: PlatformSettings) => Part[];
  /** Namespaces that it lives in and that are made for it. */
  readonly namespaces: (settings: PlatformSettings) => string[];
  /** Names of the CustomResourceDefinitions that have to be established. */
  readonly crds: readonly string[];
  /** The Deployments that have to be available. */
  readonly deployments: (settings: PlatformSettings) => DeploymentName[];
  readonly evidence: Evidence;
  /** What brings it on OpenShift, where it is never installed from here. @default - nothing: it is installed as elsewhere */
  readonly openShift?: string;
}

/** Version of the Prometheus operator: docs/versions.md. */
const PROMETHEUS_OPERATOR_VERSION = '0.93.0';

const ISTIO_CHARTS = 'https://istio-release.storage.googleapis.com/charts';
const KUADRANT_CHARTS = 'https://kuadrant.io/helm-charts';
const ISTIO_NAMESPACE = DEFAULT_NAMESPACES.istio;

const always = () => true;

/** A file of a release on GitHub. */
function released(repository: string, tag: string, file: string): ManifestPart {
  return { kind: 'manifest', url: `https://github.com/${repository}/releases/download/${tag}/${file}` };
}

/** Every component, in the order in which they are installed. */
export const COMPONENTS: readonly Component[] = [
  {
    name: 'gateway-api',
    title: 'Gateway API',
    versionKey: 'gatewayApi',
    version: ({ versions }) => versions.gatewayApi,
    isNeeded: always,
    apiGroups: ['gateway.networking.k8s.io'],
    parts: (version) => [released('kubernetes-sigs/gateway-api', `v${version}`, 'standard-install.yaml')],
    namespaces: () => [],
    crds: ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'].map(
      (name) => `${name}.gateway.networking.k8s.io`,
    ),
    deployments: () => [],
    evidence: {
      crd: {
        name: 'gateways.gateway.networking.k8s.io',
        annotation: 'gateway.networking.k8s.io/bundle-version',
      },
    },
    openShift: 'OpenShift 4.19 or newer itself: upgrade the cluster',
  },
  {
    name: 'istio',
    title: 'Istio',
    versionKey: 'istio',
    version: ({ versions }) => versions.istio,
    isNeeded: always,
    apiGroups: ['istio.io'],
    // Who has a Gateway uses Istio, unless somebody else serves its class.
    servedGroups: ['gateway.networking.k8s.io'],
    // GatewayClasses of istiod, which nobody deletes with it.
    ownNames: ['istio', 'istio-remote', 'istio-waypoint'],
    parts: (version) =>
      (['base', 'istiod'] as const).map((chart) => ({
        kind: 'chart',
        release: chart === 'base' ? 'istio-base' : chart,
        chart,
        repository: ISTIO_CHARTS,
        version,
        namespace: ISTIO_NAMESPACE,
        // The webhook that checks EnvoyFilters belongs to a revision.
        ...(chart === 'base' ? { values: { defaultRevision: 'default' } } : {}),
      })),
    namespaces: () => [ISTIO_NAMESPACE],
    crds: ['envoyfilters.networking.istio.io'],
    deployments: () => [{ namespace: ISTIO_NAMESPACE, name: 'istiod' }],
    evidence: { deployment: { labels: ['app=istiod'] }, container: 'discovery' },
    openShift: 'the operator "Red Hat OpenShift Service Mesh 3" (3.4 or newer) with an Istio object',
  },
  {
    name: 'cert-manager',
    title: 'cert-manager',
    versionKey: 'certManager',
    version: ({ versions }) => versions.certManager,
    isNeeded: always,
    apiGroups: ['cert-manager.io'],
    parts: (version) => [released('cert-manager/cert-manager', `v${version}`, 'cert-manager.yaml')],
    namespaces: () => ['cert-manager'],
    crds: ['certificates', 'issuers', 'clusterissuers'].map((name) => `${name}.cert-manager.io`),
    deployments: () =>
      ['cert-manager', 'cert-manager-cainjector', 'cert-manager-webhook'].map((name) => ({
        namespace: 'cert-manager',
        name,
      })),
    evidence: { deployment: { name: 'cert-manager' }, container: 'cert-manager-controller' },
    openShift: 'the operator "cert-manager Operator for Red Hat OpenShift"',
  },
  {
    name: 'kserve',
    title: 'KServe',
    versionKey: 'kserve',
    version: ({ versions }) => versions.kserve,
    isNeeded: always,
    apiGroups: ['serving.kserve.io'],
    ownNames: ['default'],
    // Not its kserve-cluster-resources.yaml: the runtimes in it are for models that no maas.yaml can have.
    parts: (version) => [released('kserve/kserve', `v${version}`, 'kserve.yaml')],
    // 0.20 expects it to be there.
    namespaces: () => [DEFAULT_NAMESPACES.kserve],
    crds: ['inferenceservices', 'servingruntimes'].map((name) => `${name}.serving.kserve.io`),
    deployments: ({ kserve }) => [{ namespace: kserve.namespace, name: 'kserve-controller-manager' }],
    evidence: { deployment: { name: 'kserve-controller-manager' }, container: 'manager' },
  },
  {
    name: 'kuadrant',
    title: 'Kuadrant',
    versionKey: 'kuadrant',
    version: ({ versions }) => versions.kuadrant,
    isNeeded: always,
    apiGroups: ['kuadrant.io'],
    parts: (version, { kuadrant: { namespace } }) => [
      {
        kind: 'chart',
        release: 'kuadrant-operator',
        chart: 'kuadrant-operator',
        repository: KUADRANT_CHARTS,
        version,
        namespace,
      },
    ],
    namespaces: ({ kuadrant }) => [kuadrant.namespace],
    crds: ['kuadrants', 'authpolicies', 'ratelimitpolicies'].map((name) => `${name}.kuadrant.io`),
    deployments: ({ kuadrant: { namespace } }) => [{ namespace, name: 'kuadrant-operator-controller-manager' }],
    evidence: { deployment: { name: 'kuadrant-operator-controller-manager' }, container: 'manager' },
    openShift: 'the operator "Red Hat Connectivity Link"',
  },
  {
    name: 'prometheus-operator',
    title: 'Prometheus operator',
    version: () => PROMETHEUS_OPERATOR_VERSION,
    isNeeded: ({ observability }) => observability.prometheus || observability.serviceMonitors,
    apiGroups: ['monitoring.coreos.com'],
    parts: (version) => [released('prometheus-operator/prometheus-operator', `v${version}`, 'bundle.yaml')],
    namespaces: () => [],
    crds: ['prometheuses', 'servicemonitors', 'podmonitors'].map((name) => `${name}.monitoring.coreos.com`),
    deployments: () => [{ namespace: 'default', name: 'prometheus-operator' }],
    evidence: {
      deployment: {
        labels: ['app.kubernetes.io/name=prometheus-operator', 'app.kubernetes.io/component=prometheus-operator'],
      },
      container: 'prometheus-operator',
      crd: { name: 'prometheuses.monitoring.coreos.com', annotation: 'operator.prometheus.io/version' },
    },
    openShift: "OpenShift's cluster monitoring, which every cluster has",
  },
];

/** What a part is called in messages: the address of its manifest, or its chart. */
export function describePart(part: Part): string {
  return part.kind === 'manifest' ? part.url : `chart ${part.chart} ${part.version} of ${part.repository}`;
}
