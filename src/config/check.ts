import type { MaasPlatformProps } from './configuration';
import { locateProblems } from './origin';
import type { Problem } from './problem';
import { RULES } from './rules';
import { checkShape, type ShapeOptions } from './shape';

/**
 * Every problem of a configuration: of its shape, and of what its parts say about each other.
 *
 * It never throws, whatever the value is; `MaasPlatform` throws a `ConfigurationError` with what comes back.
 */
export function checkConfiguration(props: MaasPlatformProps): Problem[] {
  const problems = checkValue(props, {});
  return typeof props === 'object' && props !== null ? locateProblems(props, problems) : problems;
}

/** Checks a value of any kind: first its shape, then what is usable of it by every rule. */
export function checkValue(value: unknown, options: ShapeOptions): Problem[] {
  const { findings, draft } = checkShape(value, options);
  const crossChecks = RULES.flatMap(({ id, check }) =>
    check(draft).map((finding): Problem => ({ rule: id, ...finding })),
  );
  return [...findings, ...crossChecks];
}
