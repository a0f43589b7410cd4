import { toValue } from '../../src/config/located';
import { formatProblem } from '../../src/config/problem';
import { MAXIMUM_BYTES, MAXIMUM_DEPTH, parseSource } from '../../src/config/source';
import { growth } from '../support/growth';

function problemsOf(text: string | Uint8Array): string[] {
  return parseSource(typeof text === 'string' ? Buffer.from(text) : text, 'maas.yaml').problems.map(formatProblem);
}

describe('reads', () => {
  test.each([
    ['a byte order mark', '\ufeffdomain: a.test\n', { domain: 'a.test' }],
    ['line ends of Windows', 'gateway:\r\n  name: a\r\ndomain: b\r\n', { gateway: { name: 'a' }, domain: 'b' }],
    ['JSON', '{"domain": "a", "tiers": [{"name": "b"}]}', { domain: 'a', tiers: [{ name: 'b' }] }],
    ['YAML 1.2: yes is text, 2027-01-31 too', 'a: yes\nb: 2027-01-31\nc: 0o10\n', { a: 'yes', b: '2027-01-31', c: 8 }],
    ['block texts', 'a: |\n  b\n  c\n', { a: 'b\nc\n' }],
    ['a tag that says text', 'a: !!str 5\n', { a: '5' }],
    ['a quoted merge key as a plain key', '"<<": 1\n', { '<<': 1 }],
    ['a document with its markers', '%YAML 1.2\n---\na: 1\n...\n', { a: 1 }],
  ])('%s', (_, text, expected) => {
    const { root, problems, reliable } = parseSource(Buffer.from(text), 'maas.yaml');
    expect(problems).toEqual([]);
    expect(reliable).toBe(true);
    expect(toValue(root!)).toEqual(expected);
  });

  test('columns do not count the byte order mark', () => {
    expect(problemsOf('\ufeffa: *b\n')[0]).toMatch(/^maas\.yaml:1:4 a: /);
  });
});

test('every syntax error is reported, one a line', () => {
  expect(problemsOf('a: @b\nc: "\\q"\n\td: e\n').map((line) => line.split(' ')[0])).toEqual([
    'maas.yaml:1:4:',
    'maas.yaml:2:5:',
    'maas.yaml:3:1:',
  ]);
});

test('everything else that is refused is reported beside a syntax error', () => {
  expect(problemsOf('a: &x 1\nb: *x\na: 2\nc: @d\n').map((line) => line.split(':').slice(1, 3).join(':'))).toEqual([
    '4:4',
    '1:4 a',
    '2:4 b',
    '3:1 a',
  ]);
});

test('what is broken is not quoted: it may be an API key', () => {
  const spoiled = ['a: "s3cret', 'a: s3cret: b', 's3cret', "a: 'x' s3cret", 'a: @s3cret', '- s3cret\n b: c', '%s3cret'];
  for (const text of spoiled) {
    expect(problemsOf(`domain: a\n${text}\n`).join()).not.toContain('s3cret');
  }
  expect(problemsOf('users: [{ name: a, keys: [{ demo: &s3cret x }] }]').join()).toContain('the anchor &s3cret');
});

describe('does not break down over', () => {
  test.each(['[', '{', '- ', '? ', 'a: {b: ', '&a '])('a hundred thousand times %j', (text) => {
    const [problem, ...others] = problemsOf(text.repeat(Math.floor(100_000 / text.length)));
    expect(problem).toMatch(/^maas\.yaml:\d+:\d+/);
    expect(others.length).toBeLessThan(5);
  });

  test('keys of one map: time grows by their number, not by its square', () => {
    const keysOf = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: 1\n`).join('');
    expect(growth(1_000, (count) => expect(problemsOf(keysOf(count))).toEqual([]))).toBeLessThan(25);
  });

  test('aliases that multiply', () => {
    const text = [
      'a: &a [x, x]',
      ...Array.from('bcdefgh', (name, index) => `${name}: &${name} [*${'abcdefg'[index]}, *${'abcdefg'[index]}]`),
    ];
    expect(problemsOf(text.join('\n')).filter((line) => line.includes('alias'))).toHaveLength(14);
  });
});

test('the deepest allowed nesting is read, one level more is not', () => {
  const nested = (levels: number): string => `a: ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}\n`;
  expect(problemsOf(nested(MAXIMUM_DEPTH))).toEqual([]);
  expect(problemsOf(nested(MAXIMUM_DEPTH + 1))).toEqual([
    'maas.yaml:1:67: got a level 65 of nested maps or lists, expected at most 64 levels; look for a bracket or an indentation too many',
  ]);
});

test('four mebibytes are read, one byte more is refused before it is parsed', () => {
  const text = Buffer.alloc(MAXIMUM_BYTES + 1, '#');
  text.write('a: 1\n');
  expect(problemsOf(text.subarray(0, MAXIMUM_BYTES))).toEqual([]);
  expect(problemsOf(text)).toHaveLength(1);
  const garbage = Buffer.alloc(MAXIMUM_BYTES + 1, '[');
  expect(problemsOf(garbage)).toEqual([expect.stringContaining('got 4,194,305 bytes')]);
});
