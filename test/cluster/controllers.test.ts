import { controlPlaneTools, ControlPlane } from './harness/control-plane';
import { untilGood } from './harness/conditions';
import { envoyFilterWarning } from './harness/istio';
import { manifestsOf, platformFolders } from './harness/manifests';
import { adopted, adoptionWarning, othersNamespaces, othersObjects, platformOf } from './harness/others';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';

describeCluster(
  'the real controllers take',
  () => {
    let plane: ControlPlane;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      await plane.empty();
    });
    afterEach(() => plane.empty());
    afterAll(() => plane?.stop());

    test.each(platformFolders())('$name', async (folder) => {
      await createPrerequisiteNamespaces(kubectl, platformOf(folder), othersNamespaces(folder));
      const others = othersObjects(folder);
      const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: others });
      if (others.length > 0) await kubectl(['create', '-f', '-'], { stdin });
      const { stderr } = await kubectl(['apply', '--validate=strict', '-f', folder.name]);
      const warnings = stderr.split('\n').filter((line) => line !== '' && line !== envoyFilterWarning);
      expect(warnings).toEqual(adopted(folder).map(adoptionWarning));
      await untilGood([...others, ...manifestsOf(folder)], () => plane.refusals);
    });
  },
  ...controlPlaneTools,
);
