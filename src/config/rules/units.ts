const QUANTITY_UNITS: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** The number behind a Kubernetes quantity, for comparing; undefined when it is none. */
export function parseQuantity(text: string): number | undefined {
  const [, number, unit = ''] = /^([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = unit === '' ? 1 : QUANTITY_UNITS[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

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
