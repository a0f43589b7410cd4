import type { Path } from '../../config/problem';
import { isMap } from '../../is-map';
import type { KubernetesObject } from '../kubernetes-object';

/**
 * Kinds in which something more that others have set opens a way in: a further method of authentication, a listener, a
 * condition under which a policy does not count. An apply lets it stand, so the server says that nothing would change.
 */
const GUARDED = [
  'AuthPolicy',
  'Gateway',
  'RateLimitPolicy',
  'TokenRateLimitPolicy',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

/** Where an object that guards the platform has more than the configuration says; defaults of the server are no such thing. */
export function additionsTo(wanted: KubernetesObject, live: KubernetesObject): Path[] {
  return GUARDED.includes(wanted.kind) ? additions(wanted.spec, live.spec, ['spec']) : [];
}

function additions(wanted: unknown, live: unknown, path: Path): Path[] {
  if (isMap(wanted) && isMap(live)) {
    return Object.entries(live).flatMap(([key, value]) =>
      Object.hasOwn(wanted, key)
        ? additions(wanted[key], value, [...path, key])
        : isFilled(value)
          ? [[...path, key]]
          : [],
    );
  }
  if (Array.isArray(wanted) && Array.isArray(live)) {
    const names = wanted.map(nameIn);
    return live.flatMap((item: unknown, index) => {
      const name = nameIn(item);
      return name !== undefined && !names.includes(name) ? [[...path, index]] : [];
    });
  }
  return [];
}

/** Defaults are single values, or empty. */
function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isMap(value) && Object.keys(value).length > 0;
}

function nameIn(item: unknown): string | undefined {
  return isMap(item) && typeof item.name === 'string' ? item.name : undefined;
}

/** The patch (RFC 6902) that takes them away, the last of a list first. */
export function removalOf(paths: readonly Path[]): string {
  const pointer = (path: Path) =>
    path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return JSON.stringify(paths.map((path) => ({ op: 'remove', path: pointer(path) })).toReversed());
}
