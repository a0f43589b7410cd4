import type * as z from 'zod/mini';
import type { Path } from './problem';

/** Any part of the schema. */
export type Schema = z.core.$ZodType;

/** What kind of value a schema wants. */
export type ValueKind = 'text' | 'number' | 'flag' | 'choice' | 'list' | 'map' | 'anything';

type Definition = z.core.$ZodTypes['_zod']['def'];

/** The definition behind `optional`. */
function definitionOf(schema: Schema): Definition {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'optional' ? definitionOf(def.innerType) : def;
}

/** The schema behind `optional`. */
export function unwrap(schema: Schema): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'optional' ? unwrap(def.innerType) : schema;
}

/** What kind of value a schema wants. */
export function kindOf(schema: Schema): ValueKind {
  switch (definitionOf(schema).type) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'flag';
    case 'enum':
      return 'choice';
    case 'array':
      return 'list';
    case 'object':
    case 'record':
      return 'map';
    default:
      return 'anything';
  }
}

/** The keys that a map may have, with their schemas; undefined where the schema names none. */
export function keysOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const definition = definitionOf(schema);
  return definition.type === 'object' ? definition.shape : undefined;
}

/** The schema of the items of a list. */
export function itemOf(schema: Schema): Schema | undefined {
  const definition = definitionOf(schema);
  return definition.type === 'array' ? definition.element : undefined;
}

/** The schema of the items of a list, or of the values of a map with keys of any name. */
function eachOf(schema: Schema): Schema | undefined {
  const definition = definitionOf(schema);
  return definition.type === 'record' ? definition.valueType : itemOf(schema);
}

/** The values of a choice. */
export function choicesOf(schema: Schema): string[] {
  const definition = definitionOf(schema);
  return definition.type === 'enum' ? Object.values(definition.entries).map(String) : [];
}

/** The schema at a path; undefined where it allows anything. */
export function schemaAt(root: Schema, path: Path): Schema | undefined {
  let here: Schema | undefined = root;
  for (const step of path) {
    const keys: Readonly<Record<string, Schema>> | undefined = here && keysOf(here);
    const each: Schema | undefined = here && eachOf(here);
    here = typeof step === 'number' || keys === undefined ? each : Object.hasOwn(keys, step) ? keys[step] : undefined;
  }
  return here;
}
