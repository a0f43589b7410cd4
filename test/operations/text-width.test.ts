import { cutTo, widthOf, withoutControls } from '../../src/operations/text-width';

test.each([
  ['abc', 3],
  ['äöü', 3],
  ['e\u0301', 1],
  ['漢字', 4],
  ['한국', 4],
  ['ｆｕｌｌ', 8],
  ['🚀', 2],
  ['✓ ✗ ⠋', 5],
  ['\u001b[32m✓\u001b[0m', 1],
  ['\u001b[1;31mx\u001b[0m', 1],
  ['', 0],
])('%j takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test('a text is cut between characters', () => {
  expect(cutTo(5, 'abcdef')).toBe('abcde');
  expect(cutTo(5, '漢字漢字')).toBe('漢字');
  expect(cutTo(2, 'e\u0301fg')).toBe('e\u0301f');
  expect(cutTo(9, 'short')).toBe('short');
});

test('what comes from the cluster cannot change the terminal', () => {
  expect(withoutControls('a\u001b]0;title\u0007b\u001b[2Jc\u009b1md\re\u0000f')).toBe('a]0;titleb[2Jc1mdef');
  expect(withoutControls('\u001b[32mgreen\u001b[0m\n\ttab')).toBe('\u001b[32mgreen\u001b[0m\n\ttab');
});
