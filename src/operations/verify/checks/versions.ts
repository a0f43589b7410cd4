import type { VersionsConfiguration } from '../../../config/configuration';
import { DEFAULT_NAMESPACES } from '../../../config/defaults';
import { nameOf, type KubernetesObject } from '../../kubernetes-object';
import type { Cluster } from '../cluster';
import { CERT_MANAGER_NAMESPACE, KINDS } from '../kinds';
import { bad, good, skipped, type Finding } from '../row';
import type { Platform } from './check';
import { workload } from './workload';

/** Oldest Kubernetes: ValidatingAdmissionPolicy v1. */
const OLDEST_KUBERNETES = '1.30.0';

interface Component {
  readonly title: string;
  /** Key of `versions` in the configuration. */
  readonly key: keyof VersionsConfiguration;
  readonly namespace: string;
  /** Deployment of its controller. */
  readonly deployment: string;
}

function componentsOf({ kserve, kuadrant }: Platform['settings']): Component[] {
  return [
    { title: 'Istio', key: 'istio', namespace: DEFAULT_NAMESPACES.istio, deployment: 'istiod' },
    {
      ...{ title: 'Kuadrant', key: 'kuadrant', namespace: kuadrant.namespace },
      deployment: 'kuadrant-operator-controller-manager',
    },
    { title: 'KServe', key: 'kserve', namespace: kserve.namespace, deployment: 'kserve-controller-manager' },
    { title: 'cert-manager', key: 'certManager', namespace: CERT_MANAGER_NAMESPACE, deployment: 'cert-manager' },
  ];
}

/** Every component runs, in the version that the objects are rendered for. */
export function versions(cluster: Cluster, platform: Platform): Finding[] {
  return [
    kubernetes(cluster.state.version),
    gatewayApi(cluster, platform),
    ...componentsOf(platform.settings).flatMap((component) => componentRows(cluster, platform, component)),
  ];
}

function kubernetes(version: string): Finding {
  return compareVersions(version.replace(/^v/, ''), OLDEST_KUBERNETES) < 0
    ? bad('Kubernetes', `${version}, older than ${OLDEST_KUBERNETES}`, {
        text: `upgrade the cluster: admission policies need Kubernetes ${OLDEST_KUBERNETES}`,
        commands: [],
      })
    : good('Kubernetes', version);
}

function gatewayApi(cluster: Cluster, platform: Platform): Finding {
  const [found] = cluster
    .list(KINDS.customResourceDefinition)
    .filter(({ metadata }) => metadata.name === 'gateways.gateway.networking.k8s.io');
  const version = found?.metadata.annotations?.['gateway.networking.k8s.io/bundle-version']?.replace(/^v/, '');
  return found === undefined
    ? bad('Gateway API', 'not installed', platform.commands.install())
    : judged('Gateway API', 'gatewayApi', version, platform);
}

function componentRows(cluster: Cluster, platform: Platform, component: Component): Finding[] {
  const { title, key, namespace, deployment: name } = component;
  const deployment = cluster.find({ ...KINDS.deployment, namespace, name });
  if (deployment === undefined) {
    // What it makes is held to account by other checks.
    return [skipped(title, `no Deployment ${namespace}/${name}: elsewhere, under another name, or not installed`)];
  }
  const running = workload(deployment, [], '', platform.commands);
  return [
    ...(running.verdict === 'good' ? [] : [{ ...running, object: `${title}, ${nameOf(deployment)}` }]),
    judged(title, key, versionOf(deployment), platform),
  ];
}

/** By the tag of its image, else by its label; nothing where a digest takes the tag's place. */
function versionOf({ metadata, spec }: KubernetesObject): string | undefined {
  const images = ((spec?.template?.spec?.containers ?? []) as { image: string }[]).map(({ image }) => image);
  const texts = [
    ...images.map((image) => /:([^:/@]+)(@|$)/.exec(image)?.[1]),
    metadata.labels?.['app.kubernetes.io/version'],
  ];
  const found = texts.map((text) => /^v?(\d+\.\d+\.\d+)/.exec(text ?? '')?.[1]);
  return found.find((version) => version !== undefined);
}

function judged(
  title: string,
  key: keyof VersionsConfiguration,
  version: string | undefined,
  platform: Platform,
): Finding {
  const wanted = platform.settings.versions[key];
  if (version === undefined) {
    return skipped(title, `its version cannot be told; the objects are rendered for ${wanted}`);
  }
  const sameMinor = version.split('.').slice(0, 2).join('.') === wanted.split('.').slice(0, 2).join('.');
  if (sameMinor && compareVersions(version, wanted) >= 0) {
    return good(title, version === wanted ? version : `${version}, a later patch of ${wanted}`);
  }
  return bad(title, `${version}, and the objects are rendered for ${wanted}`, {
    text: `bring it to ${wanted}, or set \`versions: { ${key}: ${version} }\` in the configuration; either way`,
    commands: [platform.commands.maas('install')],
  });
}

/** Below zero for an older version, of `1.31.4` and `v1.31.4-gke.1`. */
export function compareVersions(one: string, other: string): number {
  const numbers = (text: string) => (/\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? '').split('.').map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  const difference = [0, 1, 2].map((index) => (left[index] ?? 0) - (right[index] ?? 0)).find((each) => each !== 0);
  return difference ?? 0;
}
