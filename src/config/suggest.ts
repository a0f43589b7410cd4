/**
 * The candidate that a misspelt word most likely means.
 *
 * Letter case is ignored. Only plausible typing errors count: up to a third of the word's letters, at least one; without
 * one, the only candidate that begins with the word.
 * @returns undefined when no candidate is close enough, or when the word is a candidate
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const lowerWord = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = farthestSuggestion(word) + 1;
  for (const candidate of candidates) {
    if (candidate === word) {
      return undefined;
    }
    if (Math.abs(candidate.length - word.length) >= bestDistance) {
      continue;
    }
    const distance = editDistance(lowerWord, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? onlyLonger(lowerWord, candidates);
}

/** Shortest word whose longer forms are suggested. */
const SHORTEST_BEGINNING = 3;

function onlyLonger(lowerWord: string, candidates: readonly string[]): string | undefined {
  const longer = candidates.filter((candidate) => candidate.toLowerCase().startsWith(lowerWord));
  return lowerWord.length >= SHORTEST_BEGINNING && longer.length === 1 ? longer[0] : undefined;
}

/** How many typing errors a suggestion may undo. */
export function farthestSuggestion(word: string): number {
  return Math.max(1, Math.floor(word.length / 3));
}

/** `did you mean "free"?`, or `otherwise` when nothing comes close. */
export function didYouMean(word: string, candidates: readonly string[], otherwise: string): string {
  const suggestion = closest(word, candidates);
  return suggestion === undefined ? otherwise : `did you mean ${JSON.stringify(suggestion)}?`;
}

/** Damerau-Levenshtein distance: letters left out, added, replaced, or swapped with their neighbour. */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
        swapped ? at(beforePrevious, column - 2) + 1 : Infinity,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
