import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import luaparse from 'luaparse';
import { gatewayScript } from '../../src/gateway/lua-filter';
import { runLua } from '../limits/lua-runtime';

const LUA = path.join(__dirname, '../../src/gateway/lua');

test.each(readdirSync(LUA))('%s is valid as it stands, and plain ASCII', (file) => {
  const source = readFileSync(path.join(LUA, file), 'utf8');
  expect(() => luaparse.parse(source, { luaVersion: 'LuaJIT' })).not.toThrow();
  expect(source).toMatch(/^[\n -~]*$/);
});

describe('failed authentication', () => {
  /** Runs the script over requests, each at a time in seconds, and tells which had to wait. */
  function waiting(failures: number, requests: readonly (readonly [time: number, address: string, status: string])[]) {
    const calls = requests.map(([time, address, status]) => `ask(${time}, '${address}', '${status}')`);
    return runLua(`
      local now = 0
      os.time = function() return now end
      ${gatewayScript('failed-authentication', { failures })}
      local waited = {}
      local function handle_of(address, status, position)
        local headers = { get = function() return status end, replace = function(_, name, value)
          waited[#waited + 1] = position .. ' ' .. name .. ' ' .. value
        end }
        local info = { downstreamRemoteAddress = function() return address end }
        return { headers = function() return headers end, streamInfo = function() return info end }
      end
      local position = 0
      function ask(time, address, status)
        now = time
        envoy_on_request(handle_of(address, nil, position))
        envoy_on_response(handle_of(address, status))
        position = position + 1
      end
      ${calls.join('\n')}
      return table.concat(waited, ', ')
    `);
  }
  const WAITS = 'x-envoy-fault-delay-request 1000';

  test('waits from one failure more than allowed on, until the minute is over', () => {
    const failure = (time: number) => [time, '192.0.2.1:1000', '401'] as const;
    expect(waiting(2, [600, 601, 602, 659, 660, 661, 662].map(failure))).toBe(`2 ${WAITS}, 3 ${WAITS}, 6 ${WAITS}`);
  });

  test('another port is the same client, another address or IPv6 network is not', () => {
    const addresses = ['192.0.2.1:1', '192.0.2.1:2', '192.0.2.10:1', '[2001:db8:0:1::1]:1', '[2001:db8:0:2::1]:1'];
    expect(
      waiting(
        1,
        addresses.map((address) => [600, address, '401'] as const),
      ),
    ).toBe(`1 ${WAITS}`);
  });

  test('no other status counts', () => {
    const statuses = ['200', '403', '404', '429', '500', '401', '200'];
    expect(
      waiting(
        1,
        statuses.map((status) => [600, '192.0.2.1:1', status] as const),
      ),
    ).toBe(`6 ${WAITS}`);
  });
});
