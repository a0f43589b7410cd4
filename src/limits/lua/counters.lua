-- Counters. A Lua table belongs to one worker thread; the only memory that all workers share are Envoy's gauges, and
-- they know atomic add and sub, set and value, no compare-and-set. So nothing is ever reset:
--
--   limit_total  one a user: every token ever charged
--   limit_base   one a user and window: what limit_total was when the window began, and which window that is
--
-- used = limit_total - limit_base. At the turn of a window several workers may write the new base at once. Each reads
-- the total BEFORE it looks at the base, and charges only after the base is there; so a base that a slow worker writes
-- late can only be too low: no token is lost, and what is counted twice is what settled in those microseconds.
--
-- A base packs (window id mod 65535 + 1) * 2^37 + (total mod 2^37), because value() is exact up to 2^53. It is never 0:
-- 0 means that the gauge was never set, or that the proxy's stats matcher dropped it. Limits hold up to 2^35 tokens.
-- The id repeats after 65535 windows: who comes back exactly so many minutes later (45 days, 12 hours), or one less, may
-- find that old minute's use.

local RANGE = 2 ^ 37
local WINDOW_IDS = 65535
local LARGEST_LIMIT = 2 ^ 35

-- Envoy never frees a gauge and takes its name apart at dots: letters, digits and '-' stay, all else becomes _hex.
local function escape_name(name)
  if not name:find('[^%w-]') then
    return name
  end
  return (name:gsub('[^%w-]', function(character)
    return string.format('_%02x', character:byte())
  end))
end

-- A user's gauges, as far as this worker has met the user lately: to find a gauge by its name is most of its cost.
local MOST_ACCOUNTS = 1000
local accounts, account_count = {}, 0

-- nil on a proxy that has no gauges for scripts: an Envoy before 1.38.
local function open_account(handle, user)
  local account = accounts[user]
  if not account then
    local stats = handle.stats and handle:stats()
    if not stats then
      return nil
    end
    if account_count >= MOST_ACCOUNTS then
      accounts, account_count = {}, 0
    end
    local prefix = 'user=.=' .. escape_name(user) .. ';.;'
    account = { prefix = prefix, total = stats:gauge(prefix .. 'limit_total'), bases = {} }
    accounts[user], account_count = account, account_count + 1
  end
  return account
end

-- The total, or nil where gauges forget what they are told. Multiples of RANGE don't change any use, so the first
-- worker (or two at once) may add one to see whether the gauge is alive.
local function read_total(gauge)
  local total = gauge:value()
  if total == 0 then
    gauge:add(RANGE)
    total = gauge:value()
  end
  return total ~= 0 and total or nil
end

-- What the total was when the window began, written now if this is the first that is seen of it. One id ahead is
-- another worker whose clock has turned a moment before ours: putting the old id back would lose what it counted.
local function read_base(handle, account, window, total)
  local gauge = account.bases[window.name]
  if not gauge then
    gauge = handle:stats():gauge(account.prefix .. 'window=.=' .. window.name .. ';.;limit_base')
    account.bases[window.name] = gauge
  end
  local stored = window.id % WINDOW_IDS + 1
  local packed = gauge:value()
  if packed == 0 or (math.floor(packed / RANGE) - stored) % WINDOW_IDS > 1 then
    gauge:set(stored * RANGE + total % RANGE)
    packed = gauge:value()
  end
  return packed ~= 0 and packed % RANGE or nil
end

-- The limit that describes a user best, and what is used of it: the least remaining; among equals the window that ends
-- last, so that whoever waits for it is not refused by the next one. nil where nothing can be counted, or the tier has
-- no limit. `slack` is added to every limit.
local function tightest(handle, account, tier, slack)
  local total = account and read_total(account.total)
  if not total then
    return nil
  end
  locate_windows()
  local found, found_used, least
  for _, limit in ipairs(tier.limits) do
    local base = read_base(handle, account, limit.window, total)
    if not base then
      return nil
    end
    local used = (total - base) % RANGE
    if used > RANGE - LARGEST_LIMIT then
      used = 0 -- below zero: another worker wrote a newer base after we had read the total
    end
    local remaining = math.max(0, limit.tokens + slack - used)
    if not found or remaining < least or (remaining == least and limit.window.reset > found.window.reset) then
      found, found_used, least = limit, used, remaining
    end
  end
  return found, found_used
end

-- Corrects the total by a number of tokens; what is taken back has been added before.
local function add_tokens(account, tokens)
  if tokens > 0 then
    account.total:add(tokens)
  elseif tokens < 0 then
    account.total:sub(-tokens)
  end
end

-- Charges tokens to the windows of this moment and returns what `tightest` will then say. Also with nothing to charge it
-- sees to it that every window has its base.
local function charge(handle, account, tier, tokens)
  local limit, used = tightest(handle, account, tier, -tokens)
  if not limit then
    return nil
  end
  add_tokens(account, tokens)
  return limit, math.max(0, used + tokens)
end

-- What one request has been charged, and how much of it before each window of its tier began. `second`: when the first
-- of it was charged.
local function open_bill(tier, charged, second)
  local bill = { charged = charged, windows = {} }
  for index, limit in ipairs(tier.limits) do
    bill.windows[index] = { id = limit.window.locate(second), before = 0 }
  end
  return bill
end

-- Brings a bill to `cost` and returns what `tightest` then says. What is taken back was charged to a window that may be
-- over: a window that has begun since gives back only its own, or whoever ends a stream after the turn would begin with a
-- credit.
local function settle_bill(handle, account, tier, bill, cost)
  local more = cost - bill.charged
  local limit, used = charge(handle, account, tier, math.max(0, more))
  for index, of_tier in ipairs(tier.limits) do
    local window = bill.windows[index]
    if window.id ~= of_tier.window.id then
      window.id, window.before = of_tier.window.id, bill.charged
    end
    local of_others = window.before - cost
    if limit and more < 0 and of_others > 0 then
      account.bases[of_tier.window.name]:sub(of_others)
    end
  end
  if limit and more < 0 then
    add_tokens(account, more)
    limit, used = tightest(handle, account, tier, 0)
  end
  bill.charged = cost
  return limit, used
end
