/**
 * Encodes a value as a Lua literal, as a table constructor has it.
 *
 * Objects become tables with quoted keys in sorted order, arrays become sequences, and members that are `undefined`
 * are left out. The result is plain ASCII: every other byte of a string's UTF-8 is a decimal escape, so that no text,
 * whatever it holds, can end its string or the line. Equal values give equal bytes.
 *
 * @param value a string, finite number, boolean, array or plain object, nested as you like.
 * @returns an expression of Lua 5.1, over several lines where it holds a table that is not empty.
 * @throws Error when a value has no such literal: `null`, NaN, infinity, a function, a symbol, a bigint, a class
 *   instance, a lone surrogate, a cycle, or `undefined` anywhere but as an object's member. The message has its path.
 *
 * @example
 * luaLiteral({ tier: 'free', tokens: 200 }); // '{\n  ["tier"] = "free",\n  ["tokens"] = 200,\n}'
 */
export function luaLiteral(value: unknown): string {
  return encode(value, { path: 'value', indent: '', parents: [] });
}

interface Position {
  /** Where the value is, for messages, e.g. `value.tiers["free"]`. */
  readonly path: string;
  /** Blanks that the line of the value begins with. */
  readonly indent: string;
  /** Objects and arrays that the value is inside of. */
  readonly parents: readonly object[];
}

function encode(value: unknown, position: Position): string {
  switch (typeof value) {
    case 'string':
      return encodeString(value, position.path);
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) {
        throw unencodable(position.path, String(value));
      }
      return String(value);
    case 'object':
      return encodeTable(value, position);
    default:
      throw unencodable(position.path, typeof value);
  }
}

function encodeTable(value: object | null, position: Position): string {
  if (value === null) {
    throw unencodable(position.path, 'null');
  }
  if (position.parents.includes(value)) {
    throw unencodable(position.path, 'a cycle');
  }
  const indent = `${position.indent}  `;
  const parents = [...position.parents, value];
  const members = Array.isArray(value)
    ? Array.from(value, (item, index) => encode(item, { path: `${position.path}[${index}]`, indent, parents }))
    : objectMembers(value, position.path).map(([name, member]) => {
        const path = `${position.path}[${JSON.stringify(name)}]`;
        return `[${encodeString(name, path)}] = ${encode(member, { path, indent, parents })}`;
      });
  if (members.length === 0) {
    return '{}';
  }
  return `{\n${members.map((member) => `${indent}${member},\n`).join('')}${position.indent}}`;
}

function objectMembers(value: object, path: string): [string, unknown][] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw unencodable(path, `a ${value.constructor.name}`);
  }
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

function encodeString(text: string, path: string): string {
  if (/\p{Surrogate}/u.test(text)) {
    throw unencodable(path, 'a lone surrogate');
  }
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') {
      encoded += `\\${character}`;
    } else if (byte >= 0x20 && byte < 0x7f) {
      encoded += character;
    } else {
      // Three digits always: "\1" before a "2" would be "\12".
      encoded += `\\${String(byte).padStart(3, '0')}`;
    }
  }
  return `"${encoded}"`;
}

function unencodable(path: string, got: string): Error {
  return new Error(`${path}: expected a string, finite number, boolean, array or plain object for Lua, got ${got}`);
}
