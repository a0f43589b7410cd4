import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ORDINARY_USER } from './child';

/** A new folder that an ordinary user may use, and that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'maas-test-'));
  if (process.getuid?.() === 0) {
    fs.chownSync(folder, ORDINARY_USER, ORDINARY_USER);
  }
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

/** Every file below a folder with its text, symbolic links as `-> target`, empty folders with a slash. */
export function contentsOf(folder: string): Record<string, string> {
  const found = fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const file = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      return [[entry.name, `-> ${fs.readlinkSync(file)}`]];
    }
    if (entry.isFile()) {
      return [[entry.name, fs.readFileSync(file, 'utf8')]];
    }
    const inside = Object.entries(contentsOf(file));
    return inside.length === 0
      ? [[`${entry.name}/`, '']]
      : inside.map(([name, text]) => [`${entry.name}/${name}`, text]);
  });
  return Object.fromEntries(found);
}
