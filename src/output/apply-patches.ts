import type { ApiObject, Chart } from 'cdk8s';
import type { MaasPlatformProps, PatchConfiguration, PatchTargetConfiguration } from '../config/configuration';
import { ConfigurationError, type Problem } from '../config/problem';
import { locateProblems } from '../config/read';
import { closest } from '../config/suggest';
import { describeObject, objectsOf } from './chart-objects';
import { patchManifest } from './patch';

/**
 * Applies the patches of a configuration to the objects of its platform.
 * @throws ConfigurationError with every patch that finds no object, does not apply or changes nothing
 */
export function applyPatches(props: MaasPlatformProps, charts: readonly Chart[]): void {
  const patches = props.patches ?? [];
  if (patches.length === 0) {
    return;
  }
  const objects = charts.flatMap(objectsOf);
  const problems = patches.flatMap((patch, index) => applyPatch(patch, index, objects));
  if (problems.length > 0) {
    throw new ConfigurationError(locateProblems(props, problems));
  }
}

function applyPatch(patch: PatchConfiguration, index: number, objects: ApiObject[]): Problem[] {
  const target = describeObject(patch.target);
  const problem = (rule: string, step: string, got: string, expected: string, fix: string): Problem[] => [
    { rule, path: ['patches', index, step], pointAt: 'value', got, expected, fix },
  ];
  const matches = objects.filter((object) => isTarget(object, patch.target));
  const [object] = matches;
  if (object === undefined) {
    const names = objects.map((candidate) => describeObject(identity(candidate, patch.target.namespace !== undefined)));
    const meant = closest(target, names);
    const fix = meant === undefined ? 'look for it in dist/' : `did you mean ${meant}?`;
    return problem('patch-target', 'target', target, 'an object of this platform', fix);
  }
  if (matches.length > 1) {
    const namespaces = matches.map((match) => match.metadata.namespace ?? 'none').join(', ');
    return problem('patch-target', 'target', target, 'one object', `add its namespace, one of ${namespaces}`);
  }
  try {
    patchManifest(object, patch);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    const step = patch.merge === undefined ? 'jsonPatch' : 'merge';
    return problem('patch-effect', step, reason, `a change of ${target}`, `compare it with the object in dist/`);
  }
}

function isTarget(object: ApiObject, { kind, name, namespace }: PatchTargetConfiguration): boolean {
  return (
    object.kind === kind && object.name === name && (namespace === undefined || object.metadata.namespace === namespace)
  );
}

function identity(object: ApiObject, withNamespace: boolean): PatchTargetConfiguration {
  return {
    kind: object.kind,
    name: object.name,
    namespace: withNamespace ? object.metadata.namespace : undefined,
  };
}
