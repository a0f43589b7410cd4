import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const ROOT = join(__dirname, '..');

/** What a folder of src/ may import: folders (`gateway/`) and modules (`config/defaults`). */
interface Allowance {
  readonly values: string[];
  readonly types: string[];
}

/** The table of folders in ARCHITECTURE.md. */
function readTable(): Map<string, Allowance> {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `src\/([a-z]+)\/` \|.*\| ([^|]+) \|$/gm)];
  return new Map(
    rows.map(([, folder = '', cell = '']) => {
      const [values = [], types = []] = cell
        .split('types of')
        .map((part) => [...part.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
      return [folder, { values, types }];
    }),
  );
}

/** Imports of a file from other folders of src/: what it names, and whether only types. */
function importsOf(file: string): { module: string; typesOnly: boolean }[] {
  const text = readFileSync(join(ROOT, 'src', file), 'utf8');
  const statements = [...text.matchAll(/^(?:import|export)( type)? [^;]*?from '(\.[^']+)';$/gm)];
  return statements
    .map(([, type, path = '']) => ({
      module: posix.join(posix.dirname(file), path),
      typesOnly: type !== undefined,
    }))
    .filter(({ module }) => module.includes('/') && !module.startsWith('..') && folderOf(module) !== folderOf(file));
}

function folderOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

const TABLE = readTable();
const FILES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && file.includes('/'));

test('the table names every folder of src/', () => {
  expect([...TABLE.keys()].sort()).toEqual([...new Set(FILES.map(folderOf))].sort());
});

test.each([...TABLE])('src/%s/ imports only what the table allows', (folder, { values, types }) => {
  const files = FILES.filter((file) => folderOf(file) === folder);
  const forbidden = files.flatMap((file) =>
    importsOf(file)
      .filter(({ module, typesOnly }) => {
        const allowed = typesOnly ? [...values, ...types] : values;
        return !allowed.some((each) => (each.endsWith('/') ? module.startsWith(each) : module === each));
      })
      .map(({ module, typesOnly }) => `src/${file} imports ${typesOnly ? 'types of ' : ''}src/${module}`),
  );
  expect(forbidden).toEqual([]);
});
