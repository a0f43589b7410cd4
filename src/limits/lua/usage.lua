-- Metering: how many tokens an answer cost. The engine's own figure is the last `usage` object of the JSON document or
-- of the event stream: at the top level, or inside `response` (Responses API) or `message` (Messages API). Nothing
-- deeper and nothing inside a string is believed: a prompt can make a model write any text and any tool arguments.

local MOST_TOKENS = 1e9 -- of one answer; more is a broken engine, not a usage
local LONGEST_WORD = 32

-- A number that can be a count of tokens, or nil: null, strings, negatives and 10^30 are no usage.
local function token_count(text)
  local number = text and tonumber(text)
  if number and number >= 0 and number <= MOST_TOKENS then
    return number
  end
  return nil
end

local function new_scanner(meter)
  return { meter = meter, depth = 0 }
end

-- Newer figures replace older ones. The Messages API gives input in its first event and output in later ones, so
-- these two are kept apart; a total says all.
local function take_usage(meter, fields)
  local total = token_count(fields.total_tokens)
  local input = token_count(fields.input_tokens or fields.prompt_tokens)
  local output = token_count(fields.output_tokens or fields.completion_tokens)
  if total then
    meter.reported = total
  elseif input or output then
    meter.input = input or meter.input
    meter.output = output or meter.output
    meter.reported = (meter.input or 0) + (meter.output or 0)
  end
end

-- `key` is the word whose value begins here. Inside an array there are no keys, so depth 1 is the document itself.
local function opens_usage(scanner, key)
  local depth, parent = scanner.depth, scanner.parent
  return key == 'usage' and (depth == 1 or (depth == 2 and (parent == 'response' or parent == 'message')))
end

-- An opening or closing brace or bracket.
local function scan_brace(scanner, character, key)
  if character == '{' or character == '[' then
    local is_usage = opens_usage(scanner, key)
    scanner.depth = scanner.depth + 1
    if scanner.depth == 2 then
      scanner.parent = key
    end
    if is_usage then
      scanner.usage_depth, scanner.fields = scanner.depth, {}
    end
    return
  end
  if scanner.depth == scanner.usage_depth then
    take_usage(scanner.meter, scanner.fields)
    scanner.usage_depth = nil
  end
  scanner.depth = scanner.depth - 1
end

-- Goes on inside a string and returns the position after what it has seen of it.
local function scan_string(scanner, text, position)
  if scanner.escaped then
    scanner.escaped = false
    scanner.meter.characters = scanner.meter.characters + (scanner.counts and 1 or 0)
    return position + 1
  end
  local stop = text:find('["\\]', position)
  local last = (stop or #text + 1) - 1
  if scanner.counts then
    scanner.meter.characters = scanner.meter.characters + last - position + 1
  end
  local word = scanner.word
  if word then
    word = #word + last - position < LONGEST_WORD and word .. text:sub(position, last) or nil
  end
  scanner.word = word
  if not stop then
    return #text + 1
  end
  if text:byte(stop) == 92 then
    scanner.escaped, scanner.word = true, nil -- no key of ours has an escape in it
  else
    scanner.in_string, scanner.counts, scanner.gap = false, false, ''
  end
  return stop + 1
end

-- Walks over a piece of JSON, stopping only at quotes, braces and brackets. All state is in `scanner`, so the next
-- piece may begin anywhere, also inside a word or a number.
local function scan(scanner, text)
  local position, length = 1, #text
  while position <= length do
    if scanner.in_string then
      position = scan_string(scanner, text, position)
    else
      local stop = text:find('["{}%[%]]', position)
      local word = scanner.word
      if word then
        scanner.gap = scanner.gap .. text:sub(position, math.min((stop or length + 1) - 1, position + 64))
      end
      if not stop then
        return
      end
      if word and scanner.depth == scanner.usage_depth then
        scanner.fields[word] = scanner.gap:match('^%s*:%s*([-+%.%deE]+)%s*,?%s*$')
      end
      local key = word and scanner.gap:find('^%s*:%s*$') and word or nil
      local character = text:sub(stop, stop)
      if character == '"' then
        scanner.in_string, scanner.word = true, ''
        scanner.counts = key and scanner.meter.text_keys[key]
      else
        scanner.word = nil
        scan_brace(scanner, character, key)
      end
      position = stop + 1
    end
  end
end

-- Where the string that goes on at `position` ends: at the first quote with an even number of backslashes before it.
local function closing_quote(text, position)
  local quote = text:find('"', position, true)
  while quote do
    local before = quote - 1
    while before >= position and text:byte(before) == 92 do
      before = before - 1
    end
    if (quote - before) % 2 == 1 then
      return quote
    end
    quote = text:find('"', quote + 1, true)
  end
  return #text
end

-- Adds the generated text of complete event lines, by plain finds: a full scan of every event would cost more than
-- all the rest. Needed only until the engine reports a usage.
local function count_text(meter, lines)
  for _, quoted in ipairs(meter.quoted_keys) do
    local _, stop = lines:find(quoted, 1, true)
    while stop do
      local _, opening = lines:find('^%s*:%s*"', stop + 1)
      if opening then
        stop = closing_quote(lines, opening + 1)
        meter.characters = meter.characters + stop - opening - 1
      end
      _, stop = lines:find(quoted, stop + 1, true)
    end
  end
end

-- Looks for usage objects in complete event lines. `"usage"` with bare quotes cannot occur inside generated text
-- (there the quotes are escaped), so most events cost one plain find; "usage":null costs two.
local function read_lines(meter, lines)
  local line, from = 1, 1
  while true do
    local hit = lines:find('"usage"', from, true)
    if not hit then
      break
    end
    from = hit + 7
    if lines:find('^%s*:%s*{', from) then
      local line_end = lines:find('\n', line, true)
      while line_end < hit do
        line = line_end + 1
        line_end = lines:find('\n', line, true)
      end
      if lines:sub(line, line + 4) == 'data:' then
        scan(new_scanner(meter), lines:sub(line + 5, line_end))
      end
      from, line = line_end + 1, line_end + 1
      if line > #lines then
        break
      end
    end
  end
  if not meter.reported then
    count_text(meter, lines)
  end
end

-- Events arrive in pieces of any size: the unfinished last line waits in `meter.rest` (a list, so that an event of
-- megabytes in small pieces is joined once).
local function read_events(meter, bytes)
  local last = #bytes
  while last > 0 and bytes:byte(last) ~= 10 do
    last = last - 1
  end
  local rest = meter.rest
  if last == 0 then
    rest[#rest + 1] = bytes
    return
  end
  local lines = last == #bytes and bytes or bytes:sub(1, last)
  if #rest > 0 then
    rest[#rest + 1] = lines
    lines = table.concat(rest)
    meter.rest = {}
  end
  if last < #bytes then
    meter.rest[1] = bytes:sub(last + 1)
  end
  read_lines(meter, lines)
end

-- A meter for one answer. format: 'json', 'events' (text/event-stream) or 'bytes' (anything else, or compressed).
local function new_meter(format, text_keys)
  local meter = { format = format, characters = 0, text_keys = {}, quoted_keys = {}, rest = {} }
  for index, key in ipairs(text_keys) do
    meter.text_keys[key] = true
    meter.quoted_keys[index] = '"' .. key .. '"'
  end
  meter.scanner = new_scanner(meter)
  return meter
end

local function read_bytes(meter, bytes)
  if meter.format == 'events' then
    read_events(meter, bytes)
  elseif meter.format == 'json' then
    scan(meter.scanner, bytes)
  else
    meter.characters = meter.characters + #bytes
  end
end

-- The tokens of the whole answer: the engine's figure, or about four characters of generated text a token.
local function final_tokens(meter)
  if #meter.rest > 0 then
    read_events(meter, '\n')
  end
  return meter.reported or math.ceil(meter.characters / 4)
end
