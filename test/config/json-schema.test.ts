import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ErrorObject } from 'ajv';
import { load } from 'js-yaml';

const root = join(__dirname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'maas.schema.json'), 'utf8')) as object;
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

function errorsOf(yaml: string): string[] {
  validate(load(yaml));
  return (validate.errors ?? []).map(({ instancePath, keyword }: ErrorObject) => `${instancePath} ${keyword}`);
}

const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /^[^/]+\/[^/]+\.yaml$/.test(file))
  .map((file) => join('examples', file));

test.each(['maas.yaml', ...examples])('%s fits the schema, and its first line names it', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  expect(errorsOf(text)).toEqual([]);
  expect(text).toMatch(/^# yaml-language-server: \$schema=(\.\/|\.\.\/\.\.\/)maas\.schema\.json\n/);
});

test('editors see what is wrong', () => {
  expect(errorsOf('platfrom: kubernetes\n')).toEqual([' additionalProperties']);
  expect(errorsOf('platform: kubernets\n')).toEqual(['/platform enum']);
  expect(errorsOf('users: [{ tier: free }]\n')).toEqual(['/users/0 required']);
  expect(errorsOf('gateway: { replicas: 0 }\nnamespace: My_Space\n').sort()).toEqual([
    '/gateway/replicas minimum',
    '/namespace pattern',
  ]);
});

test('every key has a text', () => {
  const missing: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { properties = {}, items } = value as {
      properties?: Record<string, { description?: string }>;
      items?: unknown;
    };
    for (const [key, property] of Object.entries(properties)) {
      if (!property.description) missing.push(`${path}.${key}`);
      walk(property, `${path}.${key}`);
    }
    walk(items, `${path}[]`);
  };
  walk(schema, '');
  expect(missing).toEqual([]);
});

test('maas.schema.json and docs/configuration.md are what the code says', () => {
  for (const script of ['schema', 'docs']) {
    execFileSync('node', [`scripts/${script}.mjs`, '--check'], { cwd: root, stdio: 'pipe' });
  }
});
