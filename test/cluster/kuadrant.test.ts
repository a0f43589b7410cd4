import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { toolPath } from '../../scripts/tool-table.cjs';
import { removeAll } from './harness/cleanup';
import { manifestsOf, readManifestFile, readPlatformFolder, root, type Manifest } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl, serverFolderVariable } from './harness/suite';
import { until } from './harness/until';

const recording = join(root, 'test/envoy/istio/kuadrant-envoy-filter.yaml');
const manifests = manifestsOf(readPlatformFolder('dist'));

/** istiod makes it; the operator asks who serves the Gateway. */
const gatewayClass: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'istio' },
  spec: { controllerName: 'istio.io/gateway-controller' },
};

function condition(type: string): object {
  return { type, status: 'True', reason: type, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

async function setStatus(resource: readonly string[], status: object): Promise<void> {
  const patch = ['--subresource=status', '--type=merge', `--patch=${JSON.stringify({ status })}`];
  await kubectl(['patch', ...resource, ...patch]);
}

/** Plays istiod: the operator waits until the Gateway and the routes are accepted. */
async function accept(): Promise<void> {
  await setStatus(['gatewayclass', 'istio'], { conditions: [condition('Accepted')] });
  await setStatus(['gateway', 'inference-gateway', '--namespace=llm'], {
    conditions: [condition('Accepted'), condition('Programmed')],
  });
  const parentRef = {
    group: 'gateway.networking.k8s.io',
    kind: 'Gateway',
    name: 'inference-gateway',
    namespace: 'llm',
  };
  await setStatus(['httproute', 'simulator-domain-route', '--namespace=llm'], {
    parents: [{ parentRef, controllerName: 'istio.io/gateway-controller', conditions: [condition('Accepted')] }],
  });
}

/** The operator without its wasm server (there is no such file), so that it listens on loopback only. */
function startOperator(): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    KUBECONFIG: join(process.env[serverFolderVariable]!, 'kubeconfig'),
    OPERATOR_NAMESPACE: 'kuadrant-system',
    WITH_EXTENSIONS: 'false',
    WASM_SERVER_FILE_PATH: join(root, 'no-such-file.wasm'),
  };
  const addresses = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0'];
  return spawn(toolPath('kuadrant-operator')!, addresses, { env, stdio: 'ignore' });
}

async function listed(kind: string, ...more: string[]): Promise<Manifest[]> {
  const { stdout } = await kubectl(['get', kind, '--all-namespaces', '--output=json', ...more]);
  return (JSON.parse(stdout) as { items: Manifest[] }).items;
}

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
    let operator: ChildProcess | undefined;

    afterAll(async () => {
      operator?.kill('SIGKILL');
      const kinds = ['authconfigs', 'authorinos', 'limitadors', 'envoyfilters'];
      const leftBehind = await Promise.all(kinds.map((kind) => listed(kind)));
      await removeAll(kubectl, [...manifests, gatewayClass, ...leftBehind.flat()]);
    });

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
