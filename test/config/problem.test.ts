import {
  ConfigurationError,
  formatPath,
  formatProblem,
  isSecret,
  listNames,
  showValue,
  sortProblems,
  type Problem,
} from '../../src/config/problem';

const PROBLEM: Problem = {
  rule: 'user-tier',
  path: ['users', 0, 'tier'],
  pointAt: 'value',
  got: '"fre"',
  expected: 'one of the tiers free, premium, enterprise',
  fix: 'did you mean "free"?',
  location: { file: 'maas.yaml', line: 7, column: 11 },
};

test('a path is written as in JavaScript, odd keys quoted', () => {
  expect(formatPath(['tiers', 1, 'tokens', 'minute'])).toBe('tiers[1].tokens.minute');
  expect(formatPath(['metadata', 'labels', 'a/b', 0])).toBe('metadata.labels["a/b"][0]');
  expect(formatPath([])).toBe('');
});

describe('a problem is one line', () => {
  test('with file, line and column', () => {
    expect(formatProblem(PROBLEM)).toBe(
      'maas.yaml:7:11 users[0].tier: got "fre", expected one of the tiers free, premium, enterprise; did you mean "free"?',
    );
  });

  test('of a file as a whole', () => {
    expect(formatProblem({ ...PROBLEM, path: [], location: { file: 'maas.yaml' }, fix: '' })).toBe(
      'maas.yaml: got "fre", expected one of the tiers free, premium, enterprise',
    );
  });

  test('of TypeScript', () => {
    const problem = { ...PROBLEM, location: undefined, fix: '' };
    expect(formatProblem(problem)).toMatch(/^users\[0\]\.tier: got "fre"/);
    expect(formatProblem({ ...problem, path: [] })).toMatch(/^configuration: got "fre"/);
  });
});

describe('a value', () => {
  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ['x'.repeat(80), `"${'x'.repeat(58)}…`],
    [12.5, '12.5'],
    [NaN, 'NaN'],
    [true, 'true'],
    [[], 'an empty list'],
    [[1], 'a list of 1 item'],
    [{}, 'an empty map'],
    [{ a: 1 }, 'a map'],
    [10n, '10'],
    [() => 1, 'a function'],
    [Symbol('x'), 'a symbol'],
  ])('%p is shown as %s', (value, expected) => {
    expect(showValue(value, ['name'])).toBe(expected);
  });

  test('that may be an API key is never shown', () => {
    expect(showValue('freeuser1_key', ['users', 0, 'keys', 0, 'demo'])).toBe('a key of 13 characters');
    expect(showValue('k', ['users', 0, 'keys', 0])).toBe('a key of 1 character');
    expect(showValue(12345, ['users', 0, 'keys', 0, 'demo'])).toBe('a number');
    expect(isSecret(['anything', 'demo', 'deeper'])).toBe(true);
    expect(isSecret(['users', 0, 'keys', 0, 'existingSecret'])).toBe(false);
    expect(isSecret(['users', 0, 'keys', 0, 'name'])).toBe(false);
    expect(isSecret(['users', 0, 'keys', 0, 'expires'])).toBe(false);
    expect(isSecret(['users', 0, 'keys', 0, 'disabled'])).toBe(false);
    expect(isSecret(['users', 0, 'keys', 0, 'anything'])).toBe(true);
    expect(isSecret(['conformance', 'key'])).toBe(true);
    expect(isSecret(['conformance', 'key', 'anything'])).toBe(true);
    expect(isSecret(['conformance', 'key', 'existingSecret'])).toBe(false);
    expect(isSecret(['conformance', 'model'])).toBe(false);
    expect(isSecret(['users', 0, 'tier'])).toBe(false);
  });

  test('with a user and a password is shown without them', () => {
    expect(showValue('https://user:pass@word@a.test')).toBe('"https://…@a.test"');
    expect(showValue(`rediss://:${'p'.repeat(80)}@a.test`)).toBe('"rediss://…@a.test"');
    expect(showValue('user:password@a.test')).toBe('"…@a.test"');
    expect(showValue('hf://a/b:c@d')).toBe('"hf://a/b:c@d"');
  });
});

test('a long row of names is cut', () => {
  expect(listNames([])).toBe('(none)');
  expect(listNames(['a', 'b'])).toBe('a, b');
  const names = Array.from({ length: 1234 }, (_, index) => `t${index}`);
  expect(listNames(names)).toBe('t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 … (1,234 in all)');
});

test('problems are sorted by file, line and column; those without a location come last', () => {
  const at = (file?: string, line?: number, column?: number): Problem => ({
    ...PROBLEM,
    location: file === undefined ? undefined : { file, line, column },
  });
  const sorted = [
    at('overlay.yaml'),
    at('overlay.yaml', 2, 9),
    at('overlay.yaml', 10, 1),
    at('base.yaml', 1, 1),
    at('base.yaml', 1, 3),
    at(),
  ];
  expect(sortProblems([...sorted].reverse(), ['overlay.yaml', 'base.yaml'])).toEqual(sorted);
});

test('a ConfigurationError has one line a problem, and their number', () => {
  const error = new ConfigurationError([PROBLEM, { ...PROBLEM, path: ['users', 1, 'tier'] }]);
  expect(error.name).toBe('ConfigurationError');
  expect(error.problems).toHaveLength(2);
  expect(error.message.split('\n')).toEqual([
    formatProblem(PROBLEM),
    formatProblem({ ...PROBLEM, path: ['users', 1, 'tier'] }),
    '2 problems',
  ]);
  expect(new ConfigurationError([PROBLEM]).message).toMatch(/\n1 problem$/);
});
