import type * as commands from '../operations/commands';

/** The operations, which are a bundle of their own: who only synthesizes never loads it. */
export function operations(): typeof commands {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a sibling in lib/cli/, loaded when it is needed
  return require('./operations.js') as typeof commands;
}
