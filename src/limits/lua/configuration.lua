-- Token limits of the gateway. This script is the modules of src/limits/lua joined in a fixed order: configuration,
-- windows, counters, usage, events, requests, records, replies, filter. Envoy runs one copy of it in every worker
-- thread, right before the router.

-- Replaced when the platform is synthesized; as it stands no tier is known and every metered request is refused.
-- tiers:     tier name -> { enforce = boolean, windows = { minute|hour|day|month = tokens } }
-- models:    host without port, and /<segment> where models share it -> { name = string, prompt|completion|cached = what one such token costs }
-- overshoot: 'inflight': what is in flight may pass a limit; 'none': requests reserve what they may need
-- ledger:    whether the access log wants the figures of every request; userLabel: whether Prometheus gets user names
local configuration = { tiers = {}, models = {}, overshoot = 'inflight', ledger = false, userLabel = false } -- @configuration

-- Set by the gateway's authentication, which runs before this script; a filter before that removes what clients send.
local USER_HEADER = 'x-maas-user'
local TIER_HEADER = 'x-maas-tier'

-- Paths that cost tokens when POSTed. `json` are the keys of generated text in a whole answer, `events` is what comes
-- right before it in a stream: quotes inside of text are escaped, so text cannot imitate these.
local METERED_PATHS = {
  ['/v1/chat/completions'] = {
    json = { content = true, reasoning_content = true, reasoning = true, arguments = true },
    events = { 'content":', 'reasoning":', 'arguments":' },
  },
  ['/v1/completions'] = { json = { text = true }, events = { 'text":' } },
  ['/v1/embeddings'] = { json = {}, events = {} },
  ['/v1/responses'] = { json = { text = true, arguments = true }, events = { 'delta":' } },
  ['/v1/messages'] = {
    json = { text = true, thinking = true },
    events = { 'text":', 'thinking":', 'partial_json":' },
  },
}

-- A host that the configuration does not name.
local OTHER_MODEL = { name = 'other', prompt = 1, completion = 1, cached = 1 }
