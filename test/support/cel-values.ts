/** Values and functions of CEL, as strict as cel-go's: see `evaluateCel`. */

/** Functions of one value; `has` needs the name of the field, too. */
export const FUNCTIONS: Readonly<Record<string, (value: unknown, field: string) => unknown>> = {
  has,
  type: typeOf,
  size: (value) => [...text(value)].length,
  int: (value) => Math.trunc(number(value)),
  timestamp: (value) => new Date(typeof value === 'number' ? value * 1000 : milliseconds(text(value))),
};

/** cel-go: RFC 3339 with a capital T and Z, a day that there is, in the years 1 to 9999. */
function milliseconds(value: string): number {
  const instant = new Date(value);
  const [, day, offset] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value) ?? [];
  if (
    offset === undefined ||
    value.startsWith('0000') ||
    Number.isNaN(instant.getTime()) ||
    !new Date(`${day}T00:00:00Z`).toJSON().startsWith(day!)
  ) {
    throw new Error(`invalid timestamp: ${value}`);
  }
  return instant.getTime();
}

/** None, or one value. */
export type Optional = readonly unknown[];

export function optionalEntry(container: unknown, key: unknown): Optional {
  return isIn(key, container) ? [entry(container, key)] : [];
}

/** RE2 takes `(?i)` anywhere, JavaScript as a flag only; it has no named classes. */
export function matches(value: string, source: string): boolean {
  const pattern = source.replace('(?i)', '').replace('[[:cntrl:]]', '[\\x00-\\x1f\\x7f]');
  return new RegExp(pattern, source.includes('(?i)') ? 'i' : '').test(value);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') {
    throw new Error('no such overload');
  }
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') {
    throw new Error('no such overload');
  }
  return value;
}

/** Less than 0, 0 or more: of two numbers or two instants. */
export function orderOf(left: unknown, right: unknown): number {
  return left instanceof Date && right instanceof Date
    ? left.getTime() - right.getTime()
    : number(left) - number(right);
}

/** Two texts. */
export function add(left: unknown, right: unknown): string {
  return text(left) + text(right);
}

export const Type = { string: Symbol('string'), list: Symbol('list'), other: Symbol('other') };

function typeOf(value: unknown): symbol {
  return typeof value === 'string' ? Type.string : Array.isArray(value) ? Type.list : Type.other;
}

export function isIn(member: unknown, container: unknown): boolean {
  if (Array.isArray(container)) {
    return container.includes(member);
  }
  if (typeof container !== 'object' || container === null) {
    throw new Error('no such overload');
  }
  return Object.hasOwn(container, String(member));
}

/** cel-go: false for what is no map at all, an error for a list. */
function has(container: unknown, key: string): boolean {
  if (Array.isArray(container)) {
    throw new Error('unsupported index type');
  }
  return typeof container === 'object' && container !== null && Object.hasOwn(container, key);
}

export function entry(container: unknown, key: unknown): unknown {
  if (Array.isArray(container) || !isIn(key, container)) {
    throw new Error(`no such key: ${String(key)}`);
  }
  return (container as Readonly<Record<string, unknown>>)[String(key)];
}

export function boolean(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new Error('no such overload');
  }
  return value;
}

export function attempt(run: () => boolean): boolean | Error {
  try {
    return run();
  } catch (error) {
    return error as Error;
  }
}
