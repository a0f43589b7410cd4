import type { MaasPlatformProps } from './configuration';
import { UNREADABLE } from './located';
import type { Path } from './problem';
import { itemOf, keysOf, type Schema } from './schema-walk';

/**
 * A configuration as far as its shape is right: what the cross-checks work on.
 *
 * A key that is absent was not written. A key (or list item) that is there but `undefined` was written in a way that
 * nobody can use; another problem says so, and cross-checks must not conclude anything from it.
 */
export type Draft<Shape> = Shape extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : Shape extends object
    ? { readonly [Key in keyof Shape]?: Draft<Shape[Key]> }
    : Shape;

/** The whole configuration as far as its shape is right. */
export type DraftConfiguration = Draft<MaasPlatformProps>;

/** Paths as a tree, so that walking a value meets them without comparing paths. */
export class PathTree {
  private readonly steps = new Map<string | number, PathTree>();
  private isEnd = false;

  /** Adds a path. */
  public add(path: Path): void {
    const [first, ...rest] = path;
    if (first === undefined) {
      this.isEnd = true;
      return;
    }
    const next = this.steps.get(first) ?? new PathTree();
    this.steps.set(first, next);
    next.add(rest);
  }

  /** The paths behind a step. */
  public behind(step: string | number): PathTree | undefined {
    return this.steps.get(step);
  }

  /** Whether one of the paths ends here. */
  public get ends(): boolean {
    return this.isEnd;
  }
}

/**
 * The usable parts of a value: what `unusable` names becomes `undefined`; keys with the value `undefined` are dropped, as
 * TypeScript has it.
 */
export function draftOf(schema: Schema | undefined, value: unknown, unusable: PathTree | undefined): unknown {
  if (unusable?.ends === true || value === UNREADABLE) {
    return undefined;
  }
  const item = schema && itemOf(schema);
  if (item !== undefined && Array.isArray(value)) {
    return value.map((each: unknown, index) => draftOf(item, each, unusable?.behind(index)));
  }
  const keys = schema && keysOf(schema);
  if (keys === undefined || typeof value !== 'object' || value === null) {
    return value;
  }
  const draft: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    const behind = unusable?.behind(key);
    if (key === '__proto__' || (part === undefined && behind === undefined)) {
      continue;
    }
    draft[key] = draftOf(Object.hasOwn(keys, key) ? keys[key] : undefined, part, behind);
  }
  return draft;
}
