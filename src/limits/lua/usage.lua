-- Metering: how many tokens an answer cost. The engine's own figure is the last `usage` object of the JSON document or
-- of the event stream: at the top level, or inside `response` (Responses API) or `message` (Messages API). Nothing
-- deeper and nothing inside a string is believed: a prompt can make a model write any text and any tool arguments.
--
-- A meter holds what is known so far: total, prompt, completion and cached as the engine gave them, and characters:
-- the generated text that no figure of the engine covers. `guess` stands for the prompt of a stream that is under way.

local MOST_TOKENS = 1e9 -- of one answer; more is a broken engine, not a usage
local LONGEST_WORD = 32
local LONGEST_NUMBER = 64

-- The members of usage objects and of requests whose numbers are kept; a document may have any number of others.
local KEPT_FIELDS = {
  total_tokens = true, prompt_tokens = true, completion_tokens = true, input_tokens = true, output_tokens = true,
  cached_tokens = true, max_tokens = true, max_completion_tokens = true, max_output_tokens = true, n = true,
}

local function new_meter(path)
  return { characters = 0, guess = 0, json = path.json, events = path.events, rest = {}, waiting = 0, tail = '' }
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
  return meter.prompt or meter.guess, (meter.completion or 0) + math.ceil(meter.characters / 4)
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
  if wanted and KEPT_FIELDS[word] and (depth == wanted or (depth == wanted + 1 and word == 'cached_tokens')) then
    local gap = scanner.gap
    scanner.fields[word] = #gap <= LONGEST_NUMBER and gap:match('^:([-+%.%deE]+),?$') or nil
  end
end

-- Adds to what has followed a key: without blanks, of which a client may send any number in pieces of one, and not much
-- more than the longest number, or every piece would copy all that came before it.
local function add_gap(scanner, text, first, last)
  if #scanner.gap <= LONGEST_NUMBER then
    local gap = (scanner.gap .. text:sub(first, last)):gsub('%s+', '')
    scanner.gap = gap:sub(1, LONGEST_NUMBER + 1)
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
        add_gap(scanner, text, position, (stop or length + 1) - 1)
      end
      if not stop then
        return
      end
      if word then
        take_field(scanner, word)
      end
      local key = word and scanner.gap == ':' and word or nil
      local character = text:sub(stop, stop)
      if character == '"' then
        if key and scanner.texts and scanner.depth == 1 and KEPT_FIELDS[key] then
          scanner.texts[key] = true
        end
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

-- Whether a key that ends before `position` has an object. Without blanks, as engines write it, this costs no pattern.
local function opens_object(text, position)
  local colon, first = text:byte(position, position + 1)
  if colon == 58 and (first == 110 or first == 123) then
    return first == 123 -- '{', not the 'n' of null
  end
  return text:find('^%s*:%s*{', position) ~= nil
end

-- Where the last `"usage"` that begins at `start` or later ends.
local function last_usage(text, start)
  local stop = nil
  local hit = text:find('"usage"', start, true)
  while hit do
    stop = hit + 7
    hit = text:find('"usage"', stop, true)
  end
  return stop
end

-- Where the usage object that opens at `position` closes, if it is flat and only plain members and one `}` follow. All
-- by plain finds: patterns would cost more than all the rest.
local function closes_flat(text, position)
  local opening = opens_object(text, position) and text:find('{', position, true)
  local closing = opening and text:find('}', opening, true)
  local last = closing and text:find('}', closing + 1, true)
  if not last or text:find('{', opening + 1, true) or text:find('[', opening, true) or text:find(']', opening, true) then
    return nil
  end
  return (last == #text or text:find('^%s*$', last + 1)) and closing
end

local function number_between(text, name, from, to)
  local _, stop = text:find(name, from, true)
  return stop and stop < to and text:match('^%s*:%s*([^%s,}]+)', stop + 1) or nil
end

-- Reads a complete document. Most have a flat usage object that only `}` and plain members follow: then it belongs to
-- the document itself, because what encloses it ends where the document ends. All others are scanned.
local function read_document(meter, text)
  local from = last_usage(text, -512) or last_usage(text, 1)
  local to = from and closes_flat(text, from)
  if to and not text:find('"cached_tokens"', from, true) then
    take_usage(meter, {
      total_tokens = number_between(text, '"total_tokens"', from, to),
      prompt_tokens = number_between(text, '"prompt_tokens"', from, to),
      completion_tokens = number_between(text, '"completion_tokens"', from, to),
    })
  end
  if not (meter.total and meter.prompt) then
    scan(new_scanner(meter, true), text)
  end
end

-- A scanner for the numbers at the top of a request's document: `fields`; `texts` are those that came in quotes.
local function new_request_scanner()
  local scanner = new_scanner({ characters = 0 }, false)
  scanner.fields_depth, scanner.fields, scanner.texts = 1, {}, {}
  return scanner
end
