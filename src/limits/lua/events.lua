-- Event streams: usage and generated text of server-sent events, which arrive in pieces of any size.

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

-- Adds the generated text of complete events, by plain finds: a scan would cost more than all the rest.
local function count_text(meter, text)
  for _, needle in ipairs(meter.events) do
    local _, stop = text:find(needle, 1, true)
    while stop do
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
      count_text(meter, text:sub(counted, next_start - 1))
      scan(new_scanner(meter, false), event_data(text:sub(start, next_start - 1)))
      from, start, counted = next_start, next_start, next_start
    end
  end
  if not meter.total then
    count_text(meter, counted == 1 and text or text:sub(counted))
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

-- No engine writes longer ones: a server that never ends an event must not fill the memory.
local LONGEST_EVENT = 16 * 1024 * 1024

-- Events arrive in pieces of any size: an unfinished event waits in `meter.rest` (a list, so that an event of megabytes
-- in small pieces is joined once). `meter.tail` is its end: an empty line may be split between two pieces.
local function read_event_piece(meter, bytes)
  local rest, tail = meter.rest, meter.tail
  local stop = last_blank_line(bytes)
  if not stop and tail ~= '' then
    local split = last_blank_line(tail .. bytes:sub(1, 2))
    stop = split and split > #tail and split - #tail or nil
  end
  if not stop then
    rest[#rest + 1] = bytes
    meter.waiting = meter.waiting + #bytes
    meter.tail = (tail .. bytes:sub(-2)):sub(-2)
    if meter.waiting > LONGEST_EVENT then
      meter.characters = meter.characters + meter.waiting
      meter.rest, meter.waiting = {}, 0
    end
    return
  end
  local text = stop == #bytes and bytes or bytes:sub(1, stop)
  if #rest > 0 then
    rest[#rest + 1] = text
    text = table.concat(rest)
    meter.rest = {}
  end
  local left = bytes:sub(stop + 1)
  if left ~= '' then
    meter.rest[1] = left
  end
  meter.waiting = #left
  meter.tail = left:sub(-2)
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
