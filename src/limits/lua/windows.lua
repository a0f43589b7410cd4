-- Windows are aligned to UTC. Each function takes seconds since 1970 and returns the window's id, a number that grows
-- by one from window to window, and the seconds until it ends (at least 1).

local WINDOW_NAMES = { 'minute', 'hour', 'day', 'month' }

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
  minute = fixed_window(60),
  hour = fixed_window(3600),
  day = fixed_window(86400),
  month = month_window,
}
