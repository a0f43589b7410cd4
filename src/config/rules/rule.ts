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
  const items: Placed<Item>[] = [];
  list?.forEach((item, index) => {
    if (item !== undefined) {
      items.push({ item, index });
    }
  });
  return items;
}

/** Whether everything that was written in a map can be used, so that what it lacks was really not written. */
export function isComplete(map: object | undefined): boolean {
  return map === undefined || !Object.values(map).includes(undefined);
}

/** Whether a part was written in a way that cannot be used, or may come from a refused merge key. */
export function isUnusable(configuration: object, ...path: readonly string[]): boolean {
  let here: unknown = configuration;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) {
      return false;
    }
    const map = here as Readonly<Record<string, unknown>>;
    if (!Object.hasOwn(map, step)) {
      return Object.hasOwn(map, '<<') && map['<<'] === undefined;
    }
    here = map[step];
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
}

/** The claims that an earlier one makes impossible, with that one. */
export function clashes<Each extends Claim>(claims: readonly Each[]): { claim: Each; first: Each }[] {
  const seen = new Map<string, Each>();
  const found: { claim: Each; first: Each }[] = [];
  for (const claim of claims) {
    const first = seen.get(claim.value);
    if (first === undefined) {
      seen.set(claim.value, claim);
    } else {
      found.push({ claim, first });
    }
  }
  return found;
}
