import { describeRight, type MissingRight } from './cluster';

/** What kubectl says that this account may not do. */
export function missingRightsIn(stderr: string): MissingRight[] {
  const pattern = /cannot (\w+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/g;
  const found = [...stderr.matchAll(pattern)].map(([, verb = '', resource = '', group = '', namespace]) => ({
    ...{ verb, resource, group },
    ...(namespace !== undefined && { namespace }),
  }));
  return [...new Map(found.map((right) => [describeRight(right), right])).values()];
}
