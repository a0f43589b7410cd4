import { SynthesisError } from '../output/output';

/** Something that could not be done with the cluster; the message says what, why, and the next command to try. */
export class OperationError extends SynthesisError {}

/** The user has pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  /** @param next what to do to go on, a sentence */
  constructor(readonly next = '') {
    super('interrupted');
  }
}
