import { spawnSync } from 'node:child_process';
import { shellArgument, shellCommand } from '../../src/operations/shell';

test.each([
  ['--namespace=llm', '--namespace=llm'],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['$(id)', "'$(id)'"],
  ['', "''"],
  ['a\nb', "$'a\\x0ab'"],
  ["\\'\t\u009b", "$'\\\\\\'\\x09\\xc2\\x9b'"],
])('%j is written %s, on one line, and is itself again in a shell', (argument, written) => {
  expect(shellArgument(argument)).toBe(written);
  const { stdout } = spawnSync('bash', ['-c', `printf %s ${written}`], { encoding: 'utf8' });
  expect(stdout).toBe(argument);
});

test('a command is its arguments, whoever has named them', () => {
  const command = shellCommand('printf', '%s,', '; echo no', '`id`', 'a|b');
  expect(spawnSync('bash', ['-c', command], { encoding: 'utf8' }).stdout).toBe('; echo no,`id`,a|b,');
});
