import fc from 'fast-check';
import * as luaparse from 'luaparse';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  joinTokenLimitModules,
  MAXIMUM_TOKEN_LIMIT,
  renderTokenLimitScript,
  tokenLimitHttpFilter,
} from '../../src/limits/lua-script';
import { runScript } from './lua-runtime';

const LUA = path.join(__dirname, '../../src/limits/lua');
const SEED = {
  tiers: { free: { enforce: true, windows: { minute: 200, hour: 5_000, day: 50_000 } } },
  models: { 'simulator.maas.local': { name: 'simulator-model', prompt: 1, completion: 1, cached: 1 } },
  overshoot: 'none' as const,
  ledger: true,
  userLabel: false,
};

jest.setTimeout(30_000); // Lua in JavaScript is slow on a busy machine

describe('the Lua modules', () => {
  test.each(readdirSync(LUA))('%s is valid as it stands, and plain ASCII', (file) => {
    const source = readFileSync(path.join(LUA, file), 'utf8');
    luaparse.parse(source, { luaVersion: '5.1' });
    expect(source).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('all are in the script', () => {
    const read: string[] = [];
    joinTokenLimitModules((module) => {
      read.push(`${module}.lua`);
      return module === 'configuration' ? 'local configuration = {} -- @configuration' : '';
    });
    expect(read.sort()).toEqual(readdirSync(LUA).sort());
  });

  test.each([0, 2])('%i marked lines are an error', (count) => {
    expect(() =>
      joinTokenLimitModules((module) =>
        module === 'configuration' ? 'local configuration = {} -- @configuration\n'.repeat(count) : '',
      ),
    ).toThrow(`token limit script: expected exactly one line marked -- @configuration, got ${count}`);
  });
});

describe('renderTokenLimitScript', () => {
  test('puts the configuration where the marked line was', () => {
    const script = renderTokenLimitScript(SEED);
    expect(script).not.toContain('-- @configuration');
    expect(script).toContain('  ["tiers"] = {\n    ["free"] = {\n');
    expect(runScript('return configuration', SEED)).toEqual(SEED);
  });

  test("the filter is Envoy's Lua filter with the script", () => {
    expect(tokenLimitHttpFilter(SEED)).toEqual({
      name: 'maas.token-limit',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
        stat_prefix: 'maas',
        clear_route_cache: false,
        default_source_code: { inline_string: renderTokenLimitScript(SEED) },
      },
    });
  });

  test.each([0, -1, 1.5, Number.NaN, MAXIMUM_TOKEN_LIMIT + 1])('refuses a limit of %p', (minute) => {
    const tiers = { free: { enforce: true, windows: { minute } } };
    expect(() => renderTokenLimitScript({ tiers })).toThrow(
      `tier free: expected 1 to 34359738368 whole tokens a minute, got ${minute}`,
    );
  });

  test('refuses an unknown window', () => {
    const windows: object = { week: 1 };
    expect(() => renderTokenLimitScript({ tiers: { free: { enforce: true, windows } } })).toThrow(
      'tier free: expected windows named minute, hour, day, month, got week',
    );
  });

  test.each([0, -1, 61, Number.NaN])('refuses a weight of %p', (weight) => {
    const models = { 'a.b': { name: 'a', prompt: 1, completion: 1, cached: weight } };
    expect(() => renderTokenLimitScript({ tiers: {}, models })).toThrow(
      `model of a.b: expected a cached token to count more than 0 and at most 60, got ${weight}`,
    );
  });

  test.each(['Big.maas.local', 'big.maas.local:80'])('refuses the host %s', (host) => {
    const models = { [host]: { name: 'a', prompt: 1, completion: 1, cached: 1 } };
    expect(() => renderTokenLimitScript({ tiers: {}, models })).toThrow(
      `model of ${host}: expected a host in lower case without a port`,
    );
  });

  test('property: every configuration gives valid Lua that knows the same configuration', () => {
    const limit = fc.option(fc.integer({ min: 1, max: MAXIMUM_TOKEN_LIMIT }), { nil: undefined });
    const name = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constant('$&$1]] -- @configuration\n"'));
    const tiers = fc.dictionary(
      name,
      fc.record({
        enforce: fc.boolean(),
        windows: fc.record({ minute: limit, hour: limit, day: limit, month: limit }),
      }),
    );
    const host = name.map((text) => text.toLowerCase().replaceAll(':', ''));
    const weight = fc.double({ min: 0, minExcluded: true, max: 60, noNaN: true });
    const models = fc.dictionary(host, fc.record({ name, prompt: weight, completion: weight, cached: weight }));
    const options = {
      overshoot: fc.constantFrom('inflight' as const, 'none' as const),
      ledger: fc.boolean(),
      userLabel: fc.boolean(),
    };
    fc.assert(
      fc.property(fc.record({ tiers, models, ...options }), (configuration) => {
        luaparse.parse(renderTokenLimitScript(configuration), { luaVersion: '5.1' });
        const expected = JSON.parse(JSON.stringify(configuration));
        expect(runScript('return configuration', configuration)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
