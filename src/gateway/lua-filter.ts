import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { checkedLuaTemplate, fillLuaTemplate } from '../lua-template';

/** Scripts beside this file. */
export type GatewayScript = 'external-model' | 'failed-authentication' | 'fallback-model' | 'model-list';

/** What stands before a script. */
const BEFORE: { readonly [Script in GatewayScript]?: string } = {
  'external-model': 'request-body',
  'fallback-model': 'request-body',
};

const templates = new Map<GatewayScript, string>();

/** A script of the gateway with its configuration. */
export function gatewayScript(name: GatewayScript, configuration: object): string {
  let template = templates.get(name);
  if (template === undefined) {
    const modules = [BEFORE[name], name].filter((module) => module !== undefined);
    template = checkedLuaTemplate(name, modules.map(readModule).join('\n'));
    templates.set(name, template);
  }
  return fillLuaTemplate(template, configuration);
}

function readModule(name: string): string {
  return readFileSync(path.join(__dirname, 'lua', `${name}.lua`), 'utf8');
}

/** An entry of Envoy's `http_filters` that runs Lua; without a script, only where a host has one. */
export function luaHttpFilter(name: string, script?: string): object {
  return {
    name,
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
      ...(script !== undefined && { default_source_code: { inline_string: script } }),
    },
  };
}

/** What a host configures of a Lua filter: a script of its own. */
export function luaOfHost(script: string): object {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute',
    source_code: { inline_string: script },
  };
}
