-- What a provider outside of the platform gets of a request, and a client of its answer. Runs as an upstream filter of the
-- provider's cluster: nothing reaches the provider past it. Its key comes from the filter before this one.

-- Replaced when the platform is synthesized.
-- authority: host, and port where it is not 443; path: what stands before /chat/completions and the like
-- model:     name of the model at the provider, as JSON
-- refusals:  JSON bodies: body (not one that can be read), key (none is there), provider (it refuses the platform), failed
local configuration = { authority = '', path = '', model = '""', refusals = {} } -- @configuration

-- Everything else of a client stays here: cookies, addresses, its organization at the provider, keys in other headers.
local REQUEST_HEADERS = { ['authorization'] = true, ['content-type'] = true, ['accept'] = true }
local RESPONSE_HEADERS = {
  ['content-type'] = true, ['content-length'] = true, ['content-encoding'] = true, ['transfer-encoding'] = true,
  ['retry-after'] = true, ['date'] = true,
}

-- Whose streams tell their usage only when they are asked to.
local STREAMS = { ['/v1/chat/completions'] = true, ['/v1/completions'] = true }

-- What a provider says when it refuses the key, the account or its budget: nothing that the client can mend.
local REFUSES_PLATFORM = { ['401'] = true, ['402'] = true, ['403'] = true }

local SPACE = '^[ \t\r\n]*'

local function keep_headers(headers, kept)
  local others = {}
  for name in pairs(headers) do
    if name:sub(1, 1) ~= ':' and not kept[name] then
      others[#others + 1] = name
    end
  end
  for _, name in ipairs(others) do
    headers:remove(name)
  end
end

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

-- The body with the provider's name of the model, whatever the client calls it, and a stream that tells its usage. Keys
-- are compared without case, as some servers do; one that could be another in disguise ("mod\u0065l") makes the body
-- unreadable: nil.
local function rewritten(text, tells_usage)
  local members, streams = { '"model":' .. configuration.model }, false
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
    if name ~= 'model' and name ~= 'stream_options' then
      members[#members + 1] = '"' .. key .. '":' .. value
    end
    local separator, behind = text:match(SPACE .. '([,}])()', stop)
    if separator == '}' then
      if text:match(SPACE .. '()', behind) ~= #text + 1 then
        return nil
      end
      if streams and tells_usage then
        members[#members + 1] = '"stream_options":{"include_usage":true}'
      end
      return '{' .. table.concat(members, ',') .. '}'
    end
    position = behind
  end
  return nil
end

-- Makes of a request what the provider gets; returns status and reason of a refusal, or nothing.
local function forward(handle)
  local path = handle:headers():get(':path'):match('^[^?]*')
  if not handle:headers():get('authorization') then
    handle:logErr('external model: no key for ' .. configuration.authority)
    return '503', 'key'
  end
  local body = handle:body(true)
  local text = rewritten(body:getBytes(0, body:length()), STREAMS[path])
  if not text then
    return '400', 'body'
  end
  body:setBytes(text)
  local headers = handle:headers() -- those from before body() are dead
  keep_headers(headers, REQUEST_HEADERS)
  headers:replace('content-length', tostring(#text))
  headers:replace(':authority', configuration.authority)
  headers:replace(':path', configuration.path .. path:gsub('^/v1', ''))
end

-- Envoy forwards a request whose script failed: it would carry our key to a model of the client's choice.
function envoy_on_request(handle)
  local succeeded, status, reason = pcall(forward, handle)
  if not succeeded then
    handle:logErr('external model: ' .. tostring(status))
    status, reason = '500', 'failed'
  end
  if status then
    handle:respond({ [':status'] = status, ['content-type'] = 'application/json' }, configuration.refusals[reason])
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local status = headers:get(':status')
  keep_headers(headers, RESPONSE_HEADERS)
  if REFUSES_PLATFORM[status] then
    handle:logErr('external model: ' .. configuration.authority .. ' refuses the platform with status ' .. status)
    local reply = configuration.refusals.provider
    handle:body(true):setBytes(reply)
    headers = handle:headers()
    headers:replace(':status', '502')
    headers:replace('content-type', 'application/json')
    headers:replace('content-length', tostring(#reply))
  end
end
