const NOBODY = 65534;

/**
 * Runs something without root's privileges: root may read and write what it likes, so that a test of permissions that runs
 * as root would prove nothing.
 */
export function asOrdinaryUser<Result>(run: () => Result): Result {
  if (process.geteuid?.() !== 0) {
    return run();
  }
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
