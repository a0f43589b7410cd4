import { formatPath } from '../config/problem';
import { describeObject } from '../output/chart-objects';
import { apiGroupOf } from '../api-group';
import { isMap } from '../is-map';
import type { Manifest } from '../platform/manifests';
import { changesBetween, matchByName } from '../output/changes';

/** How two lists of manifests differ; objects are named as messages name them: `Gateway llm/inference-gateway`. */
export interface ObjectChanges {
  /** Objects that only the second list has. */
  readonly added: string[];
  /** Objects that only the first list has. */
  readonly removed: string[];
  /** Objects that both have, with the paths that differ; never what stands there. */
  readonly changed: { readonly object: string; readonly paths: string[] }[];
}

/** Compares two lists of manifests, object by object. One object of another version is the same object, changed. */
export function objectChanges(before: readonly Manifest[], after: readonly Manifest[]): ObjectChanges {
  const { gone, kept, added } = matchByName(
    before,
    after,
    (manifest) => `${apiGroupOf(String(manifest.apiVersion))} ${describe(manifest)}`,
  );
  return {
    added: added.map(describe).sort(),
    removed: gone.map(describe).sort(),
    changed: kept
      .map((pair) => ({
        object: describe(pair.after),
        paths: changesBetween(pair.before, pair.after).map(({ path }) => formatPath(path)),
      }))
      .filter(({ paths }) => paths.length > 0)
      .sort((left, right) => (left.object < right.object ? -1 : 1)),
  };
}

function describe({ kind, metadata }: Manifest): string {
  const { name, namespace } = isMap(metadata) ? metadata : {};
  return describeObject({
    kind: String(kind),
    name: String(name),
    namespace: namespace === undefined ? undefined : String(namespace),
  });
}
