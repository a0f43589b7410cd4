import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnPackage } from '../../src/cli/new-project';
import { createProgram } from '../../src/cli/program';
import { parseConfiguration } from '../../src/config/read';
import { manifestsOf } from '../../src/platform/manifests';
import { commandLinesIn, parsedCommand } from '../support/command-line';

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/coming-from-the-seed.md'), 'utf8');
const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnPackage;

const rows = page
  .split('\n')
  .filter((line) => /^\| (?!seed \|)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )
  .map(([seed = '', here = '', configuration = '', shown = '']) => ({ seed, here, configuration, shown }));
const codeIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const inAll = (column: 'seed' | 'here' | 'configuration') => rows.flatMap((row) => codeIn(row[column]));

/** Every flag and script of the seed's README. */
const OF_THE_SEED = [
  ...['--simulator', '--qwen3', '--install-all-models', '--deploy-kind', '--token-rate-limit', '--check-gpu'],
  ...['--skip-metrics', '--ocp', '--no-ocp', '--host', '--model'],
  ...['install.sh', 'verify-install.sh', 'test-models-comprehensive.sh', 'test-request-limits.sh', 'get-token.sh'],
  ...['test-oidc-auth.sh', 'istio-install.sh apply'],
];

test('the tables have four columns everywhere', () => {
  expect(rows.length).toBeGreaterThan(50);
  for (const row of page.split('\n').filter((line) => line.startsWith('| '))) {
    expect([row, row.split(/(?<!\\)\|/).length]).toEqual([row, 6]);
  }
});

test.each(OF_THE_SEED)('%s of the seed has a row', (name) => {
  const words = inAll('seed').flatMap((code) => [code, ...code.split(/[ /]/)]);
  expect(words.some((word) => word === name || word.endsWith(name))).toBe(true);
});

test.each([
  ...new Set(
    inAll('here')
      .flatMap(commandLinesIn)
      .map((words) => words.join(' ')),
  ),
])('there is maas %s', (words) => {
  expect(parsedCommand(createProgram(own), words.split(' '))).toMatch(/^cdk8s-maas \w/);
});

test.each([...new Set(inAll('configuration'))])('maas.yaml may hold %s', (text) => {
  expect(manifestsOf(parseConfiguration(text, 'maas.yaml')).length).toBeGreaterThan(0);
});

test.each(rows.map(({ seed, shown }) => [seed, shown] as const))('%s is shown by a test, or not run', (_, shown) => {
  const files = [...shown.matchAll(/\]\((\.\.\/test\/[^)]+)\)/g)].map(([, file = '']) => file);
  expect(files.length > 0 || /not run: \w+/.test(shown)).toBe(true);
  expect(files.filter((file) => !existsSync(join(ROOT, 'docs', file)))).toEqual([]);
});
