/** Path of a tool that `npm run tools` has built; undefined when it has not. */
export function toolPath(name: string): string | undefined;
