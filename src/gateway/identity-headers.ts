/** Prefix of the headers that carry a caller's identity inside the gateway. */
export const IDENTITY_HEADER_PREFIX = 'x-maas-';

/** User and tier of a caller, as authentication found them; they end at the gateway. */
export const IDENTITY_HEADERS: readonly string[] = [`${IDENTITY_HEADER_PREFIX}user`, `${IDENTITY_HEADER_PREFIX}tier`];
