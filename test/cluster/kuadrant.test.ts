import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { accept, gatewayClass, listed, startOperator } from './harness/kuadrant';
import { readManifestFile, root, type Manifest } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import type { Program } from './harness/program';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const recording = join(root, 'test/envoy/istio/kuadrant-envoy-filter.yaml');

/** Kuadrant's EnvoyFilters without what the API server adds. */
async function written(): Promise<Manifest[]> {
  const filters = await listed('envoyfilters', '--selector=kuadrant.io/managed=true');
  return filters.map(({ apiVersion, kind, metadata: { name, namespace, labels }, spec }) => ({
    ...{ apiVersion, kind, metadata: { name, namespace, labels } },
    spec,
  }));
}

/** The plugin's configuration is JSON in a string, whose spaces differ from build to build of the operator. */
function comparable(filters: readonly Manifest[]): unknown {
  return JSON.parse(JSON.stringify(filters), (key, value) => {
    const isJson = key === 'value' && typeof value === 'string';
    return isJson ? JSON.parse(value) : value;
  });
}

describeCluster(
  "Kuadrant's operator 1.5.2",
  () => {
    let operator: Program | undefined;

    afterAll(() => operator?.stop());

    test('writes for dist/ the EnvoyFilters that the Envoy tests run beside ours', async () => {
      await createPrerequisiteNamespaces(kubectl, 'kubernetes');
      await kubectl(['apply', '-f', 'dist']);
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(gatewayClass) });
      await accept();
      operator = startOperator();
      await until('the operator has written two EnvoyFilters', 60, async () => (await written()).length === 2);
      const filters = await written();
      if (process.env.CDK8S_MAAS_RECORD) {
        const comment = readFileSync(recording, 'utf8').replace(/^(?!#).*\n/gm, '');
        writeFileSync(recording, comment + filters.map((filter) => dump(filter, { lineWidth: 120 })).join('---\n'));
      }
      expect(comparable(readManifestFile(recording).manifests)).toEqual(comparable(filters));
    });
  },
  'kuadrant-operator',
);
