-- Slows down who guesses keys: an address with many 401 answers in a minute waits before each further request. Envoy runs
-- one copy of this script in every worker thread, before authentication; each copy counts for itself. The waiting is done
-- by Envoy's fault filter, right behind this one.

-- Replaced when the platform is synthesized.
-- failures: answers 401 to one address in a minute, after which it waits
local configuration = { failures = 20 } -- @configuration

-- A filter before this one removes what clients send under this name.
local DELAY_HEADER = 'x-envoy-fault-delay-request'
local DELAY_MILLISECONDS = '1000'

-- Addresses that are remembered at once; further ones are not slowed down, so that nobody can fill the memory.
local MOST_ADDRESSES = 1000

local minute = 0
local failures = {} -- address -> answers 401 in this minute
local known = 0 -- addresses in it
local slow = 0 -- those that wait

local function forget_last_minute()
  local now = math.floor(os.time() / 60)
  if now ~= minute then
    minute, failures, known, slow = now, {}, 0, 0
  end
end

-- The client's address without its port; of IPv6 the first half, because one client has the other half to itself.
local function address_of(handle)
  local address = handle:streamInfo():downstreamRemoteAddress()
  local long = address:match('^%[(.*)%]')
  if not long then
    return address:match('^[^:]*')
  end
  local groups = long:match('^(.-)::') or long
  return groups:match('^%x*:%x*:%x*:%x*') or groups
end

function envoy_on_request(handle)
  if slow == 0 then
    return -- nearly always: costs no more than the call
  end
  forget_last_minute()
  if (failures[address_of(handle)] or 0) >= configuration.failures then
    handle:headers():replace(DELAY_HEADER, DELAY_MILLISECONDS)
  end
end

function envoy_on_response(handle)
  if handle:headers():get(':status') ~= '401' then
    return
  end
  forget_last_minute()
  local address = address_of(handle)
  local count = failures[address]
  if not count then
    if known == MOST_ADDRESSES then
      return
    end
    known = known + 1
    count = 0
  end
  failures[address] = count + 1
  if count + 1 == configuration.failures then
    slow = slow + 1
  end
end
