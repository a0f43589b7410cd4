-- What clients see of their limits: headers, and refusals in the shape of OpenAI's API.

local LIMIT_HEADER = 'x-ratelimit-limit-tokens'
local CONSUMED_HEADER = 'x-ratelimit-consumed-tokens'
local REMAINING_HEADER = 'x-ratelimit-remaining-tokens'
local RESET_HEADER = 'x-ratelimit-reset-tokens'

local function decimal(number)
  return string.format('%.0f', number)
end

local function json_string(text)
  return '"' .. text:gsub('[^ -~]', '?'):gsub('["\\]', '\\%0') .. '"'
end

local function refusal(status, kind, code, message)
  return {
    headers = { [':status'] = status, ['content-type'] = 'application/json' },
    body = '{"error":{"message":' .. json_string(message) .. ',"type":' .. json_string(kind)
      .. ',"code":' .. json_string(code) .. ',"param":null}}',
  }
end

local function refuse_identity(code, message)
  return refusal('403', 'permission_error', code, message)
end

-- `needed` is what the request would have reserved, nil where nothing is reserved.
local function refuse_over_limit(tier_name, limit, used, needed)
  local message = 'token limit reached: ' .. decimal(used) .. ' of ' .. decimal(limit.tokens) .. ' tokens of the '
    .. limit.window.name .. ' window used by tier ' .. tier_name
  if needed then
    message = message .. ', and this request may need ' .. decimal(needed)
  end
  local reset = decimal(limit.window.reset)
  local reply = refusal('429', 'tokens', 'rate_limit_exceeded', message)
  reply.headers[LIMIT_HEADER] = decimal(limit.tokens)
  reply.headers[CONSUMED_HEADER] = '0'
  reply.headers[REMAINING_HEADER] = decimal(math.max(0, limit.tokens - used))
  reply.headers[RESET_HEADER] = reset
  reply.headers['retry-after'] = reset
  return reply
end

local UNCOUNTABLE = 'token limits cannot be counted, so this request is refused: the gateway needs Envoy 1.38 or '
  .. 'newer and the annotation sidecar.istio.io/statsInclusionRegexps: http\\..*lua\\..* in the '
  .. 'spec.infrastructure.annotations of its Gateway'

local function refuse_uncountable()
  return refusal('503', 'server_error', 'token_limits_unavailable', UNCOUNTABLE)
end

local function refuse_broken()
  local message = 'the token limit of this gateway failed; its log says why'
  return refusal('500', 'server_error', 'token_limits_failed', message)
end

-- Describes a limit in a response; upstream headers of these names never mix in. consumed is nil where the headers
-- leave before the count is known, limit is nil where the tier has none.
local function set_limit_headers(headers, limit, used, consumed)
  if not limit then
    headers:remove(LIMIT_HEADER)
    headers:remove(CONSUMED_HEADER)
    headers:remove(REMAINING_HEADER)
    headers:remove(RESET_HEADER)
    return
  end
  headers:replace(LIMIT_HEADER, decimal(limit.tokens))
  headers:replace(REMAINING_HEADER, decimal(math.max(0, limit.tokens - used)))
  headers:replace(RESET_HEADER, decimal(limit.window.reset))
  if consumed then
    headers:replace(CONSUMED_HEADER, decimal(consumed))
  else
    headers:remove(CONSUMED_HEADER)
  end
end
