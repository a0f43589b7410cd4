import { OperationError } from './operation-error';
import { waitUntil, type Session } from './session';

/**
 * Does something again and again, as long as it fails for a reason that passes by itself and the time is not up.
 *
 * @param isPassing whether the message of a failure is of such a reason
 * @param timing as `waitUntil` has it
 * @returns the last failure; nothing once it is done
 * @throws Interrupted
 */
export async function tryAgain(
  session: Pick<Session, 'interruption'>,
  attempt: () => Promise<unknown>,
  isPassing: (message: string) => boolean,
  timing: { seconds: number; pause?: number },
): Promise<OperationError | undefined> {
  let failure: OperationError | undefined;
  const isSettled = async () => {
    failure = await failureOf(attempt);
    return failure === undefined || !isPassing(failure.message);
  };
  await waitUntil(session, isSettled, timing);
  return failure;
}

async function failureOf(attempt: () => Promise<unknown>): Promise<OperationError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}
