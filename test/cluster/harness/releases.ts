import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { readManifestFile, root, type Manifest } from './manifests';
import { shippedKServeConfiguration, shippedOperatorEnvironment } from './prerequisites';

/** Versions of what is written: those of the defaults, unless a test wants others. */
export interface ReleaseVersions {
  readonly gatewayApi?: string;
  readonly istio?: string;
  readonly certManager?: string;
  readonly kserve?: string;
  readonly kuadrant?: string;
  readonly prometheusOperator?: string;
}

const github = (repository: string, tag: string, file: string) =>
  `github.com/${repository}/releases/download/v${tag}/${file}`;

/**
 * Writes what stands in for the downloads of every component, at host and path of each: the real CRDs of `imports/crds/`, and
 * of all else what the platform meets. The same folder is what `--mirror` takes, but that a chart is plain YAML here.
 */
export function writeReleases(folder: string, versions: ReleaseVersions = {}, { bare = false } = {}): void {
  const crds = (...groups: readonly string[]) => objects(...kindsOf(groups, bare));
  const {
    gatewayApi = '1.5.1',
    istio = '1.31.4',
    certManager = '1.18.2',
    kserve = '0.20.0',
    kuadrant = '1.5.2',
    prometheusOperator = '0.93.0',
  } = versions;
  const istioCharts = 'istio-release.storage.googleapis.com/charts';
  const releases: Readonly<Record<string, string>> = {
    [github('kubernetes-sigs/gateway-api', gatewayApi, 'standard-install.yaml')]: crds(
      'gateway.networking.k8s.io',
    ).replaceAll('bundle-version: v1.5.1', `bundle-version: v${gatewayApi}`),
    [`${istioCharts}/base-${istio}.tgz`]: keptBy(
      'istio-base',
      kindsOf(
        ['extensions', 'networking', 'security', 'telemetry'].map((group) => `${group}.istio.io`),
        bare,
      ),
    ),
    [`${istioCharts}/istiod-${istio}.tgz`]: objects(
      deployment('istio-system', 'istiod', 'discovery', `docker.io/istio/pilot:${istio}`, { app: 'istiod' }),
    ),
    [github('cert-manager/cert-manager', certManager, 'cert-manager.yaml')]:
      crds('cert-manager.io', 'acme.cert-manager.io') +
      objects(namespace('cert-manager'), ...certManagers(certManager)),
    [github('kserve/kserve', kserve, 'kserve.yaml')]: crds('serving.kserve.io') + objects(...kserveObjects(kserve)),
    [`kuadrant.io/helm-charts/kuadrant-operator-${kuadrant}.tgz`]:
      crds(
        ...['kuadrant.io', 'authorino.kuadrant.io', 'limitador.kuadrant.io'],
        ...['operator.authorino.kuadrant.io', 'extensions.kuadrant.io'],
      ) + objects(...kuadrantObjects(kuadrant)),
    [github('prometheus-operator/prometheus-operator', prometheusOperator, 'bundle.yaml')]:
      crds('monitoring.coreos.com') +
      objects(
        deployment(
          'default',
          'prometheus-operator',
          'prometheus-operator',
          `quay.io/prometheus-operator/prometheus-operator:v${prometheusOperator}`,
          { 'app.kubernetes.io/name': 'prometheus-operator', 'app.kubernetes.io/version': prometheusOperator },
        ),
      ),
  };
  for (const [place, text] of Object.entries(releases)) {
    const file = join(folder, place);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The kinds of API groups; those that no platform has an object of, and are larger than all others, always without schemas. */
function kindsOf(groups: readonly string[], bare: boolean): Manifest[] {
  const kinds = groups.flatMap((group) => readManifestFile(join(root, 'imports/crds', `${group}.yaml`)).manifests);
  return kinds.map((kind) =>
    bare || kind.metadata.name.startsWith('llminferenceservice') ? withoutSchema(kind) : kind,
  );
}

function withoutSchema({ spec, ...kind }: Manifest): Manifest {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return { ...kind, spec: { ...spec, versions: spec.versions.map((version: Manifest) => ({ ...version, schema })) } };
}

/** Kinds that helm leaves when it takes a release away: they say whose they are. */
function keptBy(release: string, kinds: readonly Manifest[]): string {
  const annotations = { 'meta.helm.sh/release-name': release, 'helm.sh/resource-policy': 'keep' };
  return objects(
    ...kinds.map((kind) => ({
      ...kind,
      metadata: { ...kind.metadata, annotations: { ...kind.metadata.annotations, ...annotations } },
    })),
  );
}

function objects(...manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => `---\n${dump(manifest)}`).join('');
}

function namespace(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function deployment(
  where: string,
  name: string,
  container: string,
  image: string,
  labels: Record<string, string> = {},
  env: readonly object[] = [],
): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: where, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'control-plane': name } },
      template: {
        metadata: { labels: { 'control-plane': name } },
        spec: { containers: [{ name: container, image, ...(env.length > 0 && { env }) }] },
      },
    },
  };
}

function certManagers(version: string): Manifest[] {
  return ['cert-manager', 'cert-manager-cainjector', 'cert-manager-webhook'].map((name) => {
    const part = name === 'cert-manager' ? 'cert-manager-controller' : name;
    const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/version': `v${version}` };
    return deployment('cert-manager', name, part, `quay.io/jetstack/${part}:v${version}`, labels);
  });
}

/** As its 0.20: without the namespace, and with an object of a kind that the same file brings. */
function kserveObjects(version: string): Manifest[] {
  const place = { namespace: 'kserve' };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'inferenceservice-config', ...place },
      data: shippedKServeConfiguration,
    },
    deployment('kserve', 'kserve-controller-manager', 'manager', `kserve/kserve-controller:v${version}`),
    {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'ClusterStorageContainer',
      metadata: { name: 'default' },
      spec: {
        container: { name: 'storage-initializer', image: `kserve/storage-initializer:v${version}` },
        supportedUriFormats: [{ prefix: 's3://' }],
      },
    },
  ];
}

function kuadrantObjects(version: string): Manifest[] {
  const image = `quay.io/kuadrant/kuadrant-operator:v${version}`;
  return [
    deployment(
      ...(['kuadrant-system', 'kuadrant-operator-controller-manager', 'manager', image] as const),
      {},
      shippedOperatorEnvironment,
    ),
    deployment('kuadrant-system', 'authorino-operator', 'manager', 'quay.io/kuadrant/authorino-operator:v0.25.2'),
  ];
}
