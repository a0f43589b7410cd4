/** What a syntax error is called: the part of the parser's message that tells it, and our words for it. */
interface SyntaxWords {
  readonly message: RegExp;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

// None of these quote the file: a line that does not parse may hold an API key.
const SYNTAX_WORDS: readonly SyntaxWords[] = [
  {
    message: /^Tabs/,
    got: 'a tab',
    expected: 'spaces as indentation',
    fix: 'put spaces in its place',
  },
  {
    message: /^Flow (sequence|map)|^Missing ,/,
    got: 'a list or map in brackets that does not go on here',
    expected: '"," between its items and the closing "]" or "}"',
    fix: 'close the bracket, and indent every line inside it',
  },
  {
    message: /^Missing closing/,
    got: 'text without its closing quote',
    expected: 'a quote at its end',
    fix: 'close the quote',
  },
  {
    message: /^Sequence item without/,
    got: 'a line that is neither an item of the list above nor a key of its item',
    expected: 'each "- " in the column of the first, and each key in the column of the first key',
    fix: 'move the line into that column',
  },
  {
    message: /^All |must be indented|^Block scalar/,
    got: 'a line in another column than its neighbours',
    expected: 'the keys of a map, and the items of a list, in one column',
    fix: 'move the line into the column of its neighbours',
  },
  {
    message: /^Implicit map keys need|^Implicit keys need/,
    got: 'a line that is no key with a value',
    expected: '`key: value`',
    fix: 'add ": " after the key, or indent the line below its key',
  },
  {
    message: /^Nested mappings|^A block sequence|same line with key/,
    got: 'a map or list inside a value',
    expected: 'one value after ": "',
    fix: 'put the value in quotes, or on lines of its own below the key',
  },
  {
    message: /^Plain value cannot start/,
    got: 'text that begins with a character that YAML reserves',
    expected: 'quotes around such text',
    fix: 'put the text in quotes',
  },
  {
    message: /^Invalid escape/,
    got: 'a "\\" that no known escape follows',
    expected: 'an escape such as \\n or \\\\',
    fix: 'write "\\\\", or use single quotes',
  },
  {
    message: /^Comments must/,
    got: 'a "#" right after a value',
    expected: 'a space before "#"',
    fix: 'put a space before the comment, or the value in quotes',
  },
];

const OTHER_WORDS: Omit<SyntaxWords, 'message'> = {
  got: 'something that does not belong here',
  expected: 'a key with its value, a list item or a comment',
  fix: 'put text with special characters in quotes',
};

/** Our words for a message of the YAML parser: they say what to do, and quote nothing of the file. */
export function describeSyntaxError(message: string): { got: string; expected: string; fix: string } {
  const { got, expected, fix } = SYNTAX_WORDS.find((words) => words.message.test(message)) ?? OTHER_WORDS;
  return { got, expected, fix };
}
