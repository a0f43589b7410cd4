-- Metering: how many tokens an answer cost. The engine's own figure is the last `usage` object of the JSON document or
-- of the event stream: at the top level, or inside `response` (Responses API) or `message` (Messages API). Nothing
-- deeper and nothing inside a string is believed: a prompt can make a model write any text and any tool arguments.
--
-- A meter holds what is known so far: total, prompt, completion and cached as the engine gave them, and characters:
-- the generated text that no figure of the engine covers.

local MOST_TOKENS = 1e9 -- of one answer; more is a broken engine, not a usage
local LONGEST_WORD = 32

local function new_meter(path)
  return { characters = 0, json = path.json, events = path.events, rest = {} }
end

-- A number that can be a count of tokens, or nil: null, strings, negatives and 10^30 are no usage.
local function token_count(text)
  local number = text and tonumber(text)
  if number and number >= 0 and number <= MOST_TOKENS then
    return number
  end
  return nil
end

-- Newer figures replace older ones. A total says all. The Messages API gives input in its first event and output in
-- later ones: text after such a report is counted on top, until the next report covers it.
local function take_usage(meter, fields)
  local total = token_count(fields.total_tokens)
  local prompt = token_count(fields.prompt_tokens or fields.input_tokens)
  local completion = token_count(fields.completion_tokens or fields.output_tokens)
  if total or prompt or completion then
    meter.total = total or meter.total
    meter.prompt = prompt or meter.prompt
    meter.completion = completion or meter.completion
    meter.cached = token_count(fields.cached_tokens) or meter.cached
    meter.characters = 0
  end
end

-- Prompt and completion tokens as far as they are known.
local function metered_tokens(meter)
  if meter.total then
    local prompt = math.min(meter.prompt or 0, meter.total)
    return prompt, meter.total - prompt
  end
  return meter.prompt or 0, (meter.completion or 0) + math.ceil(meter.characters / 4)
end

-- What they cost. The small number keeps 50 * 1.1 = 55.00000000000001 from becoming 56.
local function metered_cost(meter, model)
  local prompt, completion = metered_tokens(meter)
  local cached = math.min(meter.cached or 0, prompt)
  local cost = (prompt - cached) * model.prompt + cached * model.cached + completion * model.completion
  return math.ceil(cost - 1e-6)
end

-- A scanner walks over JSON. It collects numbers of usage objects, and where `counts_text` counts generated text.
local function new_scanner(meter, counts_text)
  return { meter = meter, depth = 0, counts_text = counts_text }
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
      scanner.fields_depth, scanner.fields = scanner.depth, {}
    end
    return
  end
  if scanner.depth == scanner.fields_depth then
    take_usage(scanner.meter, scanner.fields)
    scanner.fields_depth = nil
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

-- Keeps the number that `word` stands for, if the object is one whose numbers are collected; cached tokens are one
-- object deeper (`prompt_tokens_details`).
local function take_field(scanner, word)
  local depth, wanted = scanner.depth, scanner.fields_depth
  if wanted and (depth == wanted or (depth == wanted + 1 and word == 'cached_tokens')) then
    scanner.fields[word] = scanner.gap:match('^%s*:%s*([-+%.%deE]+)%s*,?%s*$')
  end
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
      if word then
        take_field(scanner, word)
      end
      local key = word and scanner.gap:find('^%s*:%s*$') and word or nil
      local character = text:sub(stop, stop)
      if character == '"' then
        scanner.in_string, scanner.word = true, ''
        scanner.counts = key and scanner.counts_text and scanner.meter.json[key]
      else
        scanner.word = nil
        scan_brace(scanner, character, key)
      end
      position = stop + 1
    end
  end
end

-- Reads a complete document. Most have a flat usage object that only `}` and plain members follow: then it belongs to
-- the document itself, because what encloses it ends where the document ends. All others are scanned.
local function read_document(meter, text)
  local hit, from = nil, 1
  repeat
    local found = text:find('"usage"', from, true)
    if found then
      hit, from = found, found + 7
    end
  until not found
  local members = hit and text:match('^%s*:%s*{([^{}%[%]]*)}[^{}%[%]]*}%s*$', from)
  if members then
    take_usage(meter, {
      total_tokens = members:match('"total_tokens"%s*:%s*([^%s,]+)'),
      prompt_tokens = members:match('"prompt_tokens"%s*:%s*([^%s,]+)'),
      completion_tokens = members:match('"completion_tokens"%s*:%s*([^%s,]+)'),
    })
  end
  if not (members and meter.total) then
    scan(new_scanner(meter, true), text)
  end
end

-- A scanner for the numbers at the top of a request's document: `fields`.
local function new_request_scanner()
  local scanner = new_scanner({}, false)
  scanner.fields_depth, scanner.fields = 1, {}
  return scanner
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

-- Adds the generated text of events between two positions, by plain finds: a scan would cost more than all the rest.
local function count_text(meter, text, first, last)
  for _, needle in ipairs(meter.events) do
    local _, stop = text:find(needle, first, true)
    while stop and stop <= last do
      local opening = stop + 1
      if text:byte(opening) ~= 34 then
        _, opening = text:find('^%s*"', opening)
      end
      if opening then
        stop = closing_quote(text, opening + 1)
        meter.characters = meter.characters + stop - opening - 1
      end
      _, stop = text:find(needle, stop + 1, true)
    end
  end
end

-- The document of an event: its data may be split over several lines.
local function event_data(event)
  local lines = {}
  for line in event:gmatch('[^\r\n]+') do
    if line:sub(1, 5) == 'data:' then
      lines[#lines + 1] = line:sub(6)
    end
  end
  return table.concat(lines, '\n')
end

-- Whether a key that ends before `position` has an object. Without blanks, as engines write it, this costs no pattern.
local function opens_object(text, position)
  local colon, first = text:byte(position, position + 1)
  if colon == 58 and (first == 110 or first == 123) then
    return first == 123 -- '{', not the 'n' of null
  end
  return text:find('^%s*:%s*{', position) ~= nil
end

-- Reads complete events, in order. `"usage"` with bare quotes cannot occur inside generated text (there the quotes are
-- escaped), so most events cost one plain find; "usage":null costs two.
local function read_events(meter, text)
  local from, start, counted = 1, 1, 1
  while true do
    local hit = text:find('"usage"', from, true)
    if not hit then
      break
    end
    from = hit + 7
    if opens_object(text, from) then
      local next_start = start
      while next_start <= hit do
        start = next_start
        local _, blank = text:find('\n\r?\n', start)
        next_start = (blank or #text) + 1
      end
      count_text(meter, text, counted, next_start - 1)
      scan(new_scanner(meter, false), event_data(text:sub(start, next_start - 1)))
      from, start, counted = next_start, next_start, next_start
    end
  end
  if not meter.total then
    count_text(meter, text, counted, #text)
  end
end

-- The position of the last line feed that ends an empty line.
local function last_blank_line(text)
  for position = #text, 2, -1 do
    if text:byte(position) == 10 then
      local before = text:byte(position - 1)
      if before == 10 or (before == 13 and text:byte(position - 2) == 10) then
        return position
      end
    end
  end
  return nil
end

-- Events arrive in pieces of any size: an unfinished event waits in `meter.rest` (a list, so that an event of megabytes
-- in small pieces is joined once). One whose empty line is split waits for the next.
local function read_event_piece(meter, bytes)
  local rest = meter.rest
  local stop = last_blank_line(bytes)
  if not stop then
    rest[#rest + 1] = bytes
    return
  end
  local text = stop == #bytes and bytes or bytes:sub(1, stop)
  if #rest > 0 then
    rest[#rest + 1] = text
    text = table.concat(rest)
    meter.rest = {}
  end
  if stop < #bytes then
    meter.rest[1] = bytes:sub(stop + 1)
  end
  read_events(meter, text)
end

-- What a stream that has ended still holds.
local function finish_events(meter)
  if #meter.rest > 0 then
    read_events(meter, table.concat(meter.rest) .. '\n')
    meter.rest = {}
  end
end

-- A function that reads one piece of an answer after the other. format: 'json', 'events' (text/event-stream) or 'bytes'
-- (anything else, or compressed).
local function reader(meter, format)
  if format == 'events' then
    return function(bytes)
      read_event_piece(meter, bytes)
    end
  elseif format == 'json' then
    local scanner = new_scanner(meter, true)
    return function(bytes)
      scan(scanner, bytes)
    end
  end
  return function(bytes)
    meter.characters = meter.characters + #bytes
  end
end
