import fc from 'fast-check';
import * as luaparse from 'luaparse';
import { luaLiteral } from '../src/lua-literal';
import { runLua } from './limits/lua-runtime';

jest.setTimeout(30_000); // Lua in JavaScript is slow on a busy machine

describe('luaLiteral', () => {
  test('writes tables with sorted, quoted keys', () => {
    expect(luaLiteral({ b: [1, 2.5], a: { on: true, none: undefined, empty: {} }, 'x"y': -1e300 })).toBe(
      [
        '{',
        '  ["a"] = {',
        '    ["empty"] = {},',
        '    ["on"] = true,',
        '  },',
        '  ["b"] = {',
        '    1,',
        '    2.5,',
        '  },',
        '  ["x\\"y"] = -1e+300,',
        '}',
      ].join('\n'),
    );
  });

  test('escapes what could end a string or a line, and all that is not ASCII', () => {
    expect(luaLiteral('"]]\\\n\r\u0000\u00017\u007fé--')).toBe(String.raw`"\"]]\\\010\013\000\0017\127\195\169--"`);
  });

  test('equal values give equal bytes', () => {
    expect(luaLiteral({ b: 1, a: { d: 1, c: 2 } })).toBe(luaLiteral({ a: { c: 2, d: 1 }, b: 1 }));
  });

  const cycle: { inner?: object } = {};
  cycle.inner = { cycle };

  test.each([
    [null, 'value: expected', 'got null'],
    [undefined, 'value: expected', 'got undefined'],
    [{ a: { b: Number.NaN } }, 'value["a"]["b"]: expected', 'got NaN'],
    [[1, Number.POSITIVE_INFINITY], 'value[1]: expected', 'got Infinity'],
    [[undefined], 'value[0]: expected', 'got undefined'],
    [{ f: () => 1 }, 'value["f"]: expected', 'got function'],
    [{ f: 1n }, 'value["f"]: expected', 'got bigint'],
    [{ when: new Date(0) }, 'value["when"]: expected', 'got a Date'],
    [new Map(), 'value: expected', 'got a Map'],
    [{ s: '\ud800' }, 'value["s"]: expected', 'got a lone surrogate'],
    [cycle, 'value["inner"]["cycle"]: expected', 'got a cycle'],
  ])('refuses %p', (value, start, end) => {
    expect(() => luaLiteral(value)).toThrow(
      `${start} a string, finite number, boolean, array or plain object for Lua, ${end}`,
    );
  });

  test('a value may be there twice', () => {
    const twice = { a: 1 };
    expect(() => luaLiteral([twice, twice])).not.toThrow();
  });

  test('property: Lua reads back what was written', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0 || 0),
      fc.integer(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(leaf, fc.dictionary(fc.string({ unit: 'binary' }), tie('value')), filledArray(tie('value'))),
    }));
    const plain = (parsed: unknown): unknown => JSON.parse(JSON.stringify(parsed));
    fc.assert(
      fc.property(value, (written) => {
        const literal = luaLiteral(written);
        expect(literal).toMatch(/^[\n\x20-\x7e]*$/);
        luaparse.parse(`return ${literal}`, { luaVersion: '5.1' });
        const read = plain(sortKeys(runLua(`return ${literal}`)));
        expect(read).toEqual(plain(sortKeys(written)));
      }),
    );
  });
});

/** Lua can't tell an empty array from an empty object. */
function filledArray(item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  return fc.array(item, { minLength: 1, maxLength: 5 });
}

/** Arrays as objects with the keys 1, 2, …, as a Lua table has them, and all keys sorted. */
function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const members = Array.isArray(value) ? value.map((item, index) => [index + 1, item] as const) : Object.entries(value);
  return Object.fromEntries(members.map(([key, member]) => [`key ${key}`, sortKeys(member)]).sort());
}
