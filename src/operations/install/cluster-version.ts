/** The first version of Kubernetes that serves what is applied here: ValidatingAdmissionPolicy v1. */
export const LOWEST_KUBERNETES = '1.30.0';

/**
 * The semantic version in what a label, an annotation or the tag of an image says, without a `v` in front.
 *
 * @returns nothing when there is none: `latest`, a digest
 */
export function versionIn(text: string | undefined): string | undefined {
  return /(?:^|[:.]|^v|[:.]v)(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)[\w.]*)?)/.exec(text ?? '')?.[1];
}

/** Compares two semantic versions: negative when the first is older; a pre-release is older than its release. */
export function compareVersions(one: string, other: string): number {
  const [numbers, pre] = split(one);
  const [otherNumbers, otherPre] = split(other);
  for (let index = 0; index < 3; index++) {
    const difference = (numbers[index] ?? 0) - (otherNumbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (pre === otherPre) return 0;
  if (pre === '') return 1;
  if (otherPre === '') return -1;
  return pre < otherPre ? -1 : 1;
}

function split(version: string): [number[], string] {
  const [numbers = '', ...pre] = version.split('-');
  return [numbers.split('.').map(Number), pre.join('-')];
}
