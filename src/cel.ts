/**
 * Common Expression Language (CEL), as Authorino, Kuadrant and the API server evaluate it. Every value of a
 * configuration goes through here, so that no name can become code.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values
 */

/** A CEL string literal. */
export function celString(value: string): string {
  // JSON escapes are CEL escapes, but for the two characters that JSON leaves alone and U+007F.
  return JSON.stringify(value).replace(/[\u007f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A CEL list of string literals. */
export function celList(values: readonly string[]): string {
  return `[${values.map(celString).join(', ')}]`;
}

/** A CEL map of string literals. */
export function celMap(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${celString(key)}: ${celString(value)}`).join(', ')}}`;
}

/** A CEL expression for the entry `key` of the map `map`, `""` where there is none. */
export function celEntry(map: string, key: string): string {
  return `${celString(key)} in ${map} ? ${map}[${celString(key)}] : ""`;
}

/** A CEL expression that is true when the host of a request, with or without port, is one of `hosts`. */
export function celHostIsOneOf(hosts: readonly string[]): string {
  const names = hosts.map(literally).join('|');
  return `request.host.matches(${celString(`^(?i)(${names})(:[0-9]+)?$`)})`;
}

/** Paths of a request: any of `suffixes` after any of `prefixes`. */
export interface CelPaths {
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
}

/**
 * A CEL expression that is true when the path of a request, without its query, is one of these, letter for letter, or is
 * `tree` or below it. It reads the path as the client wrote it: `request.url_path` is decoded, so that `%2F` would be a slash.
 */
export function celPathIsOneOf(paths: CelPaths, tree?: string): string {
  const below = tree === undefined ? [] : [`${literally(tree)}(?:[/?]|$)`];
  const exact = paths.prefixes.length === 0 ? [] : [`${among(paths.prefixes)}${among(paths.suffixes)}(?:[?]|$)`];
  const ways = [...below, ...exact];
  return ways.length === 0 ? 'false' : `request.path.matches(${celString(`^(?:${ways.join('|')})`)})`;
}

function among(texts: readonly string[]): string {
  return `(?:${texts.map(literally).join('|')})`;
}

/** A regular expression (RE2) that matches a text and nothing else. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
