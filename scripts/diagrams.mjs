// Writes what `cdk8s-maas diagram` prints into the pages that ask for it: between `<!-- diagram of FILE -->`, FILE beside the
// page, and `<!-- end of diagram -->`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfiguration } from '../lib/src/config/read.js';
import { resolveSettings } from '../lib/src/config/settings.js';
import { drawPlatform } from '../lib/src/explain/diagram.js';

const MARKED = /(<!-- diagram of (\S+) -->\n)[\s\S]*?(<!-- end of diagram -->)/g;

/** Reads the pages of the working folder and writes them, with their diagrams, below `root`. */
export function writeDiagrams(root) {
  const examples = readdirSync('examples').sort();
  for (const page of ['README.md', ...examples.map((name) => join('examples', name, 'README.md'))]) {
    const text = readFileSync(page, 'utf8').replace(MARKED, (_, begin, file, end) => {
      const diagram = drawPlatform(resolveSettings(readConfiguration(join(dirname(page), file))));
      return `${begin}\n\`\`\`mermaid\n${diagram}\`\`\`\n\n${end}`;
    });
    mkdirSync(dirname(join(root, page)), { recursive: true });
    writeFileSync(join(root, page), text);
  }
}
