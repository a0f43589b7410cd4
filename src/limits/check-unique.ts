import { firstRepeated } from '../first-repeated';

/**
 * @param limits what is being limited, for the message
 * @param what what the names are names of
 * @throws when a name stands there twice
 */
export function checkUnique(limits: 'token limits' | 'request limits', what: string, names: readonly string[]): void {
  const twice = firstRepeated(names);
  if (twice !== undefined) {
    throw new Error(`${limits}: got ${what} "${twice}" twice, expected each ${what} once`);
  }
}
