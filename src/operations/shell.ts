/** Characters that no shell reads as anything but themselves. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * An argument as it is written in a command that a person copies into a shell: whatever it holds, who has named it cannot
 * add a command of their own. It stays on one line.
 */
export function shellArgument(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  if (!/\p{Cc}/u.test(argument)) return `'${argument.replaceAll("'", "'\\''")}'`;
  const escaped = argument.replace(/[\\']|\p{Cc}/gu, (character) =>
    /[\\']/.test(character) ? `\\${character}` : bytesOf(character),
  );
  return `$'${escaped}'`;
}

/** A command with its arguments, to be copied. */
export function shellCommand(...args: readonly string[]): string {
  return args.map(shellArgument).join(' ');
}

function bytesOf(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
