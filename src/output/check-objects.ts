import type { ApiObject, Chart } from 'cdk8s';
import type { MaasPlatformProps } from '../config/configuration';
import { ConfigurationError, type Problem } from '../config/problem';
import { locateProblems } from '../config/read';
import { describeObject, objectsOf } from './chart-objects';

/**
 * Makes sure that no own object of a configuration is one that the platform renders: of two manifests of one object the
 * later file would win, silently.
 *
 * @throws ConfigurationError with every such object
 */
export function checkObjects(props: MaasPlatformProps, charts: readonly Chart[]): void {
  const own = charts.find((chart) => chart.node.id.endsWith('85-objects'));
  if (own === undefined) {
    return;
  }
  const rendered = new Set(charts.filter((chart) => chart !== own).flatMap((chart) => objectsOf(chart).map(identity)));
  const problems = objectsOf(own).flatMap((object, index): Problem[] => {
    const expected = 'no object that the platform renders: the later of the two files would win';
    return rendered.has(identity(object))
      ? [
          {
            rule: 'rendered-object',
            path: ['objects', index],
            pointAt: 'value',
            got: describe(object),
            expected,
            fix: 'change the rendered one with `patches`',
          },
        ]
      : [];
  });
  if (problems.length > 0) {
    throw new ConfigurationError(locateProblems(props, problems));
  }
}

/**
 * Objects that two files of an App have: of two manifests of one object the one that is applied later would win.
 * @returns a message for every two files
 */
export function duplicateObjects(charts: readonly Chart[]): string[] {
  const files = new Map<string, string>();
  const shared = new Map<string, string[]>();
  for (const chart of charts) {
    for (const object of objectsOf(chart)) {
      const first = files.get(identity(object)) ?? chart.node.id;
      files.set(identity(object), first);
      if (first !== chart.node.id) {
        const pair = `${first} and ${chart.node.id}`;
        shared.set(pair, [...(shared.get(pair) ?? []), describe(object)]);
      }
    }
  }
  return [...shared].map(
    ([pair, objects]) =>
      `${pair} both have ${objects.join(', ')}, expected each object once: give one platform namespaces of its own, or ` +
      'leave to the other what they share (createNamespaces, kserve.configure, kuadrant.create, observability.prometheus, ' +
      'limits.redis, limits.onFailure)',
  );
}

/** What makes two manifests one object: its version does not. */
function identity(object: ApiObject): string {
  return `${object.apiGroup} ${describe(object)}`;
}

function describe({ kind, name, metadata }: ApiObject): string {
  return describeObject({ kind, name, namespace: metadata.namespace });
}
