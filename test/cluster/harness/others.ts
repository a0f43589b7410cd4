import { manifestsOf, nameOf, readPlatformFolder, type Manifest, type PlatformFolder } from './manifests';
import { operatorNamespaces } from './prerequisites';

/** Namespaces that an example says somebody else has made. */
const namespaces: Readonly<Record<string, readonly string[]>> = {
  'examples/existing-gateway/dist': ['infrastructure', 'llm'],
  'examples/gitops/dist': ['argocd'],
  'examples/library/dist': ['research'],
};

/** @returns the namespaces that somebody else has made. */
export function othersNamespaces({ name }: PlatformFolder): readonly string[] {
  return namespaces[name] ?? [];
}

/** @returns the cluster that a platform is for. */
export function platformOf(folder: PlatformFolder): 'kubernetes' | 'openshift' {
  const openshift = manifestsOf(folder).some(({ apiVersion }) => apiVersion.includes('.openshift.io/'));
  return openshift ? 'openshift' : 'kubernetes';
}

/** @returns what an example that owns neither Gateway nor Kuadrant expects of whoever owns them; none for all others. */
export function othersObjects({ name }: PlatformFolder): Manifest[] {
  if (name !== 'examples/existing-gateway/dist') return [];
  const text = JSON.stringify(manifestsOf(readPlatformFolder('dist'))).replaceAll('maas.local', 'models.example.com');
  const shared = JSON.parse(text) as Manifest[];
  const [gateway, kuadrant] = ['Gateway', 'Kuadrant'].map((kind) => shared.find((manifest) => manifest.kind === kind)!);
  const { infrastructure, ...spec } = gateway!.spec;
  const { annotations } = infrastructure;
  const listeners = spec.listeners.map((listener: Manifest) => ({
    ...listener,
    allowedRoutes: { namespaces: { from: 'All' } },
  }));
  return [
    {
      ...gateway!,
      metadata: { name: 'shared', namespace: 'infrastructure' },
      spec: { ...spec, listeners, infrastructure: { annotations } },
    },
    kuadrant!,
  ];
}

function alreadyThere(folder: PlatformFolder): string[] {
  const there = [...operatorNamespaces(platformOf(folder)), ...othersNamespaces(folder)];
  return [
    ...there.map((name) => `Namespace ${name}`),
    'ConfigMap kserve/inferenceservice-config',
    'Deployment kuadrant-system/kuadrant-operator-controller-manager',
  ];
}

/** @returns the objects of a folder that are there before it is applied. */
export function adopted(folder: PlatformFolder): Manifest[] {
  return manifestsOf(folder).filter((manifest) => alreadyThere(folder).includes(nameOf(manifest)));
}

/** What kubectl says, once, of an object that it did not create: harmless, and it says that it sees to it itself. */
export function adoptionWarning({ kind, metadata }: Manifest): string {
  const resource = `${kind.toLowerCase()}s/${metadata.name}`;
  return (
    `Warning: resource ${resource} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is ` +
    'required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl ' +
    'create --save-config or kubectl apply. The missing annotation will be patched automatically.'
  );
}
