-- The filter: what Envoy calls for every request and every response of the gateway.

-- Waiting for a body holds the response's headers back until it is complete, which gives exact headers; beyond the
-- listener's buffer (32 KiB in Istio's edge profile) Envoy would turn the model's answer into a 500.
local LARGEST_HELD_BODY = 30 * 1024

local LONGEST_USER = 256

-- Spellings of one path that a model server would serve alike: a query, %-escapes, doubled and trailing slashes.
local function plain_path(path)
  path = path:match('^[^?#]*')
  if path:find('%', 1, true) then
    path = path:gsub('%%(%x%x)', function(hex)
      return string.char(tonumber(hex, 16))
    end)
  end
  return (path:gsub('//+', '/'):gsub('/$', ''))
end

-- The metered path that `path` ends with, whatever route prefix is before it; nil when it costs nothing.
local function metered_path(path)
  path = plain_path(path)
  for metered in pairs(METERED_PATHS) do
    if path:sub(-#metered) == metered then
      return metered
    end
  end
  return nil
end

local function host_weight(authority)
  local host = (authority or ''):lower():gsub(':%d+$', '')
  return configuration.weights[host] or 1
end

-- Lets a request pass (nil) or returns its refusal.
local function admit(handle)
  local headers = handle:headers()
  local user, tier = headers:get(USER_HEADER), headers:get(TIER_HEADER)
  headers:remove(USER_HEADER) -- the model never learns who asks
  headers:remove(TIER_HEADER)
  if headers:get(':method') ~= 'POST' then
    return nil
  end
  local path = metered_path(headers:get(':path') or '')
  if not path then
    return nil
  end
  if not user or user == '' or #user > LONGEST_USER then
    return refuse_identity('user_unknown', 'no user is known for this request: this path needs an API key or a token')
  end
  local tier_limits = configuration.tiers[tier or '']
  if not tier_limits then
    return refuse_identity('tier_unknown', 'tier "' .. (tier or '') .. '" has no token limits on this gateway')
  end
  if tier_limits.enforce and next(tier_limits.windows) ~= nil then
    local windows = read_windows(handle, user, tier_limits.windows, os.time())
    if not windows then
      handle:logErr(UNCOUNTABLE)
      return refuse_uncountable()
    end
    local window = tightest(windows)
    if window.remaining == 0 then
      return refuse_over_limit(tier, window)
    end
  end
  headers:remove('accept-encoding') -- compressed usage can't be read
  handle:streamInfo():dynamicMetadata():set(METADATA, 'request', {
    user = user, tier = tier, path = path, weight = host_weight(headers:get(':authority')),
  })
  return nil
end

-- What `tokens` of the model cost the user. The small number keeps 50 * 1.1 = 55.00000000000001 from becoming 56.
local function weighted(request, tokens)
  return math.ceil(tokens * request.weight - 1e-6)
end

local function answer_format(headers)
  local encoding = headers:get('content-encoding')
  local content_type = (headers:get('content-type') or ''):lower()
  if encoding and encoding ~= 'identity' then
    return 'bytes'
  elseif content_type:find('text/event-stream', 1, true) then
    return 'events'
  end
  return content_type:find('json', 1, true) and 'json' or 'bytes'
end

-- A short JSON answer: wait for all of it, then say exactly what it consumed and what remains.
local function settle_body(handle, request, limits, meter)
  local body = handle:body()
  if body then
    read_bytes(meter, body:getBytes(0, body:length()))
  end
  local consumed = weighted(request, final_tokens(meter))
  local window = charge(handle, request.user, limits, consumed)
  set_limit_headers(handle:headers(), window, consumed) -- headers() from before body() is dead
end

-- Streams and large answers: headers first, nothing is held back. What the engine reports on the way is charged at
-- once, because nothing runs here any more when the client leaves.
local function settle_chunks(handle, request, limits, meter)
  set_limit_headers(handle:headers(), charge(handle, request.user, limits, 0), nil)
  local charged = 0
  local function charge_up_to(tokens)
    local due = weighted(request, tokens)
    if due > charged then
      charge(handle, request.user, limits, due - charged)
      charged = due
    end
  end
  for chunk in handle:bodyChunks() do
    read_bytes(meter, chunk:getBytes(0, chunk:length()))
    if meter.reported then
      charge_up_to(meter.reported)
    end
  end
  charge_up_to(final_tokens(meter))
end

-- Runs for every response, also for 401, 429 and 503 that the gateway itself gives: only an admitted request has our
-- metadata, and only a 2xx costs anything.
local function settle(handle)
  local metadata = handle:streamInfo():dynamicMetadata():get(METADATA)
  local request = metadata and metadata.request
  if not request then
    return
  end
  local limits = configuration.tiers[request.tier].windows
  local headers = handle:headers()
  local status = headers:get(':status') or ''
  if status:sub(1, 1) ~= '2' then
    set_limit_headers(headers, charge(handle, request.user, limits, 0), 0)
    return
  end
  local format = answer_format(headers)
  local length = tonumber(headers:get('content-length') or '')
  local meter = new_meter(format, METERED_PATHS[request.path])
  if format == 'json' and length and length <= LARGEST_HELD_BODY then
    settle_body(handle, request, limits, meter)
  else
    settle_chunks(handle, request, limits, meter)
  end
end

-- Envoy forwards a request whose script failed: that would be no limit at all, so a failure is a refusal.
function envoy_on_request(handle)
  local succeeded, reply = pcall(admit, handle)
  if not succeeded then
    handle:logErr('token limits: ' .. tostring(reply))
    reply = refuse_broken()
  end
  if reply then
    handle:respond(reply.headers, reply.body)
  end
end

function envoy_on_response(handle)
  local succeeded, message = pcall(settle, handle)
  if not succeeded then
    handle:logErr('token limits: ' .. tostring(message))
  end
end
