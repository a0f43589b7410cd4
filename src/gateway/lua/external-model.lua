-- What a provider outside of the platform gets of a request, and a client of its answer. Runs as an upstream filter of the
-- provider's cluster: nothing reaches the provider past it. Its key comes from the filter before this one.

-- Replaced when the platform is synthesized.
-- authority: host, and port where it is not 443; path: what stands before /chat/completions and the like
-- model:     name of the model at the provider, as JSON
-- refusals:  JSON bodies: body (not one that can be read), path (not offered), key (none is there), provider (it
-- refuses the platform), failed
local configuration = { authority = '', path = '', model = '""', refusals = {} } -- @configuration

-- Everything else of a client stays here: cookies, addresses, its organization at the provider, keys in other headers.
local REQUEST_HEADERS = { ['authorization'] = true, ['content-type'] = true, ['accept'] = true }
local RESPONSE_HEADERS = {
  ['content-type'] = true, ['content-length'] = true, ['content-encoding'] = true, ['transfer-encoding'] = true,
  ['retry-after'] = true, ['date'] = true,
}

-- What may be asked: whose answers always tell their tokens; and whether its streams do so only when they are asked to.
local PATHS = { ['/v1/chat/completions'] = true, ['/v1/completions'] = true, ['/v1/embeddings'] = false }

-- What a provider says when it refuses the key, the account or its budget: nothing that the client can mend.
local REFUSES_PLATFORM = { ['401'] = true, ['402'] = true, ['403'] = true }

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

-- Makes of a request what the provider gets; returns status and reason of a refusal, or nothing.
local function forward(handle)
  local path = handle:headers():get(':path'):match('^[^?]*')
  if handle:headers():get(':method') ~= 'POST' or PATHS[path] == nil then
    return '404', 'path'
  end
  if not (handle:headers():get('authorization') or ''):find('^Bearer [!-~]+$') then
    handle:logErr('external model: no key for ' .. configuration.authority .. ', or one with a blank or line break')
    return '503', 'key'
  end
  local body = handle:body(true)
  local text = with_model(body:getBytes(0, body:length()), configuration.model, PATHS[path])
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

function envoy_on_request(handle)
  forward_or_refuse(handle, forward, configuration.refusals, 'external model')
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
