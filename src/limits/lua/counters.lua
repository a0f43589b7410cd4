-- Counters. A Lua table belongs to one worker thread; the only memory that all workers share are Envoy's gauges, and
-- they know atomic add, set and value, no compare-and-set. So nothing is ever reset:
--
--   limit_total  one a user: every token ever charged, by atomic add
--   limit_base   one a user and window: what limit_total was when the window began, and which window that is
--
-- used = limit_total - limit_base. At the turn of a window several workers may write the new base at once. Each reads
-- the total BEFORE it looks at the base, and charges only after the base is there; so a base that a slow worker writes
-- late can only be too low: no token is lost, and what is counted twice is what settled in those microseconds.
--
-- A base packs (window id mod 65535 + 1) * 2^37 + (total mod 2^37), because value() is exact up to 2^53. It is never 0:
-- 0 means that the gauge was never set, or that the proxy's stats matcher dropped it. Limits hold up to 2^36 tokens.
-- The id repeats after 65535 windows: who comes back after exactly 45 days and 12 hours may find that old minute's use.

local RANGE = 2 ^ 37
local WINDOW_IDS = 65535

-- Envoy never frees a gauge and takes its name apart at dots: letters, digits and '-' stay, all else becomes _hex.
local function escape_name(name)
  if not name:find('[^%w-]') then
    return name
  end
  return (name:gsub('[^%w-]', function(character)
    return string.format('_%02x', character:byte())
  end))
end

local function gauge_prefix(user)
  return 'user=.=' .. escape_name(user) .. ';.;'
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

-- What the total was when window `id` began, written now if this is the first that is seen of it. One id ahead is
-- another worker whose clock has turned a moment before ours: putting the old id back would lose what it counted.
local function read_base(gauge, id, total)
  local stored = id % WINDOW_IDS + 1
  local packed = gauge:value()
  if packed == 0 or (math.floor(packed / RANGE) - stored) % WINDOW_IDS > 1 then
    gauge:set(stored * RANGE + total % RANGE)
    packed = gauge:value()
  end
  return packed ~= 0 and packed % RANGE or nil
end

-- The user's windows as they stand: a list of { name, limit, used, remaining, reset } and the gauge to charge.
-- nil when this proxy can't count: an Envoy before 1.38, or one whose stats matcher drops our gauges.
local function read_windows(handle, user, limits, now)
  local stats = handle.stats and handle:stats()
  if not stats then
    return nil
  end
  local prefix = gauge_prefix(user)
  local total_gauge = stats:gauge(prefix .. 'limit_total')
  local total = read_total(total_gauge)
  if not total then
    return nil
  end
  local windows = {}
  for _, name in ipairs(WINDOW_NAMES) do
    local limit = limits[name]
    if limit then
      local id, reset = WINDOWS[name](now)
      local base = read_base(stats:gauge(prefix .. 'window=.=' .. name .. ';.;limit_base'), id, total)
      if not base then
        return nil
      end
      local used = (total - base) % RANGE
      if used >= RANGE / 2 then
        used = 0 -- another worker wrote a newer base after we had read the total
      end
      windows[#windows + 1] =
        { name = name, limit = limit, used = used, remaining = math.max(0, limit - used), reset = reset }
    end
  end
  return windows, total_gauge
end

-- The window that describes a user best: the least remaining; among equals the one that ends last, so that whoever
-- waits for it is not refused by the next one. nil when the tier has no limit.
local function tightest(windows)
  local found = nil
  for _, window in ipairs(windows) do
    if not found or window.remaining < found.remaining
        or (window.remaining == found.remaining and window.reset > found.reset) then
      found = window
    end
  end
  return found
end

-- Charges tokens to the windows of this moment and returns the tightest of them afterwards.
local function charge(handle, user, limits, tokens)
  if next(limits) == nil then
    return nil
  end
  local windows, total_gauge = read_windows(handle, user, limits, os.time())
  if not windows then
    return nil
  end
  if tokens > 0 then
    total_gauge:add(tokens)
  end
  for _, window in ipairs(windows) do
    window.used = window.used + tokens
    window.remaining = math.max(0, window.limit - window.used)
  end
  return tightest(windows)
end
