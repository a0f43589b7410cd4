import type { MaasPlatformProps } from '../config/configuration';
import { ConfigurationError } from '../config/problem';
import { SynthesisError } from '../output/output';
import { Interrupted } from './operation-error';
import { openSession, type Session, type SessionOptions } from './session';
import { plainText } from './text-width';

/** Exit code after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

/**
 * Runs an operation of the command line and sets the exit code: that which the operation returns, `failure` after a mistake,
 * whose message is printed, 130 after Ctrl-C.
 *
 * @param options of the command
 * @param operation returns the exit code @default 0
 * @param failure exit code of what could not be done @default 1
 * @param configuration the configuration where no file has it @default - read from `options.config`
 * @throws whatever is no mistake of the user
 */
export async function runOperation(
  options: SessionOptions,
  operation: (session: Session) => Promise<number | undefined>,
  failure = 1,
  configuration?: () => Promise<MaasPlatformProps>,
): Promise<void> {
  // Who reads the output may leave, as `head` does, which ends the process: what is not done by then is not done.
  process.exitCode = failure;
  try {
    process.exitCode = (await operation(openSession(options, await configuration?.()))) ?? 0;
  } catch (error) {
    if (error instanceof Interrupted) {
      if (error.next !== '') process.stderr.write(`${plainText(error.next)}\n`);
      process.exitCode = INTERRUPTED;
    } else if (error instanceof ConfigurationError || error instanceof SynthesisError) {
      process.stderr.write(`${plainText(error.message)}\n`);
      process.exitCode = failure;
    } else {
      throw error;
    }
  }
}
