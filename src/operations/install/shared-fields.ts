import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../is-map';
import { MAAS_LABELS } from '../../labels';
import type { KubernetesObject } from '../kubernetes-object';

/** Part of an object, or a patch of it. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a platform has done to an object that others own. */
export interface SharedFields {
  /** What it has set. */
  readonly set: Fields;
  /** The patch that brings back what stood there before. */
  readonly before: Fields;
}

/**
 * Annotation of a shared object, followed by the namespace of the platform: its `SharedFields`. They stand on the object itself,
 * so that only who may change it anyway can say what it was.
 */
const BEFORE_ANNOTATION = 'before.cdk8s-maas/';

/** How kubectl merges: Kubernetes' own kinds have lists whose members have names, for all others a list is one value. */
export type PatchType = 'strategic' | 'merge';

/** The kind of patch that an object's kind takes. */
export function patchTypeOf({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): PatchType {
  return ['v1', 'apps/v1'].includes(apiVersion) ? 'strategic' : 'merge';
}

/** What a manifest sets of an object: all but what names it. */
function fieldsOf(manifest: KubernetesObject): Fields {
  const { labels, annotations } = manifest.metadata;
  const rest = Object.fromEntries(
    Object.entries(manifest).filter(([key]) => !['apiVersion', 'kind', 'metadata'].includes(key)),
  );
  return { metadata: { ...(labels && { labels }), ...(annotations && { annotations }) }, ...rest };
}

/** What a platform has done to an object; nothing when it has not touched it, or when nobody can tell any more. */
export function sharedFieldsOf(live: KubernetesObject, platform: string): SharedFields | undefined {
  const shared = parse(live.metadata.annotations?.[BEFORE_ANNOTATION + platform]);
  return isMap(shared) && isMap(shared.set) && isMap(shared.before)
    ? { set: shared.set, before: shared.before }
    : undefined;
}

/** The other platforms that use a shared object. */
export function otherPlatformsOf(live: KubernetesObject, platform: string): string[] {
  return Object.keys(live.metadata.annotations ?? {})
    .filter((key) => key.startsWith(BEFORE_ANNOTATION))
    .map((key) => key.slice(BEFORE_ANNOTATION.length))
    .filter((other) => other !== platform);
}

/**
 * The patch that makes a shared object what the manifest says, and takes back what an earlier manifest said.
 *
 * What stood there before goes into an annotation of the same patch: there is no moment at which it could be lost.
 */
export function adoptionPatch(manifest: KubernetesObject, live: KubernetesObject, platform: string): Fields {
  const type = patchTypeOf(manifest);
  const set = fieldsOf(manifest);
  const known = sharedFieldsOf(live, platform);
  const back = restoration(known ?? appliedByHand(live), live, type);
  const pristine = known === undefined ? live : (patched(live, back, type) as Fields);
  const shared: SharedFields = { set, before: beforeOf(set, pristine, type) as Fields };
  const annotation = { metadata: { annotations: { [BEFORE_ANNOTATION + platform]: JSON.stringify(shared) } } };
  return merged(merged(back, set, type), annotation, type) as Fields;
}

/** The patch that gives an object back to its owner: what others have changed since then stays as it is. */
export function releasePatch(live: KubernetesObject, platform: string): Fields {
  const known = sharedFieldsOf(live, platform);
  const type = patchTypeOf(live);
  const back = known === undefined || otherPlatformsOf(live, platform).length > 0 ? {} : restoration(known, live, type);
  const annotation = { metadata: { annotations: { [BEFORE_ANNOTATION + platform]: null } } };
  return merged(back, annotation, type) as Fields;
}

/** What `kubectl apply -f dist/` once wrote by hand, to be taken away; what the manifest still says is set again. */
function appliedByHand(live: KubernetesObject): SharedFields {
  const last = parse(live.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']);
  const ours = isMap(last) && isMap(last.metadata) && isMap(last.metadata.labels) ? last.metadata.labels : {};
  if (ours['app.kubernetes.io/managed-by'] !== MAAS_LABELS['app.kubernetes.io/managed-by'])
    return { set: {}, before: {} };
  const set = fieldsOf(last as unknown as KubernetesObject);
  return { set, before: beforeOf(set, {}, patchTypeOf(live)) as Fields };
}

/** The part of `before` whose fields still are what the platform has set. */
function restoration({ set, before }: SharedFields, live: Fields, type: PatchType): Fields {
  return (stillSet(set, before, live, type) ?? {}) as Fields;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function beforeOf(set: unknown, live: unknown, type: PatchType): unknown {
  if (isMap(set)) {
    const there = isMap(live) ? live : {};
    return Object.fromEntries(Object.entries(set).map(([key, value]) => [key, beforeOf(value, there[key], type)]));
  }
  if (isNamedList(set, type)) {
    const there = isNamedList(live, type) ? live : [];
    return set.map(({ name, ...rest }) => {
      const item = there.find((other) => other.name === name);
      return item === undefined ? { name, $patch: 'delete' } : { name, ...(beforeOf(rest, item, type) as Fields) };
    });
  }
  return live ?? null;
}

/** @returns nothing when there is nothing to bring back */
function stillSet(set: unknown, before: unknown, live: unknown, type: PatchType): unknown {
  if (isMap(set) && isMap(before)) {
    if (!isMap(live)) return undefined;
    const entries = Object.keys(set)
      .filter((key) => key in before)
      .map((key) => [key, stillSet(set[key], before[key], live[key], type)] as const)
      .filter(([, value]) => value !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (isNamedList(set, type) && isNamedList(before, type)) {
    const items = set.map((item) => stillSetItem(item, itemOf(before, item.name), itemOf(live, item.name), type));
    const found = items.filter((item) => item !== undefined);
    return found.length === 0 ? undefined : found;
  }
  return isDeepStrictEqual(set, live) ? before : undefined;
}

function stillSetItem(item: Named, before: unknown, live: unknown, type: PatchType): unknown {
  if (!isMap(before) || !isMap(live)) return undefined;
  if (before.$patch === 'delete') return contains(live, item) ? before : undefined;
  const { name, ...rest } = item;
  const part = stillSet(rest, before, live, type);
  return isMap(part) ? { name, ...part } : undefined;
}

function itemOf(list: unknown, name: string): unknown {
  return Array.isArray(list) ? list.find((item: unknown) => isMap(item) && item.name === name) : undefined;
}

/** @returns what a patch makes of a value */
function patched(value: unknown, patch: unknown, type: PatchType): unknown {
  if (isMap(patch)) {
    const there = isMap(value) ? value : {};
    const changed = Object.entries(patch).map(([key, change]) => [key, patched(there[key], change, type)] as const);
    const all = Object.entries({ ...there, ...Object.fromEntries(changed) });
    return Object.fromEntries(all.filter(([, member]) => member !== null));
  }
  if (isNamedList(patch, type) && isNamedList(value, type)) {
    const changes = new Map(patch.map((item) => [item.name, item]));
    return value
      .filter(({ name }) => changes.get(name)?.$patch !== 'delete')
      .map((item) => (changes.has(item.name) ? patched(item, changes.get(item.name), type) : item));
  }
  return patch;
}

/** @returns one patch that does what two do, the second after the first */
function merged(first: unknown, second: unknown, type: PatchType): unknown {
  if (isMap(first) && isMap(second)) {
    const entries = Object.entries(second).map(([key, value]) => [key, merged(first[key], value, type)] as const);
    return { ...first, ...Object.fromEntries(entries) };
  }
  if (isNamedList(first, type) && isNamedList(second, type)) {
    const rest = first.filter(({ name }) => !second.some((item) => item.name === name));
    const both = second.map((item) => {
      const earlier = first.find(({ name }) => name === item.name);
      return earlier === undefined || earlier.$patch === 'delete' ? item : (merged(earlier, item, type) as Named);
    });
    return [...rest, ...both];
  }
  return second;
}

interface Named {
  readonly name: string;
  readonly [member: string]: unknown;
}

function isNamedList(value: unknown, type: PatchType): value is Named[] {
  return (
    type === 'strategic' &&
    Array.isArray(value) &&
    value.every((item: unknown) => isMap(item) && typeof item.name === 'string')
  );
}

/** Whether a value has all that a part of it says. */
function contains(value: unknown, part: unknown): boolean {
  if (isMap(part)) return isMap(value) && Object.entries(part).every(([key, member]) => contains(value[key], member));
  return isDeepStrictEqual(value, part);
}
