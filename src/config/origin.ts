import { locate, type LocatedMap } from './located';
import { sortProblems, type Problem } from './problem';

/** Where props come from. */
interface Origin {
  readonly root: LocatedMap;
  readonly files: readonly string[];
}

const ORIGINS = new WeakMap<object, Origin>();

/**
 * Remembers the files that props were read from, and that they passed every check; so nobody may change them any more, down
 * to the last value.
 */
export function rememberOrigin(props: object, root: LocatedMap, files: readonly string[]): void {
  freeze(props);
  ORIGINS.set(props, { root, files });
}

function freeze(value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
}

/** The located tree behind props that `readConfiguration` returned; undefined for others. */
export function sourceOf(props: object): LocatedMap | undefined {
  return ORIGINS.get(props)?.root;
}

/** Whether `readConfiguration` returned these very props, so that they have no problems. */
export function isChecked(props: object): boolean {
  return ORIGINS.has(props);
}

/** Adds file, line and column to problems of props that were read from a file, and sorts them by it. */
export function locateProblems(props: object, problems: readonly Problem[]): Problem[] {
  const origin = ORIGINS.get(props);
  return origin === undefined ? [...problems] : locateIn(origin.root, origin.files, problems);
}

/** Adds file, line and column to problems, as far as they have none, and sorts them by it. */
export function locateIn(root: LocatedMap, files: readonly string[], problems: readonly Problem[]): Problem[] {
  const located = problems.map((problem) => ({
    ...problem,
    location: problem.location ?? locate(root, problem.path, problem.pointAt),
  }));
  return sortProblems(located, files);
}
