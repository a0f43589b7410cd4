import type { Manifest } from './manifests';

/** What KServe makes of weights that are an image: two containers of one user, whose processes see each other, and one of no user. */
export function expectModelcar({ spec }: Manifest): void {
  const users = (containers: Manifest[]) =>
    containers.map(({ name, securityContext }) => [name, securityContext?.runAsUser]);
  expect(users(spec.containers)).toEqual([
    ['kserve-container', 1010],
    ['modelcar', 1010],
  ]);
  expect(users(spec.initContainers)).toEqual([['modelcar-init', undefined]]);
  expect(spec.shareProcessNamespace).toBe(true);
}
