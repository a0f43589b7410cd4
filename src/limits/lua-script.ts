import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { checkedLuaTemplate, fillLuaTemplate } from '../lua-template';
import { TOKEN_WINDOWS } from './token-window';

/** What becomes of tokens beyond a limit. */
export type TokenOvershoot = 'inflight' | 'none';

/** Tokens that may be used in each window; windows are aligned to UTC, any subset will do. */
export interface TokenLimitScriptWindows {
  /** @default no limit a minute */
  readonly minute?: number;
  /** @default no limit an hour */
  readonly hour?: number;
  /** @default no limit a day */
  readonly day?: number;
  /** Tokens of a calendar month. @default no limit a month */
  readonly month?: number;
}

/** What the script knows of one tier. */
export interface TokenLimitScriptTier {
  /** `false` counts and reports, but refuses nobody. */
  readonly enforce: boolean;
  /** Whole tokens, 1 to {@link MAXIMUM_TOKEN_LIMIT}; a tier without any is never refused. */
  readonly windows: TokenLimitScriptWindows;
}

/** A model as the script knows it. What a token counts must be above 0 and at most {@link MAXIMUM_TOKEN_WEIGHT}. */
export interface TokenLimitScriptModel {
  /** Name in metrics and in the usage ledger. */
  readonly name: string;
  /** What a token of a prompt counts. */
  readonly prompt: number;
  /** What a generated token counts. */
  readonly completion: number;
  /** What a token of a prompt counts that the engine had in its cache. */
  readonly cached: number;
}

/** What the gateway's token limit script is told at synth; it learns nothing else later. */
export interface TokenLimitScriptConfiguration {
  /** Tiers by name. A metered request of any other tier is refused with 403. */
  readonly tiers: { readonly [tier: string]: TokenLimitScriptTier };
  /**
   * Models by host (lower case, without a port), or by host and first segment of the path: `api.maas.local/simulator`.
   *
   * @default none: every token counts one, and every model is called `other`
   */
  readonly models?: { readonly [address: string]: TokenLimitScriptModel };
  /** @default inflight */
  readonly overshoot?: TokenOvershoot;
  /** Whether the access log is told the usage of every request. @default false */
  readonly ledger?: boolean;
  /** Whether Prometheus counters carry the user. @default false */
  readonly userLabel?: boolean;
}

/** The highest limit that the script's counters hold: 2^35 tokens a window. */
export const MAXIMUM_TOKEN_LIMIT = 2 ** 35;

/** The highest weight of a model; one answer then still fits a window's counter. */
export const MAXIMUM_TOKEN_WEIGHT = 60;

/** The Lua modules in the order in which the script has them: each uses only what is above it. */
const MODULES = [
  'configuration',
  'windows',
  'counters',
  'usage',
  'events',
  'requests',
  'records',
  'replies',
  'filter',
] as const;

let template: string | undefined;

/**
 * The Lua script with which the gateway's Envoy counts tokens and holds the limits of `configuration`.
 *
 * It expects the headers `x-maas-user` and `x-maas-tier` from an earlier filter, Envoy 1.38 or newer, and a stats
 * matcher that lets `http\..*lua\..*` pass. Equal configurations give equal bytes.
 *
 * @param configuration tiers with their windows in tokens, models by host, and options.
 * @returns Lua 5.1 in plain ASCII, as `inline_string` of Envoy's Lua filter takes it.
 * @throws Error when a limit is not a whole number from 1 to {@link MAXIMUM_TOKEN_LIMIT}, what a token counts
 *   not above 0 and at most {@link MAXIMUM_TOKEN_WEIGHT}, a window or a host has an unknown form, or a Lua module is missing or spoiled.
 */
export function renderTokenLimitScript(configuration: TokenLimitScriptConfiguration): string {
  checkConfiguration(configuration);
  template ??= joinTokenLimitModules(readModule);
  const { tiers, models = {}, overshoot = 'inflight', ledger = false, userLabel = false } = configuration;
  return fillLuaTemplate(template, { tiers, models, overshoot, ledger, userLabel });
}

/**
 * The HTTP filter as an EnvoyFilter's `patch.value` carries it, field for field what the tests run on Envoy.
 *
 * @throws Error as {@link renderTokenLimitScript} does.
 */
export function tokenLimitHttpFilter(configuration: TokenLimitScriptConfiguration): TokenLimitHttpFilter {
  return {
    name: 'maas.token-limit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
      stat_prefix: 'maas',
      clear_route_cache: false,
      default_source_code: { inline_string: renderTokenLimitScript(configuration) },
    },
  };
}

/** An entry of Envoy's `http_filters`, with Envoy's own field names. */
export interface TokenLimitHttpFilter {
  readonly name: string;
  readonly typed_config: {
    readonly '@type': string;
    /** No header that routes are chosen by is changed. */
    readonly clear_route_cache: boolean;
    /** Counters are named `http.<listener>.lua.<stat_prefix>.…`. */
    readonly stat_prefix: string;
    readonly default_source_code: { readonly inline_string: string };
  };
}

/**
 * Joins the modules and makes sure that exactly one line waits for the configuration.
 *
 * @param read gives the text of the module with this name.
 * @throws Error when there is no such line or more than one.
 */
export function joinTokenLimitModules(read: (module: string) => string): string {
  const joined = MODULES.map((module) => read(module).trimEnd() + '\n').join('\n');
  return checkedLuaTemplate('token limit script', joined);
}

function readModule(module: string): string {
  return readFileSync(path.join(__dirname, 'lua', `${module}.lua`), 'utf8');
}

function checkConfiguration(configuration: TokenLimitScriptConfiguration): void {
  for (const [tier, { windows }] of Object.entries(configuration.tiers)) {
    for (const [window, limit] of Object.entries(windows)) {
      if (!(TOKEN_WINDOWS as readonly string[]).includes(window)) {
        throw new Error(`tier ${tier}: expected windows named ${TOKEN_WINDOWS.join(', ')}, got ${window}`);
      }
      if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MAXIMUM_TOKEN_LIMIT)) {
        throw new Error(`tier ${tier}: expected 1 to ${MAXIMUM_TOKEN_LIMIT} whole tokens a ${window}, got ${limit}`);
      }
    }
  }
  for (const [host, model] of Object.entries(configuration.models ?? {})) {
    if (host !== host.toLowerCase() || host.includes(':')) {
      throw new Error(`model of ${host}: expected a host in lower case without a port`);
    }
    for (const kind of ['prompt', 'completion', 'cached'] as const) {
      const weight = model[kind];
      if (!(weight > 0 && weight <= MAXIMUM_TOKEN_WEIGHT)) {
        throw new Error(
          `model of ${host}: expected a ${kind} token to count more than 0 and at most ${MAXIMUM_TOKEN_WEIGHT}, got ${weight}`,
        );
      }
    }
  }
}
