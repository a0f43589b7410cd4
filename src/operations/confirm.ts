import { createInterface } from 'node:readline/promises';
import { Interrupted, OperationError } from './operation-error';
import type { Session } from './session';

/**
 * Asks before something is done that cannot be undone; on standard error, as the answer is no result.
 *
 * @param question ends with a question mark
 * @param options.yes whether the user has said so already
 * @throws Interrupted when the answer is no, or Ctrl-C
 * @throws OperationError when nobody is there to answer
 */
export async function confirm(
  { interruption }: Pick<Session, 'interruption'>,
  question: string,
  { yes = false }: { yes?: boolean },
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new OperationError(`${question} There is no terminal to answer at: --yes says yes`);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode Ctrl-C is a character, and no signal.
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal: interruption });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Interrupted('nothing was done');
  } catch (error) {
    throw interruption.aborted ? new Interrupted('nothing was done') : error;
  } finally {
    prompt.close();
  }
}
