import type { Path, ProblemSubject, SourceLocation } from './problem';

/** What stands where an alias, a merge key or a custom tag was refused: nobody knows its value. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** A configuration whose every part knows where it is written. */
export type Located = LocatedScalar | LocatedMap | LocatedList;

/** Text, number, boolean or null. */
export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: SourceLocation;
  readonly value: string | number | boolean | null | typeof UNREADABLE;
  /** How it is written, where that is not the value itself: `1.30` for the number 1.3. */
  readonly text?: string;
}

/** A map; a JavaScript Map holds its entries, so that `__proto__` is a key like any other. */
export interface LocatedMap {
  readonly kind: 'map';
  readonly at: SourceLocation;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

/** The value of a key, and where the key is written. */
export interface LocatedEntry {
  readonly keyAt: SourceLocation;
  readonly value: Located;
}

/** A list. */
export interface LocatedList {
  readonly kind: 'list';
  readonly at: SourceLocation;
  readonly items: readonly Located[];
}

/** The plain value, without positions. */
export function toValue(located: Located): unknown {
  if (located.kind === 'scalar') {
    return located.value;
  }
  if (located.kind === 'list') {
    return located.items.map(toValue);
  }
  const value: Record<string, unknown> = {};
  for (const [key, entry] of located.entries) {
    const part = toValue(entry.value);
    if (key === '__proto__') {
      Object.defineProperty(value, key, { value: part, enumerable: true, configurable: true, writable: true });
    } else {
      value[key] = part;
    }
  }
  return value;
}

/**
 * Where something is written: of a path that leads nowhere the deepest known part, so for a missing key the key of its
 * parent.
 * @param pointAt the key at the end of the path, or its value
 */
export function locate(located: Located, path: Path, pointAt: ProblemSubject): SourceLocation {
  let here = located;
  let keyAt = located.at;
  for (const step of path) {
    const next = stepInto(here, step);
    if (next === undefined) {
      return keyAt;
    }
    keyAt = next.keyAt;
    here = next.value;
  }
  return pointAt === 'key' ? keyAt : here.at;
}

/** How the scalar at a path is written, where that is not its value. */
export function writtenText(located: Located, path: Path): string | undefined {
  let here: Located | undefined = located;
  for (const step of path) {
    here = here && stepInto(here, step)?.value;
  }
  return here?.kind === 'scalar' ? here.text : undefined;
}

function stepInto(located: Located, step: string | number): LocatedEntry | undefined {
  if (located.kind === 'map') {
    return located.entries.get(String(step));
  }
  if (located.kind === 'scalar' || typeof step !== 'number') {
    return undefined;
  }
  const item = located.items[step];
  return item && { keyAt: item.at, value: item };
}
