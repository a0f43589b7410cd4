import { renderTokenLimitScript, type TokenLimitScriptConfiguration } from '../../src/limits/lua-script';

// fengari is Lua in JavaScript; it has no types of its own.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { lua, lauxlib, lualib, to_luastring: toLua } = require('fengari');

/**
 * Runs Lua and returns the one value that it returns.
 *
 * @throws Error with Lua's own message.
 */
export function runLua(source: string): unknown {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  if (lauxlib.luaL_dostring(state, toLua(source)) !== lua.LUA_OK) {
    throw new Error(lua.lua_tojsstring(state, -1));
  }
  return toJavaScript(state, lua.lua_gettop(state));
}

/** Tables with the keys 1, 2, … become arrays, empty tables `{}`, strings are decoded from UTF-8. */
function toJavaScript(state: unknown, index: number): unknown {
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TNIL:
      return undefined;
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, index);
    case lua.LUA_TNUMBER:
      return lua.lua_tonumber(state, index);
    case lua.LUA_TSTRING:
      return lua.lua_tojsstring(state, index);
    default: {
      const members: [string, unknown][] = [];
      // Lua promises 20 places; each table that this one is inside of holds two, and the last needs one more.
      lauxlib.luaL_checkstack(state, 3, null);
      lua.lua_pushnil(state);
      while (lua.lua_next(state, index) !== 0) {
        const top = lua.lua_gettop(state);
        members.push([String(toJavaScript(state, top - 1)), toJavaScript(state, top)]);
        lua.lua_settop(state, top - 1);
      }
      const table = Object.fromEntries(members);
      const isSequence = members.length > 0 && members.every((_, position) => String(position + 1) in table);
      return isSequence ? members.map((_, position) => table[String(position + 1)]) : table;
    }
  }
}

/** The rendered script with a test's Lua behind it: in one chunk, so that the test sees the script's locals. */
export function runScript(test: string, configuration: TokenLimitScriptConfiguration = { tiers: {} }): unknown {
  return runLua(`${renderTokenLimitScript(configuration)}\n${FAKES}\n${test}`);
}

/** Stand-ins: `clock` (os.time), `gauges` (all that exist) and `handle`; `before(gauge, operation)` may interleave. */
const FAKES = `
local clock = 0
os.time = function() return clock end
local gauges, before = {}, nil
local function new_gauge(name)
  local value = 0
  local function operation(kind, change)
    return function(_, argument)
      if before then before(name, kind) end
      if kind == 'value' then return value end
      value = change(argument)
    end
  end
  return {
    value = operation('value'),
    set = operation('set', function(new) return new end),
    add = operation('add', function(more) assert(more >= 0) return value + more end),
    sub = operation('sub', function(less) assert(less >= 0 and less <= value) return value - less end),
  }
end
local handle = { stats = function()
  return { counter = function()
    return { add = function() end }
  end, gauge = function(_, name)
    gauges[name] = gauges[name] or new_gauge(name)
    return gauges[name]
  end }
end }
local function tier_of(windows)
  local tier = { limits = {} }
  for _, window in ipairs(WINDOWS) do
    if windows[window.name] then
      table.insert(tier.limits, { window = window, tokens = windows[window.name] })
    end
  end
  return tier
end
local function charge_user(user, windows, tokens)
  return charge(handle, open_account(handle, user), tier_of(windows), tokens)
end
local function used(user, limits)
  local result = {}
  for _, limit in ipairs(tier_of(limits).limits) do
    local _, used = tightest(handle, open_account(handle, user), { limits = { limit } }, 0)
    result[limit.window.name] = used
  end
  return result
end
`;
