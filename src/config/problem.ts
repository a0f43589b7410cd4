/** A place in a file; without line and column the file as a whole is meant. */
export interface SourceLocation {
  /** The file, as it was named by the caller or by `extends`. */
  readonly file: string;
  /**
   * Line, counted from 1.
   * @default - the whole file
   */
  readonly line?: number;
  /**
   * Column, counted from 1.
   * @default - the whole file
   */
  readonly column?: number;
}

/** Whether a problem concerns a key or its value. */
export type ProblemSubject = 'key' | 'value';

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Which check found it, for example `user-tier`. */
  readonly rule: string;
  /** Keys and list positions that lead to the place, for example `['users', 0, 'tier']`. */
  readonly path: (string | number)[];
  /** Whether the location is that of the key or of its value. */
  readonly pointAt: ProblemSubject;
  /** What stands there. */
  readonly got: string;
  /** What should stand there. */
  readonly expected: string;
  /** What to do about it; may be empty. */
  readonly fix: string;
  /**
   * Where it is written.
   * @default - none: the configuration comes from TypeScript
   */
  readonly location?: SourceLocation;
}

/** A path as `Problem` has it, read only. */
export type Path = readonly (string | number)[];

/** A problem before the check that found it, and its file, are added. */
export type Finding = Omit<Problem, 'rule' | 'location'>;

const LONGEST_VALUE = 60;
const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;

/** A path as people read it: `tiers[1].tokens.minute`; keys with other characters are quoted: `labels["a/b"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') {
      return `${text}[${step}]`;
    }
    if (!PLAIN_KEY.test(step)) {
      return `${text}[${cut(JSON.stringify(step))}]`;
    }
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** A problem as one line: `maas.yaml:7:11 users[0].tier: got "fre", expected …; did you mean "free"?`. */
export function formatProblem(problem: Problem): string {
  const place = [formatLocation(problem.location), formatPath(problem.path)].filter((part) => part !== '').join(' ');
  const fix = problem.fix === '' ? '' : `; ${problem.fix}`;
  return `${place === '' ? 'configuration' : place}: got ${problem.got}, expected ${problem.expected}${fix}`;
}

function formatLocation(location: SourceLocation | undefined): string {
  if (location === undefined) {
    return '';
  }
  return location.line === undefined ? location.file : `${location.file}:${location.line}:${location.column ?? 1}`;
}

/**
 * A value as a message shows it: scalars as JSON, cut to some 60 characters; lists and maps by their kind only.
 *
 * API keys never appear: of what stands under a `demo` key, or directly in a list of keys, only the length is shown. Nor
 * does what stands before the "@" of a URL.
 */
export function showValue(value: unknown, path: Path = []): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty list' : `a list of ${count(value.length, 'item')}`;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  }
  if (value !== null && isSecret(path)) {
    return typeof value === 'string' ? `a key of ${count(value.length, 'character')}` : `a ${typeof value}`;
  }
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) {
    return cut(JSON.stringify(value));
  }
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : `a ${typeof value}`;
}

/** A value of the wrong form, like `showValue`: where the name of a Secret is expected it may be what is inside. */
export function showMisfit(value: unknown, path: Path): string {
  if (!namesSecret(path) || typeof value === 'object') {
    return showValue(value, path);
  }
  return typeof value === 'string' ? `a text of ${count(value.length, 'character')}` : `a ${typeof value}`;
}

/** Whether what stands at a path may be an API key: under `demo`, or where a map with `demo` is expected. */
export function isSecret(path: Path): boolean {
  const field = keyFieldOf(path);
  return field !== undefined && path.length <= field + 1
    ? !['name', 'existingSecret', 'externalSecret', 'expires', 'disabled'].includes(String(path[field]))
    : path.includes('demo');
}

/** Where the fields of an API key stand in a path that leads to one. */
function keyFieldOf([first, second, third]: Path): number | undefined {
  if (first === 'users' && third === 'keys') {
    return 4;
  }
  return first === 'conformance' && second === 'key' ? 2 : undefined;
}

/** Whether the name of a Secret belongs at a path. */
export function namesSecret(path: Path): boolean {
  return String(path.at(-1)).endsWith('Secret');
}

/** Whether a value of the wrong form at a path must not be shown. */
export function hidesMisfit(path: Path): boolean {
  return isSecret(path) || namesSecret(path);
}

/** A text in double quotes, as JSON, cut to some 60 characters. */
export function quote(text: string): string {
  return cut(JSON.stringify(text));
}

/** `1 problem`, `2 problems`; thousands have commas. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Names in a row, `free, premium, enterprise`; of a long row the beginning and how many there are. */
export function listNames(names: readonly string[]): string {
  const most = 12;
  if (names.length === 0) {
    return '(none)';
  }
  if (names.length <= most) {
    return names.join(', ');
  }
  return `${names.slice(0, most - 2).join(', ')} … (${names.length.toLocaleString('en-US')} in all)`;
}

function cut(json: string): string {
  const text = withoutUserInfo(json.slice(0, LONGEST_URL));
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

/** Longest text in which a password is looked for. */
const LONGEST_URL = 4096;

/** `https://user:password@host` and `user:password@host` without what stands before the "@". */
function withoutUserInfo(json: string): string {
  return json.replace(/\b(https?|rediss?):\/\/[^\s"]*@/gi, '$1://…@').replace(/^"[^\s":/]+:(?!\/\/)[^\s"]*@/, '"…@');
}

/**
 * Problems in the order in which a reader meets them: by file, line and column. Those without a location keep their
 * order, after the others.
 * @param files the files in the order in which they were read
 */
export function sortProblems(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const rank = ({ location }: Problem): number[] => [
    location === undefined ? Number.MAX_SAFE_INTEGER : files.indexOf(location.file),
    location?.line ?? 0,
    location?.column ?? 0,
  ];
  return problems
    .map((problem) => ({ problem, rank: rank(problem) }))
    .sort(
      (left, right) => left.rank.map((part, index) => part - (right.rank[index] ?? 0)).find((part) => part !== 0) ?? 0,
    )
    .map(({ problem }) => problem);
}

/** A configuration with problems: the message has one line for each, and their number. */
export class ConfigurationError extends Error {
  /** The problems, in the order of the message. */
  public readonly problems: Problem[];

  /** @param problems at least one */
  public constructor(problems: Problem[]) {
    super([...problems.map(formatProblem), count(problems.length, 'problem')].join('\n'));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}
