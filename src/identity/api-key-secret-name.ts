/** Name of the Secret of a user's key; `key` tells several keys of one user apart. */
export function apiKeySecretName(user: string, key?: string): string {
  return key === undefined ? `${user}-apikey` : `${user}-apikey-${key}`;
}

/** Name of the Secret that a key of the configuration is in: one that somebody else makes, or a rendered one. */
export function secretNameOfKey(
  user: string,
  key: { readonly name?: string; readonly existingSecret?: string },
): string {
  return key.existingSecret ?? apiKeySecretName(user, key.name);
}
