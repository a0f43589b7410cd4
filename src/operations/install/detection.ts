import type { PlatformSettings } from '../../config/settings';
import type { Kubectl } from '../kubectl';
import type { KubernetesObject } from '../kubernetes-object';
import { COMPONENTS, type Component } from './components';
import type { ComponentName } from './step-names';
import { compareVersions, versionIn } from './cluster-version';

/** A component that a cluster has. */
export interface Found {
  /** Nothing when it does not say. */
  readonly version?: string;
  /** What tells that it is there: `Deployment istio-system/istiod`. */
  readonly where: string;
  /** Namespace of that, if it is in one. */
  readonly namespace?: string;
}

/** What install has to know of a cluster. */
export interface ClusterFacts {
  /** Version of Kubernetes: `1.34.4`. */
  readonly kubernetes: string;
  /** Whether it is OpenShift. */
  readonly openShift: boolean;
  readonly components: ReadonlyMap<ComponentName, Found>;
}

/** An empty cluster of today: what a cluster that is still to be created is taken for. */
export const NEW_CLUSTER: ClusterFacts = { kubernetes: '', openShift: false, components: new Map() };

/**
 * Looks at a cluster.
 * @param settings where components are expected
 * @throws OperationError when it does not answer, or may not be asked
 */
export async function detect(kubectl: Kubectl, settings: PlatformSettings): Promise<ClusterFacts> {
  const ask = ['version', '--output=json', '--request-timeout=30s'];
  const kubernetes = kubernetesVersion(kubectl.parse(ask, (await kubectl.run(ask)).stdout));
  const openShift = await isOpenShift(kubectl);
  const annotations = COMPONENTS.flatMap(({ evidence }) => evidence.crd?.annotation ?? []);
  const names = COMPONENTS.flatMap(({ evidence, crds: [kind = ''] }) => [
    kind,
    ...(evidence.crd ? [evidence.crd.name] : []),
  ]);
  const columns = [
    'NAME:.metadata.name',
    ...annotations.map((annotation, index) => `A${index}:${annotationPath(annotation)}`),
  ];
  const crds = await kubectl.run([
    ...['get', 'customresourcedefinitions.apiextensions.k8s.io', ...new Set(names)],
    ...['--ignore-not-found', '--no-headers', `--output=custom-columns=${columns.join(',')}`, '--request-timeout=30s'],
  ]);
  const deployments = await kubectl.list('deployments.apps');
  return {
    kubernetes,
    openShift,
    components: recognise(deployments, annotationsOf(crds.stdout, annotations), settings),
  };
}

/** Whether a cluster is OpenShift. */
export async function isOpenShift(kubectl: Kubectl): Promise<boolean> {
  const ask = ['get', '--raw=/apis', '--request-timeout=30s'];
  const { stdout } = await kubectl.run(ask);
  const { groups } = kubectl.parse<{ groups: { name: string }[] }>(ask, stdout);
  return groups.some(({ name }) => name === 'config.openshift.io');
}

/** The version in what `kubectl version --output=json` prints. */
export function kubernetesVersion({ serverVersion }: { serverVersion?: { gitVersion?: string } }): string {
  return versionIn(serverVersion?.gitVersion) ?? '';
}

/** Annotations by the names of the CustomResourceDefinitions that have them, of a table of names and values. */
export function annotationsOf(table: string, annotations: readonly string[]): Map<string, Map<string, string>> {
  const rows = table.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    rows.map((row) => {
      const [name = '', ...values] = row.trim().split(/\s+/);
      const given = values.flatMap((value, index): [string, string][] =>
        value === '<none>' ? [] : [[annotations[index] ?? '', value]],
      );
      return [name, new Map(given)];
    }),
  );
}

/**
 * Which components there are.
 *
 * @param deployments all of the cluster
 * @param crds annotations of the CustomResourceDefinitions by their names
 */
export function recognise(
  deployments: readonly KubernetesObject[],
  crds: ReadonlyMap<string, ReadonlyMap<string, string>>,
  settings: PlatformSettings,
): Map<ComponentName, Found> {
  const found = new Map<ComponentName, Found>();
  for (const component of COMPONENTS) {
    const isAtHome = ({ metadata }: KubernetesObject) =>
      component.deployments(settings).some(({ namespace }) => namespace === metadata.namespace);
    // A tenant may call a Deployment as he likes; the kinds of a component only an administrator brings.
    const hasKinds = component.crds.slice(0, 1).every((name) => crds.has(name));
    const atHome = inDeployments(component, deployments.filter(isAtHome));
    const elsewhere = hasKinds ? inDeployments(component, deployments) : undefined;
    const there = atHome ?? elsewhere ?? inDefinitions(component, crds);
    if (there !== undefined) found.set(component.name, there);
  }
  return found;
}

/** Of several, such as two revisions of istiod, the oldest: any of them may serve the platform. */
function inDeployments({ evidence }: Component, deployments: readonly KubernetesObject[]): Found | undefined {
  const { deployment, container } = evidence;
  if (deployment === undefined) return undefined;
  const found = deployments
    .filter(({ metadata }) => {
      const labels = Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
      return metadata.name === deployment.name || labels.some((label) => deployment.labels?.includes(label));
    })
    .map((object): Found => {
      const { name, namespace } = object.metadata;
      const version = deploymentVersion(object, container);
      return { where: `Deployment ${namespace}/${name}`, namespace, ...(version === undefined ? {} : { version }) };
    });
  return found.sort((one, other) => compareVersions(one.version ?? '0.0.0', other.version ?? '0.0.0'))[0];
}

/**
 * The version that a Deployment runs: by its image, else its labels.
 *
 * @param container whose image has it @default - the first
 */
export function deploymentVersion({ metadata, spec }: KubernetesObject, container?: string): string | undefined {
  const containers = (spec?.template?.spec?.containers ?? []) as { name: string; image?: string }[];
  const image = (containers.find(({ name }) => name === container) ?? containers[0])?.image;
  const { labels = {} } = metadata;
  // A digest says nothing; a chart labels with what it installs, and OLM with the version of the operator.
  const tag = image?.split('/').at(-1)?.split('@')[0]?.split(':')[1];
  return versionIn(tag) ?? versionIn(labels['app.kubernetes.io/version']) ?? versionIn(labels['olm.owner']);
}

function inDefinitions(
  { evidence: { crd } }: Component,
  crds: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Found | undefined {
  const annotations = crd && crds.get(crd.name);
  if (crd === undefined || annotations === undefined) return undefined;
  const version = versionIn(annotations.get(crd.annotation));
  return { where: `CustomResourceDefinition ${crd.name}`, ...(version === undefined ? {} : { version }) };
}

function annotationPath(annotation: string): string {
  return `.metadata.annotations.${annotation.replaceAll('.', '\\.')}`;
}
