-- Windows are aligned to UTC. `locate` takes seconds since 1970 and gives the window's id, a number that grows by one
-- from window to window, and the seconds until it ends (at least 1).

local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function fixed_window(length)
  return function(now)
    return math.floor(now / length), length - now % length
  end
end

local function month_window(now)
  local date = os.date('!*t', now)
  local days = MONTH_DAYS[date.month]
  if date.month == 2 and date.year % 4 == 0 then
    days = 29 -- right until 2100
  end
  return date.year * 12 + date.month, (days - date.day) * 86400 + 86400 - now % 86400
end

local WINDOWS = {
  { name = 'minute', locate = fixed_window(60) },
  { name = 'hour', locate = fixed_window(3600) },
  { name = 'day', locate = fixed_window(86400) },
  { name = 'month', locate = month_window },
}

local located_at = nil

-- Brings `id` and `reset` of every window up to date, once a second, and returns the second.
local function locate_windows()
  local now = os.time()
  if now ~= located_at then
    for _, window in ipairs(WINDOWS) do
      window.id, window.reset = window.locate(now)
    end
    located_at = now
  end
  return now
end

-- The tiers with their limits as a list, in the order of WINDOWS.
local TIERS = {}

for name, tier in pairs(configuration.tiers) do
  local limits = {}
  for _, window in ipairs(WINDOWS) do
    local tokens = tier.windows[window.name]
    if tokens then
      table.insert(limits, { window = window, tokens = tokens })
    end
  end
  TIERS[name] = { enforce = tier.enforce, limits = limits }
end
