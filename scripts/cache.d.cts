/** The folder of fetched and built programs; never inside the repository. */
export function cacheFolder(): string;
