import type * as z from 'zod/mini';
import { draftOf, PathTree, type DraftConfiguration } from './draft';
import { formatOfPattern, repairText } from './formats';
import { UNREADABLE } from './located';
import { hidesMisfit, isSecret, listNames, namesSecret, showMisfit, type Finding, type Path } from './problem';
import { CONFIGURATION_SCHEMA } from './schema';
import { choicesOf, keysOf, schemaAt, type Schema } from './schema-walk';
import { choiceFix, describeExpected, describeFix, nearestBound } from './shape-words';
import { closest, didYouMean } from './suggest';

/** Ids of the checks on the shape of the configuration. */
export const SHAPE_RULES = [
  'unknown-key',
  'missing-key',
  'value-type',
  'value-choice',
  'value-format',
  'value-range',
  'value-length',
  'value-empty',
] as const;

/** Id of a check on the shape of the configuration. */
export type ShapeRule = (typeof SHAPE_RULES)[number];

/** A finding of this pass. */
export interface ShapeFinding extends Finding {
  readonly rule: ShapeRule;
}

/** What is wrong with the shape of a value, and what is left of it for the cross-checks. */
export interface ShapeResult {
  readonly findings: ShapeFinding[];
  readonly draft: DraftConfiguration;
}

/** How a value from a file is judged differently from one of TypeScript. */
export interface ShapeOptions {
  /**
   * Keys that the top level may have beside those of the schema.
   * @default - none
   */
  readonly extraKeys?: readonly string[];
  /**
   * How the scalar at a path is written, where that is not its value.
   * @default - as JSON
   */
  readonly writtenText?: (path: Path) => string | undefined;
}

/** Checks a value of any kind against the schema. */
export function checkShape(value: unknown, options: ShapeOptions = {}): ShapeResult {
  const result = CONFIGURATION_SCHEMA.safeParse(value);
  const findings: ShapeFinding[] = [];
  const unusable = new PathTree();
  const misspelt: Path[] = [];
  const seen = new Set<string>();
  for (const issue of result.success ? [] : (result.error.issues as z.core.$ZodIssue[])) {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const identity = JSON.stringify(path);
    if (issue.code === 'unrecognized_keys') {
      misspelt.push(...misspeltKeys(issue.keys, value, path));
      findings.push(...unknownKeys(issue.keys, value, path, options));
    } else if (!seen.has(identity)) {
      seen.add(identity);
      unusable.add(path);
      findings.push(...findingsOf(issue, value, path, options));
    }
  }
  const draft = draftOf(CONFIGURATION_SCHEMA, value, unusable) ?? {};
  misspelt.forEach((path) => markUnusable(draft, path));
  return { findings, draft: draft as DraftConfiguration };
}

/** The keys that are missing because they are misspelt. */
function misspeltKeys(keys: readonly string[], root: unknown, path: Path): Path[] {
  const schema = schemaAt(CONFIGURATION_SCHEMA, path);
  const absent = Object.keys((schema && keysOf(schema)) ?? {}).filter(
    (key) => ownValue(valueAt(root, path), key) === undefined,
  );
  return keys.flatMap((key) => {
    const meant = closest(key, absent);
    return meant === undefined ? [] : [[...path, meant]];
  });
}

/** What is misspelt was written: cross-checks must not find that it is missing. */
function markUnusable(draft: unknown, path: Path): void {
  const map = valueAt(draft, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof map === 'object' && map !== null && key !== undefined) {
    (map as Record<string | number, unknown>)[key] = undefined;
  }
}

/** What to write in place of keys that only others have. */
const INSTEAD: Readonly<Partial<Record<string, string>>> = {
  'canary.configFile': 'write what the file says: `parameters` and `architecture`',
};

function unknownKeys(keys: readonly string[], root: unknown, path: Path, options: ShapeOptions): ShapeFinding[] {
  const parent = valueAt(root, path);
  const schema = schemaAt(CONFIGURATION_SCHEMA, path);
  const allowed = [
    ...Object.keys((schema && keysOf(schema)) ?? {}),
    ...(path.length === 0 ? (options.extraKeys ?? []) : []),
  ];
  return keys
    .filter((key) => ownValue(parent, key) !== UNREADABLE)
    .map((key) => ({
      rule: 'unknown-key',
      path: [...path, key],
      pointAt: 'key',
      got: 'an unknown key',
      expected: allowed.length === 1 ? listNames(allowed) : `one of ${allowed.join(', ')}`,
      fix: didYouMean(key, allowed, INSTEAD[`${String(path.at(-1))}.${key}`] ?? 'remove it'),
    }));
}

function findingsOf(issue: z.core.$ZodIssue, root: unknown, path: Path, options: ShapeOptions): ShapeFinding[] {
  const value = valueAt(root, path);
  const schema = schemaAt(CONFIGURATION_SCHEMA, path);
  if (value === UNREADABLE || schema === undefined) {
    return [];
  }
  const key = path.at(-1);
  if (value === undefined && key !== undefined) {
    return missing(key, root, path, schema);
  }
  return [valueFinding(issue, value, path, schema, options)];
}

function missing(key: string | number, root: unknown, path: Path, schema: Schema): ShapeFinding[] {
  // Behind a refused merge key may be anything.
  if (ownValue(valueAt(root, path.slice(0, -1)), '<<') === UNREADABLE) {
    return [];
  }
  return [
    {
      rule: 'missing-key',
      path: [...path],
      pointAt: 'key',
      got: 'nothing',
      expected: describeExpected(schema),
      fix: `add \`${key}: …\``,
    },
  ];
}

function valueFinding(
  issue: z.core.$ZodIssue,
  value: unknown,
  path: Path,
  schema: Schema,
  options: ShapeOptions,
): ShapeFinding {
  const finding = (rule: ShapeRule, expected: string, fix: string): ShapeFinding => {
    const written = hidesMisfit(path) ? undefined : options.writtenText?.(path);
    const got = written ?? showMisfit(value, path);
    return { rule, path: [...path], pointAt: 'value', got, expected, fix };
  };
  switch (issue.code) {
    case 'invalid_value': {
      if (typeof value !== 'string') {
        break;
      }
      return finding('value-choice', describeExpected(schema), didYouMean(value, choicesOf(schema), choiceFix(schema)));
    }
    case 'invalid_format': {
      const format = formatOfPattern('pattern' in issue ? String(issue.pattern) : '');
      if (format === undefined || typeof value !== 'string') {
        break;
      }
      if (namesSecret(path)) {
        const expected = `the name of a Secret, not its value: ${format.expected}`;
        return finding('value-format', expected, `for example ${JSON.stringify(format.example)}`);
      }
      return finding('value-format', format.expected, isSecret(path) ? '' : repairText(format, value));
    }
    case 'too_small':
      if (typeof value === 'string') {
        return finding('value-empty', 'text', 'give it a value');
      }
      if (Array.isArray(value)) {
        return finding('value-empty', 'at least one item', 'add one, or remove the key');
      }
      return finding('value-range', describeExpected(schema), rangeFix(issue, schema));
    case 'too_big':
      if (typeof value === 'string') {
        return finding('value-length', `at most ${issue.maximum} characters`, 'shorten it');
      }
      return finding('value-range', describeExpected(schema), rangeFix(issue, schema));
  }
  return finding('value-type', describeExpected(schema), describeFix(schema, value, path, options.writtenText?.(path)));
}

function rangeFix({ code, ...issue }: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, schema: Schema): string {
  const bound = nearestBound(schema, code);
  return issue.inclusive === false ? `write a number above ${bound}` : `the nearest is ${bound}`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, step) => ownValue(here, step), root);
}

function ownValue(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}
