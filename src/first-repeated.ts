/** The first text of a list that stands in it before. */
export function firstRepeated(texts: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const text of texts) {
    if (seen.has(text)) {
      return text;
    }
    seen.add(text);
  }
  return undefined;
}
