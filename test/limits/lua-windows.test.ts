import fc from 'fast-check';
import { runScript } from './lua-runtime';

/** Seconds since 1970 of a UTC time. */
function seconds(time: string): number {
  return Date.parse(time) / 1000;
}

/** The id and the seconds left of a window, as the script has them. */
function windowAt(name: string, now: number): number[] {
  return runScript(`for _, window in ipairs(WINDOWS) do
    if window.name == '${name}' then return { window.locate(${now}) } end
  end`) as number[];
}

jest.setTimeout(30_000); // Lua in JavaScript is slow on a busy machine

describe('windows', () => {
  test.each([
    ['minute', '2026-11-24T20:05:00Z', 60],
    ['minute', '2026-11-24T20:05:59Z', 1],
    ['hour', '2026-11-24T20:05:00Z', 3300],
    ['day', '2026-11-24T23:59:59Z', 1],
    ['month', '2026-11-24T00:00:00Z', 7 * 86400],
    ['month', '2026-12-31T23:59:59Z', 1],
    ['month', '2028-02-29T00:00:00Z', 86400],
    ['month', '2027-02-28T00:00:00Z', 86400],
  ])('the %s of %s ends in %i s', (name, time, left) => {
    const now = seconds(time);
    const [id, reset] = windowAt(name, now);
    expect(reset).toBe(left);
    expect(windowAt(name, now + left - 1)[0]).toBe(id);
    expect(windowAt(name, now + left)[0]).toBe(id! + 1);
  });

  test('property: a month ends where the calendar says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (now) => {
        const date = new Date(now * 1000);
        const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
        expect(windowAt('month', now)[1]).toBe(end - now);
      }),
      { numRuns: 50 },
    );
  });
});

describe('counters', () => {
  const LIMITS = 'local limits = { minute = 100, hour = 1000, month = 1e9 }';

  test('a window turns alone, in the middle of the others', () => {
    expect(
      runScript(`${LIMITS}
        clock = ${seconds('2026-11-24T20:05:59Z')}
        charge_user('alice', limits, 30)
        clock = clock + 1
        charge_user('alice', limits, 5)
        return used('alice', limits)`),
    ).toEqual({ minute: 5, hour: 35, month: 35 });
  });

  test('the answer to a charge is the window with the least remaining, afterwards', () => {
    expect(
      runScript(`${LIMITS}
        clock = ${seconds('2026-11-24T20:05:50Z')}
        local limit, used = charge_user('alice', limits, 130)
        return { limit.window.name, limit.tokens, used, limit.window.reset }`),
    ).toEqual(['minute', 100, 130, 10]);
  });

  test('a tier change and a new window keep what was used before', () => {
    expect(
      runScript(`clock = ${seconds('2026-11-24T20:05:00Z')}
        charge_user('alice', { minute = 100 }, 30)
        charge_user('alice', { minute = 1000, hour = 5000 }, 10)
        return used('alice', { minute = 1, hour = 1 })`),
    ).toEqual({ minute: 40, hour: 10 });
  });

  test('later windows need no more gauges', () => {
    expect(
      runScript(`${LIMITS}
        for turn = 1, 100 do
          clock = turn * 40000
          charge_user('alice', limits, 1)
        end
        local count = 0
        for _ in pairs(gauges) do count = count + 1 end
        return count`),
    ).toBe(4);
  });

  test('a billion tokens a month are counted one by one, also after many billions before', () => {
    expect(
      runScript(`local limits = { month = 1e9 }
        for month = 0, 119 do
          clock = month * 31 * 86400
          charge_user('alice', limits, 9e9)
        end
        charge_user('alice', limits, 1)
        return used('alice', limits)`),
    ).toEqual({ month: 9e9 + 1 });
  });

  test('where gauges forget, nothing is counted', () => {
    expect(
      runScript(`local null = { value = function() return 0 end, set = function() end, add = function() end }
        handle.stats = function() return { gauge = function() return null end } end
        local tier = tier_of({ minute = 1 })
        clock = 65534 * 60
        return { tightest(handle, open_account(handle, 'alice'), tier, 0) == nil, open_account({}, 'bob') == nil }`),
    ).toEqual([true, true]);
  });

  test.each(['value', 'set'])('no token is lost when another worker turns the window before any %s', (operation) => {
    // A second worker charges 7 tokens right before the n-th operation of the first, which charges 5.
    for (let nth = 1; nth <= 8; nth++) {
      const result = runScript(`
        local limits = { minute = 100, hour = 1000 }
        clock = 59
        charge_user('alice', limits, 30)
        clock = 60
        local seen = 0
        before = function(name, kind)
          if kind ~= '${operation}' then return end
          seen = seen + 1
          if seen == ${nth} then
            before = nil
            charge_user('alice', limits, 7)
          end
        end
        charge_user('alice', limits, 5)
        local ran = before == nil
        before = nil
        local result = used('alice', limits)
        result.ran = ran
        return result`);
      const { ran, minute, hour } = result as { ran: boolean; minute: number; hour: number };
      expect({ nth, minute, hour }).toEqual({ nth, minute: ran ? 12 : 5, hour: ran ? 42 : 35 });
    }
  });

  test('of two workers that reserve at once, no more than fits passes', () => {
    // A second worker reserves between any two operations of the first; both want 60 of 100.
    for (let nth = 1; nth <= 6; nth++) {
      const result = runScript(
        `
        handle.logErr = function(_, message) error(message) end
        handle.streamInfo = function()
          return { dynamicMetadata = function() return { set = function() end } end }
        end
        local passed, seen = 0, 0
        local function ask()
          local request = { user = 'alice', tier = TIERS.free, path = METERED_PATHS['/v1/completions'], model = OTHER_MODEL }
          if not reserve(handle, request, 10, 50) then passed = passed + 1 end
        end
        before = function()
          seen = seen + 1
          if seen == ${nth} then
            before = nil
            ask()
          end
        end
        ask()
        before = nil
        return { passed = passed, used = used('alice', { minute = 100 }).minute }`,
        { tiers: { free: { enforce: true, windows: { minute: 100 } } } },
      );
      const { passed, used } = result as { passed: number; used: number };
      expect(passed).toBeLessThanOrEqual(1);
      expect(used).toBe(60 * passed);
    }
  });

  test('a worker whose clock has not turned yet does not turn the window back', () => {
    expect(
      runScript(`local limits = { minute = 100 }
        clock = 60
        charge_user('alice', limits, 30)
        clock = 59
        charge_user('alice', limits, 5)
        clock = 60
        return used('alice', limits)`),
    ).toEqual({ minute: 35 });
  });
});
