import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { dump, loadAll } from 'js-yaml';

/** A Kubernetes object, or a piece of Envoy's configuration. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
export type Json = any;

/** What Istio gives to the Envoy of the Gateway's pod. */
export interface Translation {
  readonly listeners: Json[];
  readonly routes: Json[];
  readonly clusters: Json[];
  readonly endpoints: Json[];
  /** The file that Envoy is started with. */
  readonly bootstrap: Json;
  /** What istiod's admission webhook says about objects that it takes. */
  readonly warnings: string[];
}

/** What istiod reads of dist/, in its order. */
const READ_BY_ISTIO = ['00-namespaces', '30-gateway', '50-limits', '70-routes'];

/** What else it finds in the cluster. */
const BESIDE = ['kserve-service.yaml', 'kuadrant-envoy-filter.yaml'].map((name) => path.join(__dirname, name));

/** @returns what istiod reads of a folder of ours, by default the committed dist/, with what KServe and Kuadrant add. */
export function manifests(folder = 'dist', names = READ_BY_ISTIO): Json[] {
  const files = names.map((name) => path.join(__dirname, '../../..', folder, `${name}.k8s.yaml`));
  return [...files, ...BESIDE].flatMap((file) => loadAll(readFileSync(file, 'utf8')) as Json[]);
}

/** Says when the objects were created: Kuadrant's EnvoyFilters a day before ours, or a day after. */
export function created(objects: Json[], kuadrant: 'older' | 'newer'): Json[] {
  const times = kuadrant === 'older' ? ['2026-01-02', '2026-01-01'] : ['2026-01-01', '2026-01-02'];
  return objects.map((object) => {
    const time = times[object.metadata.labels?.['kuadrant.io/managed'] ? 1 : 0];
    return { ...object, metadata: { ...object.metadata, creationTimestamp: `${time}T00:00:00Z` } };
  });
}

/** Has istiod's own code translate the objects. */
export function translate(translator: string, objects: Json[]): Translation {
  const folder = mkdtempSync(path.join(tmpdir(), 'maas-istio-'));
  try {
    const file = path.join(folder, 'manifests.yaml');
    writeFileSync(file, objects.map((object) => dump(object)).join('---\n'));
    const { status, stdout, stderr, error } = spawnSync(translator, [file], { encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) {
      throw new Error(`istio-listeners: ${error?.message ?? stderr}`);
    }
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the HTTP connection manager of the listener for port 80. */
export function connectionManager({ listeners }: Translation): Json {
  const listener = listeners.find(({ name }) => name === '0.0.0.0_80');
  return listener.filter_chains[0].filters.at(-1).typed_config;
}

/** @returns the names of the HTTP filters, in the order in which a request meets them. */
export function filterNames(translation: Translation): string[] {
  return connectionManager(translation).http_filters.map(({ name }: Json) => name);
}
