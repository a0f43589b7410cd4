import { createInterface } from 'node:readline/promises';
import { Interrupted, OperationError } from './operation-error';
import { checkInterruption, type Session } from './session';

/**
 * Asks whether something is to be done, on the terminal.
 *
 * @param question a line that ends in a question mark
 * @param options.yes whether the answer is known
 * @returns whether it is
 * @throws OperationError when there is no terminal to ask on
 * @throws Interrupted
 */
export async function confirm(
  session: Pick<Session, 'interruption'>,
  question: string,
  { yes }: { yes: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new OperationError('there is no terminal on which to ask whether this is to be done: add --yes');
  }
  // Not its terminal mode, in which Ctrl-C is a key: the session takes it.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // At the end of the input (Ctrl-D) there comes no answer.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal: session.interruption }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    checkInterruption(session, 'nothing was changed');
    if ((error as Error).name === 'AbortError') throw new Interrupted('nothing was changed');
    throw error;
  } finally {
    lines.close();
  }
}
