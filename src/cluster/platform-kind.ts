/** Where the platform runs. */
export type PlatformKind = 'kubernetes' | 'openshift';
