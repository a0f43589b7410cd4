-- Token limits of the gateway. This script is the modules of src/limits/lua joined in a fixed order: configuration,
-- windows, counters, usage, replies, filter. Envoy runs one copy of it in every worker thread, right before the router.

-- Replaced when the platform is synthesized; as it stands no tier is known and every metered request is refused.
-- tiers:   tier name -> { enforce = boolean, windows = { minute|hour|day|month = tokens } }
-- weights: host without port -> what one token of that host's model costs (1 where a host is not named)
local configuration = { tiers = {}, weights = {} } -- @configuration

-- Set by the gateway's authentication, which runs before this script; a filter before that removes what clients send.
local USER_HEADER = 'x-maas-user'
local TIER_HEADER = 'x-maas-tier'

-- What the request's half of the script tells the response's half, and the access log.
local METADATA = 'maas'

-- Paths that cost tokens when POSTed, and the keys that hold generated text in their answers.
local METERED_PATHS = {
  ['/v1/chat/completions'] = { 'content', 'reasoning_content', 'reasoning', 'arguments' },
  ['/v1/completions'] = { 'text' },
  ['/v1/embeddings'] = {},
  ['/v1/responses'] = { 'delta', 'text', 'arguments' },
  ['/v1/messages'] = { 'text', 'thinking', 'partial_json' },
}
