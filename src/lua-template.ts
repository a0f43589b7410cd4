import { luaLiteral } from './lua-literal';

const CONFIGURATION_LINE = /^local configuration = .* -- @configuration$/gm;

/**
 * Makes sure that exactly one line of a Lua script waits for its configuration: `local configuration = … -- @configuration`.
 *
 * @param name what messages call the script.
 * @param text Lua that is valid as it stands.
 * @returns the text.
 * @throws Error when there is no such line or more than one.
 */
export function checkedLuaTemplate(name: string, text: string): string {
  const marked = text.match(CONFIGURATION_LINE)?.length ?? 0;
  if (marked !== 1) {
    throw new Error(`${name}: expected exactly one line marked -- @configuration, got ${marked}`);
  }
  return text;
}

/**
 * Puts a configuration into the marked line of a script, as an encoded literal that no text in it can leave.
 *
 * @param template what {@link checkedLuaTemplate} returned.
 * @param configuration plain data.
 * @throws Error as {@link luaLiteral} does.
 */
export function fillLuaTemplate(template: string, configuration: unknown): string {
  // A function, because a replacement string would give `$&` in a literal a meaning.
  return template.replace(CONFIGURATION_LINE, () => `local configuration = ${luaLiteral(configuration)}`);
}
