import { isDeepStrictEqual } from 'node:util';
import type { Path } from '../config/problem';
import { isMap } from '../is-map';

/** One value that is not the same on both sides; `undefined` where there is none. */
export interface Change {
  /** Keys and list positions that lead to it. */
  readonly path: Path;
  /** What it was. */
  readonly before: unknown;
  /** What it is. */
  readonly after: unknown;
}

/** Things of one name on both sides, and those that one side alone has. */
export interface Matches<Item> {
  /** Only before, in their order. */
  readonly gone: Item[];
  /** On both sides, in the order of before. */
  readonly kept: { readonly before: Item; readonly after: Item }[];
  /** Only after, in their order. */
  readonly added: Item[];
}

/**
 * What differs between two values of JSON, in the order of their sorted keys. Lists of one length are compared item by
 * item; of lists of two lengths, and of what one side alone has, the whole is one change.
 */
export function changesBetween(before: unknown, after: unknown, path: Path = []): Change[] {
  if (isDeepStrictEqual(before, after)) {
    return [];
  }
  if (isMap(before) && isMap(after)) {
    const [left, right] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
    const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
    return keys.flatMap((key) => changesBetween(left.get(key), right.get(key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => changesBetween(item, after[index], [...path, index]));
  }
  return [{ path, before, after }];
}

/** Finds what has the same name on both sides; of several with one name the first meets the first. */
export function matchByName<Item>(
  before: readonly Item[],
  after: readonly Item[],
  nameOf: (item: Item) => string,
): Matches<Item> {
  const [left, right] = [numbered(before, nameOf), numbered(after, nameOf)];
  return {
    gone: [...left].flatMap(([name, item]) => (right.has(name) ? [] : [item])),
    kept: [...left].flatMap(([name, item]) => {
      const other = right.get(name);
      return other === undefined ? [] : [{ before: item, after: other }];
    }),
    added: [...right].flatMap(([name, item]) => (left.has(name) ? [] : [item])),
  };
}

function numbered<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, Item> {
  const seen = new Map<string, number>();
  return new Map(
    items.map((item) => {
      const name = nameOf(item);
      const number = seen.get(name) ?? 0;
      seen.set(name, number + 1);
      return [`${name} ${number}`, item];
    }),
  );
}
