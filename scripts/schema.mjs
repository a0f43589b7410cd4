/**
 * Writes maas.schema.json, the JSON Schema that editors use for maas.yaml: shapes from src/config/schema.ts, texts and
 * defaults from the comments of src/config/configuration/ and of the types that it imports.
 *
 *     npm run schema                             writes it
 *     node scripts/schema.mjs --check            exits with 1 when it differs from what would be written
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as z from 'zod/mini';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const schemaFile = join(root, 'maas.schema.json');
const typesFolder = join(root, 'src/config/configuration');

/**
 * The documented interfaces of configuration/ and of the files that it imports.
 *
 * @returns {Map<string, {description: string, members: Map<string, {description: string, default?: string, type?: string}>}>}
 *   by name; `type` is the interface behind a member, also behind a list of it
 */
function readInterfaces() {
  const own = readdirSync(typesFolder).map((name) => join(typesFolder, name));
  const imported = own.flatMap((file) =>
    parse(file)
      .statements.filter(ts.isImportDeclaration)
      .map(({ moduleSpecifier }) => join(typesFolder, `${moduleSpecifier.text}.ts`)),
  );
  const interfaces = [...new Set([...own, ...imported])].flatMap((file) =>
    parse(file).statements.filter(ts.isInterfaceDeclaration),
  );
  return new Map(
    interfaces.map((declaration) => [
      declaration.name.text,
      {
        description: readComment(declaration).description,
        members: new Map(
          declaration.members
            .filter(ts.isPropertySignature)
            .map((member) => [member.name.getText(), { ...readComment(member), type: typeName(member.type) }]),
        ),
      },
    ]),
  );
}

function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
}

function readComment(node) {
  const [comment] = node.jsDoc ?? [];
  const tag = comment?.tags?.find(({ tagName }) => tagName.text === 'default');
  return {
    description: oneLine(ts.getTextOfJSDocComment(comment?.comment)),
    default: tag && oneLine(ts.getTextOfJSDocComment(tag.comment)),
  };
}

function oneLine(text = '') {
  return text.replace(/\s+/g, ' ').trim();
}

function typeName(type) {
  if (type && ts.isArrayTypeNode(type)) return typeName(type.elementType);
  return type && ts.isTypeReferenceNode(type) ? type.typeName.getText() : undefined;
}

/** Adds the texts of an interface to the schema of a map, and of everything below it. */
function describe(schema, interfaceName, interfaces) {
  const documented = interfaces.get(interfaceName);
  if (documented === undefined) return;
  schema.description ??= documented.description;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const member = documented.members.get(key);
    if (!member) throw new Error(`${interfaceName}.${key} is in the schema, but not in src/config/configuration/`);
    property.description = describeMember(member);
    if (member.default !== undefined && !member.default.startsWith('- ')) {
      property.default = parseDefault(member.default, property.type);
    }
    if (member.type) describe(property.items ?? property, member.type, interfaces);
  }
}

/** `@default - prose` belongs to the text; `@default value` is a keyword of its own. */
function describeMember({ description, default: value }) {
  return value?.startsWith('- ') ? `${description} Default: ${value.slice(2)}.` : description;
}

function parseDefault(text, type) {
  return type === 'string' ? text : JSON.parse(text);
}

/** Editors show this in place of "does not match the pattern". */
function explainPatterns(schema, formats) {
  if (typeof schema !== 'object' || schema === null) return;
  const format = Object.values(formats).find(({ pattern }) => pattern.source === schema.pattern);
  if (format) schema.patternErrorMessage = `expected ${format.expected}, for example "${format.example}"`;
  Object.values(schema).forEach((part) => explainPatterns(part, formats));
}

/** The JSON Schema as text: draft 7, which the YAML language server knows best. */
function renderSchema() {
  const require = createRequire(import.meta.url);
  const { CONFIGURATION_SCHEMA } = require('../lib/src/config/schema.js');
  const { FORMATS } = require('../lib/src/config/formats.js');
  const { $schema, ...schema } = z.toJSONSchema(CONFIGURATION_SCHEMA, { target: 'draft-7', io: 'input' });
  describe(schema, 'MaasPlatformProps', readInterfaces());
  explainPatterns(schema, FORMATS);
  const extended = {
    type: 'string',
    minLength: 1,
    description:
      'Another configuration file that this one changes, relative to this file. Maps merge key by key, lists of tiers, ' +
      'users, models and accelerators by name, other lists are replaced; null takes an inherited key away.',
  };
  const ordered = { $schema, title: 'maas.yaml', ...schema, properties: { extends: extended, ...schema.properties } };
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

const text = renderSchema();
if (process.argv.includes('--check')) {
  if (readFileSync(schemaFile, 'utf8') !== text) {
    console.error('maas.schema.json is stale: run `npm run schema`');
    process.exitCode = 1;
  }
} else {
  writeFileSync(schemaFile, text);
}
