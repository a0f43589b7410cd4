/**
 * Writes docs/configuration.md, the reference of maas.yaml, from maas.schema.json. Run by `npm run schema`.
 *
 *     node scripts/docs.mjs --check      exits with 1 when it differs from what would be written
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'docs/configuration.md';
const schema = JSON.parse(readFileSync('maas.schema.json', 'utf8'));

const text = [
  '# maas.yaml',
  '',
  'Every key, generated from `maas.schema.json`. All of them are optional but those marked **required**.',
  'The `examples/` show them at work; `npx cdk8s-maas validate` checks a file.',
  '',
  ...section('The platform', '', schema),
].join('\n');

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    console.error(`${FILE} is not what maas.schema.json says: run npm run schema`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, text);
}

/** A heading, a table of the keys, then the sections of the keys that have keys of their own. */
function section(title, path, map) {
  const keys = Object.entries(map.properties);
  const rows = keys.map(([key, value]) => {
    const required = map.required?.includes(key) ? ' **required**' : '';
    return `| \`${key}\` | ${type(value)} | ${escape(value.description ?? '')}${required}${defaultOf(value)} |`;
  });
  const below = keys.flatMap(([key, value]) => {
    const inner = value.items ?? value;
    const place = `${path}${key}${value.items ? '[]' : ''}`;
    return inner.properties && inner.additionalProperties === false ? section(`\`${place}\``, `${place}.`, inner) : [];
  });
  return [`## ${title}`, '', '| key | type | what |', '|---|---|---|', ...rows, '', ...below];
}

function type(value) {
  if (value.enum) return value.enum.map((word) => `\`${word}\``).join(', ');
  if (value.items) return value.items.type === 'object' ? 'list of maps' : 'list of texts';
  if (value.type === 'integer') return `whole number, ${value.minimum} to ${value.maximum}`;
  return { object: 'map', string: 'text', boolean: '`true`, `false`', number: 'number' }[value.type] ?? 'anything';
}

function defaultOf(value) {
  return value.default === undefined ? '' : ` Default: \`${value.default}\`.`;
}

function escape(text) {
  return text.replace(/\|/g, '\\|');
}
