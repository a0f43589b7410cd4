-- Reads and writes the JSON body of a request to a model, as far as its outermost keys; for the scripts that follow it.

local SPACE = '^[ \t\r\n]*'

-- The position behind a string whose first quote is at `position`; nil where it does not end.
local function end_of_string(text, position)
  position = position + 1
  while true do
    local found = text:find('["\\]', position)
    if not found then
      return nil
    elseif text:sub(found, found) == '"' then
      return found + 1
    end
    position = found + 2
  end
end

-- The position behind a list or map whose first bracket is at `position`; nil where it does not end.
local function end_of_container(text, position)
  local depth = 0
  while true do
    local found = text:find('["{}%[%]]', position)
    if not found then
      return nil
    end
    local byte = text:sub(found, found)
    if byte == '"' then
      position = end_of_string(text, found)
      if not position then
        return nil
      end
    else
      depth = depth + ((byte == '{' or byte == '[') and 1 or -1)
      position = found + 1
      if depth == 0 then
        return position
      end
    end
  end
end

local function end_of_value(text, position)
  local byte = text:sub(position, position)
  if byte == '"' then
    return end_of_string(text, position)
  elseif byte == '{' or byte == '[' then
    return end_of_container(text, position)
  end
  return text:match('^[%w.+-]+()', position)
end

-- The body with another name of the model (as JSON), whatever the client calls it; with `asks_usage` a stream that tells its
-- usage. Keys are compared without case, as some servers do; one that could be another in disguise ("mod\u0065l") makes
-- the body unreadable: nil.
local function with_model(text, model, asks_usage)
  local members, streams = { '"model":' .. model }, false
  local position = text:match(SPACE .. '{()')
  while position do
    local key, start = text:match(SPACE .. '"([%w_.-]*)"[ \t\r\n]*:[ \t\r\n]*()', position)
    local stop = key and end_of_value(text, start)
    if not stop then
      return nil
    end
    local name, value = key:lower(), text:sub(start, stop - 1)
    if name == 'stream' then
      streams = streams or not (value == 'false' or value == 'null')
    end
    if name ~= 'model' and not (asks_usage and name == 'stream_options') then
      members[#members + 1] = '"' .. key .. '":' .. value
    end
    local separator, behind = text:match(SPACE .. '([,}])()', stop)
    if separator == '}' then
      if text:match(SPACE .. '()', behind) ~= #text + 1 then
        return nil
      end
      if streams and asks_usage then
        members[#members + 1] = '"stream_options":{"include_usage":true}'
      end
      return '{' .. table.concat(members, ',') .. '}'
    end
    position = behind
  end
  return nil
end

-- Forwards a request, or answers it where `forward` returns status and reason of a refusal, a key of `refusals`. Envoy forwards
-- a request whose script failed: it would carry our key to a model of the client's choice.
local function forward_or_refuse(handle, forward, refusals, script)
  local succeeded, status, reason = pcall(forward, handle)
  if not succeeded then
    handle:logErr(script .. ': ' .. tostring(status))
    status, reason = '500', 'failed'
  end
  if status then
    handle:respond({ [':status'] = status, ['content-type'] = 'application/json' }, refusals[reason])
  end
end
