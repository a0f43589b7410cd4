import { isDeepStrictEqual } from 'node:util';
import type { ApiObject } from 'cdk8s';
import { applyPatch, type Operation } from 'fast-json-patch';
import { isMap } from '../is-map';

/** One operation of a JSON patch. */
export interface JsonPatchOperation {
  /** What to do. */
  readonly op: JsonPatchOperator;
  /** JSON pointer to the place, for example `/spec/replicas`. */
  readonly path: string;
  /**
   * JSON pointer to the source of `move` and `copy`.
   * @default - none
   */
  readonly from?: string;
  /**
   * Value for `add`, `replace` and `test`.
   * @default - none
   */
  readonly value?: unknown;
}

/** Operator of a JSON patch (RFC 6902). */
export type JsonPatchOperator = 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';

/** A change to a manifest. Exactly one member is set. */
export interface ManifestPatch {
  /**
   * JSON merge patch (RFC 7396): `null` removes a key.
   * @default - none
   */
  readonly merge?: { readonly [key: string]: unknown };

  /**
   * JSON patch (RFC 6902).
   * @default - none
   */
  readonly jsonPatch?: JsonPatchOperation[];
}

/**
 * Changes what an object synthesizes to: the way out for whatever a construct has no prop for.
 *
 * It works on the final manifest. `ApiObject.addJsonPatch` works on what goes into an L1, which drops fields that its
 * schema does not know.
 *
 * @throws when the patch has not exactly one member, does not apply, or changes nothing
 */
export function patchManifest(object: ApiObject, patch: ManifestPatch): void {
  if ((patch.merge === undefined) === (patch.jsonPatch === undefined)) {
    const got = patch.merge === undefined ? 'neither' : 'both';
    throw new Error(`the patch of ${describe(object)}: got ${got} of merge and jsonPatch, expected one`);
  }
  const original = object.toJson.bind(object);
  const before: unknown = original();
  if (isDeepStrictEqual(patched(before, patch), before)) {
    throw new Error(`the patch of ${describe(object)} changes nothing`);
  }
  object.toJson = () => patched(original(), patch);
}

function describe(object: ApiObject): string {
  return `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.name}`;
}

function patched(manifest: unknown, { merge, jsonPatch }: ManifestPatch): unknown {
  return jsonPatch === undefined
    ? mergePatch(manifest, merge)
    : // A copy, because values of the patch become parts of the document, and later operations change them.
      applyPatch(manifest, structuredClone(jsonPatch) as Operation[], true, false).newDocument;
}

/** RFC 7396, section 2. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) {
    return patch;
  }
  const merged = new Map(isMap(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key);
    } else {
      merged.set(key, mergePatch(merged.get(key), value));
    }
  }
  return Object.fromEntries(merged);
}
