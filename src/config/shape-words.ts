import { formatOfPattern, repairText } from './formats';
import { hidesMisfit, isSecret, quote, type Path } from './problem';
import { choicesOf, keysOf, kindOf, unwrap, type Schema, type ValueKind } from './schema-walk';

/** What a schema wants, in words. */
export function describeExpected(schema: Schema): string {
  const kind = kindOf(schema);
  if (kind === 'number') {
    return describeNumber(schema);
  }
  if (kind === 'choice') {
    const choices = choicesOf(schema);
    return choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`;
  }
  const words: Readonly<Record<Exclude<ValueKind, 'number' | 'choice'>, string>> = {
    text: 'text',
    flag: 'true or false',
    list: 'a list',
    map: 'a map',
    anything: 'a value',
  };
  return words[kind];
}

/** Limits that zod collects from a schema's checks. */
interface Bounds {
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

function describeNumber(schema: Schema): string {
  const { format, minimum, maximum, exclusiveMinimum } = unwrap(schema)._zod.bag as Bounds;
  const noun = format === undefined ? 'a number' : 'a whole number';
  const upper = maximum?.toLocaleString('en-US') ?? '';
  if (exclusiveMinimum !== undefined) {
    return `${noun} above ${exclusiveMinimum}, at most ${upper}`;
  }
  return `${noun} from ${minimum?.toLocaleString('en-US') ?? ''} to ${upper}`;
}

/** The bound that a number is beyond; zod's own whole numbers end far behind the schema's. */
export function nearestBound(schema: Schema, code: 'too_small' | 'too_big'): number | undefined {
  const { minimum, maximum, exclusiveMinimum } = unwrap(schema)._zod.bag as Bounds;
  return code === 'too_big' ? maximum : (exclusiveMinimum ?? minimum);
}

/** What to write where one of several texts is expected. */
export function choiceFix(schema: Schema): string {
  const choices = choicesOf(schema);
  return choices.length === 1 ? `write ${choices.join()}` : 'write one of them';
}

/** How to turn a value of the wrong type into the right one. */
export function describeFix(schema: Schema, value: unknown, path: Path, written: string | undefined): string {
  if (value === null) {
    return 'write a value after the key, or remove the key';
  }
  switch (kindOf(schema)) {
    case 'text':
      return textFix(schema, value, path, written);
    case 'choice':
      return choiceFix(schema);
    case 'flag':
      return flagFix(value);
    case 'number':
      return numberFix(value);
    case 'list':
      return typeof value === 'object' ? 'begin each item with "- "' : 'write it as a list item: begin with "- "';
    case 'map':
      return mapFix(schema, value, path);
    default:
      return '';
  }
}

function textFix(schema: Schema, value: unknown, path: Path, written: string | undefined): string {
  if (typeof value === 'object') {
    return 'write one text';
  }
  if (hidesMisfit(path)) {
    return 'put it in quotes';
  }
  const text = written ?? String(value);
  const patterns = (unwrap(schema)._zod.bag as { readonly patterns?: ReadonlySet<RegExp> }).patterns ?? [];
  const format = [...patterns].map((pattern) => formatOfPattern(String(pattern))).find((found) => found !== undefined);
  return format === undefined || format.pattern.test(text)
    ? `put it in quotes: ${quote(text)}`
    : repairText(format, text);
}

function flagFix(value: unknown): string {
  const word = typeof value === 'object' ? '' : String(value).toLowerCase();
  if (['yes', 'y', 'on', 'true', '1', 'enabled'].includes(word)) {
    return 'write true, without quotes';
  }
  if (['no', 'n', 'off', 'false', '0', 'disabled'].includes(word)) {
    return 'write false, without quotes';
  }
  return 'write true or false';
}

function numberFix(value: unknown): string {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? `write ${Math.round(value)}` : 'write a number';
  }
  const digits = typeof value === 'string' && value.length < 30 ? value.replace(/[\s_,']/g, '') : '';
  return /^\d+(\.\d+)?$/.test(digits) ? `write ${digits}, without quotes` : 'write a number';
}

function mapFix(schema: Schema, value: unknown, path: Path): string {
  if (Array.isArray(value)) {
    return 'write its keys without "- "';
  }
  const keys = keysOf(schema);
  if (typeof value === 'string' && keys !== undefined && Object.hasOwn(keys, 'name') && !isSecret(path)) {
    return `write \`name: ${value.length < 40 ? value : '…'}\``;
  }
  return keys === undefined ? 'write keys with values' : `write keys with values: ${Object.keys(keys).join(', ')}`;
}
