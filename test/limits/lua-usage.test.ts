import fc from 'fast-check';
import { luaLiteral } from '../../src/lua-literal';
import { runScript } from './lua-runtime';

const METER = `
  local function meter_of(format)
    local meter = new_meter({ json = { content = true }, events = { 'content":' } })
    return meter, reader(meter, format)
  end
  local function tokens_of(meter)
    finish_events(meter)
    local prompt, completion = metered_tokens(meter)
    return prompt + completion
  end`;

/** The tokens of an answer that arrives in these pieces. */
function tokens(format: 'json' | 'events', pieces: readonly string[]): unknown {
  return runScript(`
    ${METER}
    local meter, read = meter_of('${format}')
    for _, piece in ipairs(${luaLiteral(pieces)}) do read(piece) end
    return tokens_of(meter)`);
}

/** The different counts that come out when an answer arrives in two pieces, cut at every byte, or byte by byte. */
function countsOfAllCuts(format: 'json' | 'events', text: string): unknown {
  return runScript(`
    ${METER}
    local text, counts, seen = ${luaLiteral(text)}, {}, {}
    local function count(...)
      local meter, read = meter_of('${format}')
      for _, piece in ipairs({ ... }) do read(piece) end
      local tokens = tokens_of(meter)
      if not seen[tokens] then
        seen[tokens] = true
        counts[#counts + 1] = tokens
      end
    end
    for cut = 1, #text - 1 do count(text:sub(1, cut), text:sub(cut + 1)) end
    local bytes = {}
    for position = 1, #text do bytes[position] = text:sub(position, position) end
    count((unpack or table.unpack)(bytes))
    return counts`);
}

/** The tokens of a JSON document: read at once as a short one is, which must give what pieces of a long one give. */
function json(document: unknown): unknown {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const whole = runScript(`
    ${METER}
    local meter = meter_of('json')
    read_document(meter, ${luaLiteral(text)})
    return tokens_of(meter)`);
  expect(whole).toEqual(tokens('json', [text]));
  return whole;
}

function stream(...documents: unknown[]): string {
  return documents.map((document) => `data: ${JSON.stringify(document)}\n\n`).join('') + 'data: [DONE]\n\n';
}

jest.setTimeout(30_000); // Lua in JavaScript is slow on a busy machine

describe('usage of a JSON body', () => {
  const content = 'twelve bytes';

  test.each([
    ['negative', { total_tokens: -5 }],
    ['a string', { total_tokens: '30' }],
    ['10^30', { total_tokens: 1e30 }],
    ['null', { total_tokens: null }],
    ['an object', { total_tokens: { total_tokens: 30 } }],
    ['an array', { total_tokens: [30] }],
    ['empty', {}],
  ])('%s does no harm: the text is counted', (_name, usage) => {
    expect(json({ choices: [{ message: { content } }], usage })).toBe(3);
  });

  test('cut off does no harm', () => {
    expect(json('{"content":"twelve bytes","usage":{"total_tokens":30')).toBe(3);
  });

  test('the last one counts, whatever is in between', () => {
    expect(json('{"usage":{"total_tokens":30},"usage":{"total_tokens":31}}')).toBe(31);
    expect(json('{"usage" :\r\n\t{ "total_tokens" : 3.1e1 } }')).toBe(31);
  });

  test('only an object called usage at the top, in response or in message is believed', () => {
    const usage = { total_tokens: 1e6 };
    expect(json({ choices: [{ usage }], metadata: { usage }, a: { response: { usage } }, content: '' })).toBe(0);
    expect(json([{ usage }])).toBe(0);
    expect(json({ usage: [usage], response: [usage] })).toBe(0);
    expect(json({ '\nusage': usage })).toBe(0);
    expect(json({ response: { usage: { total_tokens: 7 } } })).toBe(7);
  });

  test('property: pieces of any size give the same count', () => {
    const body = JSON.stringify(
      {
        choices: [{ message: { content: 'quote " backslash \\ usage": {"total_tokens":1}}' } }],
        usage: { prompt_tokens: 10, details: { total_tokens: 5, list: [1, { a: 'b' }] }, total_tokens: 1234 },
        user: 'usage',
      },
      null,
      1,
    );
    expect(countsOfAllCuts('json', body)).toEqual([1234]);
  });

  test('property: whatever the text says, it is not a usage', () => {
    const hostile = fc
      .array(fc.constantFrom('"', '\\', '{', '}', '"usage"', ':', 'usage', '{"total_tokens":1}', '\n', 'data: ', 'x'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, hostile, (text, key) => {
        const document = { choices: [{ message: { content: text } }], usage: { total_tokens: 77 }, [`k${key}`]: text };
        expect(json(document)).toBe(77);
        expect(
          tokens('events', [stream(document, { choices: [{ delta: { content: text } }], [`k${key}`]: text })]),
        ).toBe(77);
      }),
      { numRuns: 60 },
    );
  });
});

describe('usage of an event stream', () => {
  test('null in every event but the last', () => {
    expect(tokens('events', [stream({ usage: null }, { usage: null }, { usage: { total_tokens: 9 } })])).toBe(9);
  });

  test('the Responses API reports inside of response', () => {
    expect(
      tokens('events', [
        stream({ type: 'response.completed', response: { usage: { input_tokens: 4, output_tokens: 5 } } }),
      ]),
    ).toBe(9);
  });

  test('only data is read, no comments and other fields', () => {
    const usage = '{"usage":{"total_tokens":5}}';
    expect(tokens('events', [`data: {"usage":{"total_tokens":9}}\nevent: ${usage}\n: ${usage}\n\n`])).toBe(9);
  });

  test('a last line without its end counts', () => {
    expect(tokens('events', ['data: {"usage":{"total_tokens":9}}'])).toBe(9);
  });

  test('without usage, four characters of text are a token', () => {
    const delta = (content: string): object => ({ choices: [{ delta: { role: 'assistant', content } }] });
    expect(tokens('events', [stream(delta('twelve bytes'), delta('and "four"!!'))])).toBe(7);
    expect(tokens('events', ['data: {"content": "twelve bytes"}\r\n\r\n'])).toBe(3);
    expect(tokens('events', ['data: {"content": "a\\\\"}\n\n'])).toBe(1);
    expect(tokens('events', [': comment\n\ndata: {"content": "cut o'])).toBe(2);
  });

  test('an event without end does not wait beyond its longest, and counts as what it is', () => {
    const seen = runScript(`
      ${METER}
      local meter, read = meter_of('events')
      local result = { LONGEST_EVENT, 0 }
      LONGEST_EVENT = 100
      for _ = 1, 41 do
        read('ten bytes.')
        result[2] = math.max(result[2], meter.waiting)
      end
      result[3] = meter.characters
      read('\\n\\ndata: {"usage":{"total_tokens":9}}\\n\\n')
      result[4] = tokens_of(meter)
      return result`);
    expect(seen).toEqual([16 * 1024 * 1024, 100, 330, 9]);
  });

  test('property: pieces of any size give the same count', () => {
    const text = stream(
      { choices: [{ delta: { content: 'a "usage": {"total_tokens":1}' } }], usage: null },
      { choices: [], usage: { prompt_tokens_details: { cached_tokens: 1 }, total_tokens: 1234 } },
    );
    expect(countsOfAllCuts('events', text)).toEqual([1234]);
  });
});

test('of a request only the members that count are kept, however many it has', () => {
  const kept = runScript(`
    local scanner = new_request_scanner()
    scan(scanner, ${luaLiteral(JSON.stringify({ a: 1, b: '2', max_tokens: 5, n: '3', inner: { max_output_tokens: 7 } }))})
    local names = {}
    for name in pairs(scanner.fields) do names[#names + 1] = name end
    for name in pairs(scanner.texts) do names[#names + 1] = name end
    return names`);
  expect(kept).toEqual(['max_tokens', 'n']);
});

describe('a request whose client plays with blanks, quotes and digits', () => {
  const asked = (text: string) =>
    runScript(`
      local scanner = new_request_scanner()
      scan(scanner, ${luaLiteral(text)})
      return asked_answer(scanner)`);

  test.each([0, 1, 62, 63, 64, 65, 1000])('asks for what it asks for, behind %i blanks', (blanks) => {
    expect(asked(`{"max_tokens":${' '.repeat(blanks)}100000}`)).toBe(100_000);
    expect(asked(`{"max_tokens"${'\n'.repeat(blanks)}: 100000${'\t'.repeat(blanks)}, "n": 1}`)).toBe(100_000);
  });

  test('for as many answers as there can be, where their number is in quotes', () => {
    expect(asked('{"max_tokens": 10, "n": 3}')).toBe(30);
    expect(asked('{"max_tokens": 10, "n": "3"}')).toBe(1e10);
  });

  test('of a number without end, nothing is believed', () => {
    expect(asked(`{"max_tokens": 1.${'0'.repeat(70)}e5}`)).toBeUndefined();
  });

  test('in pieces of one, does not fill the memory', () => {
    const longest = runScript(`
      local scanner = new_request_scanner()
      scan(scanner, '{"a"')
      for _, piece in ipairs({ ' ', '1', 'x' }) do
        for _ = 1, 1000 do scan(scanner, piece) end
      end
      return #scanner.gap`);
    expect(longest).toBe(65);
  });
});
