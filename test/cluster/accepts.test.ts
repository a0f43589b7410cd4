import { removeAll } from './harness/cleanup';
import { manifestsOf, nameOf, platformFolders, type Manifest, type PlatformFolder } from './harness/manifests';
import { createPrerequisiteNamespaces, operatorNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';

const folders = platformFolders();

/** Namespaces that an example says somebody else has made. */
const othersNamespaces: Readonly<Record<string, readonly string[]>> = {
  'examples/existing-gateway/dist': ['infrastructure', 'llm'],
  'examples/gitops/dist': ['argocd'],
  'examples/library/dist': ['research'],
};

function platformOf(folder: PlatformFolder): 'kubernetes' | 'openshift' {
  const openshift = manifestsOf(folder).some(({ apiVersion }) => apiVersion.includes('.openshift.io/'));
  return openshift ? 'openshift' : 'kubernetes';
}

function alreadyThere(folder: PlatformFolder): string[] {
  const namespaces = [...operatorNamespaces(platformOf(folder)), ...(othersNamespaces[folder.name] ?? [])];
  return [
    ...namespaces.map((name) => `Namespace ${name}`),
    'ConfigMap kserve/inferenceservice-config',
    'Deployment kuadrant-system/kuadrant-operator-controller-manager',
  ];
}

/** What kubectl says, once, of an object that it did not create: harmless, and it says that it sees to it itself. */
function adoptionWarning({ kind, metadata }: Manifest): string {
  const resource = `${kind.toLowerCase()}s/${metadata.name}`;
  return (
    `Warning: resource ${resource} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is ` +
    'required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl ' +
    'create --save-config or kubectl apply. The missing annotation will be patched automatically.'
  );
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

describeCluster('the API server accepts', () => {
  describe.each(folders)('$name', (folder) => {
    beforeEach(async () => {
      await createPrerequisiteNamespaces(kubectl, platformOf(folder), othersNamespaces[folder.name]);
    });
    afterEach(async () => {
      await removeAll(kubectl, manifestsOf(folder));
    });

    test('server-side with strict validation', async () => {
      const manifests = manifestsOf(folder);
      expect(manifests).not.toHaveLength(0);
      // A manager of its own: the default, `kubectl`, may own KServe's keys and would then take away all but ours.
      const manager = ['--field-manager=cdk8s-maas', '--force-conflicts'];
      const result = await kubectl(['apply', '--server-side', ...manager, '--validate=strict', '-f', folder.name]);
      expect(result.stderr).toBe('');
      expect(lines(result.stdout)).toHaveLength(manifests.length);
      expect(lines(result.stdout).filter((line) => !line.endsWith(' serverside-applied'))).toEqual([]);
    });

    test(`as a user types it: kubectl apply -f ${folder.name}/, twice`, async () => {
      const manifests = manifestsOf(folder);
      const first = await kubectl(['apply', '--validate=strict', '-f', folder.name]);
      const adopted = manifests.filter((manifest) => alreadyThere(folder).includes(nameOf(manifest)));
      expect(lines(first.stderr)).toEqual(adopted.map(adoptionWarning));
      expect(lines(first.stdout)).toHaveLength(manifests.length);
      expect(lines(first.stdout).filter((line) => line.endsWith(' created'))).toHaveLength(
        manifests.length - adopted.length,
      );

      const second = await kubectl(['apply', '--validate=strict', '-f', folder.name]);
      expect(second.stderr).toBe('');
      expect(lines(second.stdout)).toHaveLength(manifests.length);
      expect(lines(second.stdout).filter((line) => line.endsWith(' created'))).toEqual([]);
    });
  });
});
