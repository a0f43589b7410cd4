import { cutTo, jsonText, plainText, widthOf, withoutControls } from '../../src/operations/text-width';

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

test('nor hide what comes next, nor turn a command round', () => {
  expect(withoutControls('a\u001b[8mb\u001b[30;40mc\u202ed\u2066e')).toBe('a[8mb[30;40mcde');
});

test('a text that is to be plain has no colours of others either', () => {
  expect(plainText('\u001b[32m✓ all good\u001b[0m\n\u001b[8mx')).toBe('✓ all good\nx');
});

test('JSON says all of it, and sends nothing of it to a terminal', () => {
  const value = { user: 'a\u009b2Jb\u202ec\u007f\n\u001b[32m' };
  expect(jsonText(value)).toBe('{\n  "user": "a\\u009b2Jb\\u202ec\\u007f\\n\\u001b[32m"\n}');
  expect(JSON.parse(jsonText(value))).toEqual(value);
});
