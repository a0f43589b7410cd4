import fc from 'fast-check';
import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { drawPlatform } from '../../src/explain/diagram';
import { escapeLabel, node, subgraph } from '../../src/explain/mermaid';

test.each([
  ['org/model-1.5:v1 (16 bit)', 'org/model-1.5:v1 (16 bit)'],
  ['"] --> x["', '#34;#93; #45;-#62; x#91;#34;'],
  ['<script>&amp;', '#60;script#62;#38;amp;'],
  ['`**bold**` _it_', '#96;#42;#42;bold#42;#42;#96; #95;it#95;'],
  ['#35; 100%%{init}', '#35;35; 100#37;#37;#123;init#125;'],
  ['- a\n+ b', '#45; a #43; b'],
  ['größer 模型', 'größer 模型'],
  ['🙂', '#128578;'],
])('%j in a label is %j', (text, escaped) => {
  expect(escapeLabel(text)).toBe(escaped);
});

test('whatever a name is, it neither ends its label nor its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(node('a', [text])).toMatch(/^a\["([\p{L}\p{N} .,:;/()+=-]|#\d+;)*"\]$/u);
    }),
  );
});

test('a subgraph without lines is left out', () => {
  expect(subgraph('models', 'Models', [])).toEqual([]);
  expect(subgraph('models', 'Models', ['a', 'b'])).toEqual(['subgraph models["Models"]', '  a', '  b', 'end']);
});

test('names of maas.yaml are labels only', () => {
  const hostile = JSON.stringify('"]; end\nclick x "javascript:alert(1)"');
  const draw = (served: string) =>
    drawPlatform(resolveSettings(parseConfiguration(`models: [{ name: simulator, servedName: ${served} }]`, 'm.yaml')));
  const label = 'HOSTILE';
  expect(draw(hostile).replace('#34;#93;; end click x #34;javascript:alert(1)#34;', label)).toBe(draw(label));
});
