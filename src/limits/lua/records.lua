-- What others see of usage: counters for Prometheus, with labels as Istio's annotation `extraStatTags` names them, and
-- dynamic metadata for the access log. Neither decides anything.

local METADATA = 'maas'

local counters, counter_count = {}, 0

local function label(name, value)
  return name .. '=.=' .. value:gsub('[^%w./-]', '_') .. ';.;'
end

-- tier -> model -> name of the counter
local CHARGED_TOKENS = {}

for _, tier in ipairs(TIER_LIST) do
  CHARGED_TOKENS[tier] = {}
  for _, model in ipairs(MODEL_LIST) do
    CHARGED_TOKENS[tier][model] = label('tier', tier.name) .. label('model', model.name) .. 'charged_tokens'
  end
end

local function increase_counter(handle, name, user, amount)
  if configuration.userLabel then
    name = label('user', user) .. name
  end
  local counter = counters[name]
  if not counter then
    local stats = handle.stats and handle:stats()
    if not stats then
      return
    end
    if counter_count >= MOST_ACCOUNTS then
      counters, counter_count = {}, 0
    end
    counter = stats:counter(name)
    counters[name], counter_count = counter, counter_count + 1
  end
  counter:add(amount)
end

-- Charged tokens that the counter does not have yet. It cannot go down: what an estimate was too high stays in it.
local function count_tokens(handle, request, tokens)
  if tokens > 0 then
    increase_counter(handle, CHARGED_TOKENS[request.tier][request.model], request.user, tokens)
  end
end

local function count_refusal(handle, request, window)
  local name = label('tier', request.tier.name) .. label('window', window) .. 'refused_requests'
  increase_counter(handle, name, request.user, 1)
end

-- The line of the usage ledger, as far as this script knows it; the access log adds status and duration. `refused`: the
-- window that refused the request.
local function record_request(handle, request, refused)
  if configuration.ledger then
    local line = { user = request.user, tier = request.tier.name, model = request.model.name, path = request.path.name }
    line.refused = refused
    handle:streamInfo():dynamicMetadata():set(METADATA, 'request', line)
  end
end

local function record_usage(handle, meter, charged)
  if configuration.ledger then
    local prompt, completion = metered_tokens(meter)
    local usage = { prompt = prompt, completion = completion, total = prompt + completion, charged = charged }
    if meter.total and not meter.prompt then
      usage.prompt, usage.completion = nil, nil -- the engine told the sum only
    end
    handle:streamInfo():dynamicMetadata():set(METADATA, 'usage', usage)
  end
end
