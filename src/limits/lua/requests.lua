-- What is known of a request that costs tokens: user, tier, path, model, the guessed length of its prompt, and with
-- overshoot 'none' what it has reserved and in which second. The request's half of the script leaves it for the
-- response's half in dynamic metadata; a field of that costs a microsecond, so it is only one: the user, and a number
-- that says all the rest.

local REMEMBERED, RESERVED = 'maas.request', 'maas.reserved'

-- What an aborted stream pays for its prompt at most: images and the like are much longer than their tokens.
local LONGEST_GUESS = 8192
local GUESSES = LONGEST_GUESS + 1

-- All tiers, paths and models, and the place of each in its list.
local TIER_LIST, PATH_LIST, MODEL_LIST, PLACE = {}, {}, {}, {}

local function append(list, thing)
  PLACE[thing] = #list
  list[#list + 1] = thing
end

for name, tier in pairs(TIERS) do
  tier.name = name
  append(TIER_LIST, tier)
end
for name, path in pairs(METERED_PATHS) do
  path.name = name
  append(PATH_LIST, path)
end
append(MODEL_LIST, OTHER_MODEL)
for _, model in pairs(configuration.models) do
  append(MODEL_LIST, model)
end

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
  if METERED_PATHS[path] then
    return path
  end
  path = plain_path(path)
  for metered in pairs(METERED_PATHS) do
    if path:sub(-#metered) == metered then
      return metered
    end
  end
  return nil
end

-- By host, else by host and first segment of the path, which is as written: the route takes no other spelling.
local function model_of(authority, path)
  local models = configuration.models
  if models[authority] then
    return models[authority]
  end
  local host = (authority or ''):lower():match('^[^:]*') -- Envoy ignores the port, whatever it is
  return models[host] or models[host .. (path:match('^/[^/?]*') or '')] or OTHER_MODEL
end

local function remember_request(handle, request)
  local number = PLACE[request.tier]
  number = number * #PATH_LIST + PLACE[request.path]
  number = number * #MODEL_LIST + PLACE[request.model]
  number = number * GUESSES + request.prompt
  local metadata = handle:streamInfo():dynamicMetadata()
  metadata:set(REMEMBERED, request.user, number)
  if request.reserved then
    metadata:set(RESERVED, 'tokens', request.reserved)
    metadata:set(RESERVED, 'second', request.second)
  end
end

-- nil for a request that costs nothing or was refused.
local function recall_request(handle)
  local metadata = handle:streamInfo():dynamicMetadata()
  local remembered = metadata:get(REMEMBERED)
  if not remembered then
    return nil
  end
  local user, number = next(remembered)
  local request = { user = user, prompt = number % GUESSES }
  number = math.floor(number / GUESSES)
  request.model = MODEL_LIST[number % #MODEL_LIST + 1]
  number = math.floor(number / #MODEL_LIST)
  request.path = PATH_LIST[number % #PATH_LIST + 1]
  request.tier = TIER_LIST[math.floor(number / #PATH_LIST) + 1]
  local reserved = configuration.overshoot == 'none' and metadata:get(RESERVED)
  if reserved then
    request.reserved, request.second = reserved.tokens, reserved.second
  end
  return request
end
