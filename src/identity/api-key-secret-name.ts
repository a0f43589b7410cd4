/** Name of the Secret of a user's key; `key` tells several keys of one user apart. */
export function apiKeySecretName(user: string, key?: string): string {
  return key === undefined ? `${user}-apikey` : `${user}-apikey-${key}`;
}
