import { manifestsOf, platformFolders } from './harness/manifests';
import { adopted, adoptionWarning, othersNamespaces, platformOf } from './harness/others';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, empty, kubectl } from './harness/suite';

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

describeCluster('the API server accepts', () => {
  describe.each(platformFolders())('$name', (folder) => {
    beforeEach(async () => {
      await createPrerequisiteNamespaces(kubectl, platformOf(folder), othersNamespaces(folder));
    });
    afterEach(empty);

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
      expect(lines(first.stderr)).toEqual(adopted(folder).map(adoptionWarning));
      expect(lines(first.stdout)).toHaveLength(manifests.length);
      expect(lines(first.stdout).filter((line) => line.endsWith(' created'))).toHaveLength(
        manifests.length - adopted(folder).length,
      );

      const second = await kubectl(['apply', '--validate=strict', '-f', folder.name]);
      expect(second.stderr).toBe('');
      expect(lines(second.stdout)).toHaveLength(manifests.length);
      expect(lines(second.stdout).filter((line) => line.endsWith(' created'))).toEqual([]);
    });
  });
});
