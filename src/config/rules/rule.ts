import type { DraftConfiguration } from '../draft';
import type { Finding, Path } from '../problem';

/** A check of what parts of a configuration say about each other. */
export interface Rule {
  /** Name of the rule, in kebab case. */
  readonly id: string;
  /** Finds what is wrong. Missing and unusable parts are somebody else's problem. */
  readonly check: (configuration: DraftConfiguration) => Finding[];
}

/** Makes a finding at a value. */
export function atValue(path: Path, got: string, expected: string, fix: string): Finding {
  return { path: [...path], pointAt: 'value', got, expected, fix };
}

/** Makes a finding at a key. */
export function atKey(path: Path, got: string, expected: string, fix: string): Finding {
  return { path: [...path], pointAt: 'key', got, expected, fix };
}

/** An item of a list, with its place. */
export interface Placed<Item> {
  readonly item: Item;
  readonly index: number;
}

/** The usable items of a list. */
export function placed<Item>(list: readonly (Item | undefined)[] | undefined): Placed<Item>[] {
  return (list ?? []).flatMap((item, index) => (item === undefined ? [] : [{ item, index }]));
}

/** Whether everything that was written in a map can be used, so that what it lacks was really not written. */
export function isComplete(map: object | undefined): boolean {
  return map === undefined || !Object.values(map).includes(undefined);
}

/** Whether a part was written in a way that cannot be used. */
export function isUnusable(configuration: object, ...path: readonly string[]): boolean {
  let here: unknown = configuration;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) {
      return false;
    }
    here = (here as Record<string, unknown>)[step];
    if (here === undefined) {
      return true;
    }
  }
  return false;
}

/** A value that has to be the only one of its kind. */
export interface Claim {
  /** What must be unique; never shown. */
  readonly value: string;
  /** Where it is written. */
  readonly path: Path;
}

/** The claims that an earlier one makes impossible, with that one. */
export function clashes<Each extends Claim>(claims: readonly Each[]): { claim: Each; first: Each }[] {
  const seen = new Map<string, Each>();
  return claims.flatMap((claim) => {
    const first = seen.get(claim.value);
    if (first !== undefined) {
      return [{ claim, first }];
    }
    seen.set(claim.value, claim);
    return [];
  });
}
