-- Answers GET /v1/models of the platform's own host: which models the caller's tier may use, in the shape of OpenAI's API.
-- Runs behind authentication, and only for that host, where models may have paths of their own.

-- Replaced when the platform is synthesized.
-- path:     of the list; one model is below it
-- models:   model name -> JSON object
-- tiers:    tier name -> names of the models that it may use, in order
-- notFound: JSON body where there is no such model
local configuration = { path = '/v1/models', models = {}, tiers = {}, notFound = '' } -- @configuration

-- Set by the gateway's authentication, which runs before this script; a filter before that removes what clients send.
local TIER_HEADER = 'x-maas-tier'

local function list_of(names)
  local objects = {}
  for position, name in ipairs(names) do
    objects[position] = configuration.models[name]
  end
  return '{"object":"list","data":[' .. table.concat(objects, ',') .. ']}'
end

local NOTHING = { list = list_of({}), models = {} }

local tiers = {}
for tier, names in pairs(configuration.tiers) do
  local models = {}
  for _, name in ipairs(names) do
    models[name] = configuration.models[name]
  end
  tiers[tier] = { list = list_of(names), models = models }
end

local function decoded(text)
  return (text:gsub('%%(%x%x)', function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- What follows the list's path, without query, a slash at the end, and escapes; nil for a path that is not the list's.
local function model_of(path)
  path = path:match('^[^?]*')
  if (path .. '/'):sub(1, #configuration.path + 1) ~= configuration.path .. '/' then
    return nil
  end
  return decoded(path:sub(#configuration.path + 2):gsub('/$', ''))
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local tier = tiers[headers:get(TIER_HEADER)] or NOTHING
  local model = model_of(headers:get(':path'))
  if not model then
    return
  end
  local body = model == '' and tier.list or tier.models[model]
  handle:respond(
    { [':status'] = body and '200' or '404', ['content-type'] = 'application/json' },
    body or configuration.notFound
  )
end
