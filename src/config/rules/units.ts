/** Whether a semantic version is at least as new as another; a pre-release is older than its release. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [numbers = '', preRelease] = split(version);
  const [minimumNumbers = ''] = split(minimum);
  const wanted = minimumNumbers.split('.').map(Number);
  const difference = numbers
    .split('.')
    .map((part, index) => Number(part) - (wanted[index] ?? 0))
    .find((part) => part !== 0);
  return difference === undefined ? preRelease === undefined : difference > 0;
}

function split(version: string): [string, string | undefined] {
  const dash = version.indexOf('-');
  return dash === -1 ? [version, undefined] : [version.slice(0, dash), version.slice(dash + 1)];
}
