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

local function refuse_over_limit(tier, window)
  local reply = refusal('429', 'tokens', 'rate_limit_exceeded', 'token limit reached: ' .. decimal(window.used)
    .. ' of ' .. decimal(window.limit) .. ' tokens of the ' .. window.name .. ' window used by tier ' .. tier)
  reply.headers[LIMIT_HEADER] = decimal(window.limit)
  reply.headers[CONSUMED_HEADER] = '0'
  reply.headers[REMAINING_HEADER] = '0'
  reply.headers[RESET_HEADER] = decimal(window.reset)
  reply.headers['retry-after'] = decimal(window.reset)
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

-- Describes `window` in a response; upstream headers of these names never mix in. consumed is nil where the headers
-- leave before the count is known, window is nil where the tier has no limit.
local function set_limit_headers(headers, window, consumed)
  if not window then
    headers:remove(LIMIT_HEADER)
    headers:remove(CONSUMED_HEADER)
    headers:remove(REMAINING_HEADER)
    headers:remove(RESET_HEADER)
    return
  end
  headers:replace(LIMIT_HEADER, decimal(window.limit))
  headers:replace(REMAINING_HEADER, decimal(window.remaining))
  headers:replace(RESET_HEADER, decimal(window.reset))
  if consumed then
    headers:replace(CONSUMED_HEADER, decimal(consumed))
  else
    headers:remove(CONSUMED_HEADER)
  end
end
