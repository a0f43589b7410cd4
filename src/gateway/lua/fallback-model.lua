-- Gives a request that one model could not answer to another one, by the name that it has there. Runs behind the tokens'
-- count: what the other answers is charged as an answer of the first.

-- Replaced when the platform is synthesized.
-- model:    name of the other model, as JSON
-- refusals: JSON bodies: body (not one that can be read), failed
local configuration = { model = '""', refusals = {} } -- @configuration

local function forward(handle)
  local body = handle:body(true)
  local text = with_model(body:getBytes(0, body:length()), configuration.model, false)
  if not text then
    return '400', 'body'
  end
  body:setBytes(text)
  handle:headers():replace('content-length', tostring(#text))
end

function envoy_on_request(handle)
  forward_or_refuse(handle, forward, configuration.refusals, 'fallback')
end
