import { isInGroups } from '../kubernetes-object';
import { COMPONENTS } from './components';

/** What brings further kinds, which install does not bring. */
const OTHERS = [
  { title: 'KEDA (models with scaling)', apiGroups: ['keda.sh'] },
  { title: 'External Secrets', apiGroups: ['external-secrets.io'] },
  { title: 'OpenShift (platform: openshift)', apiGroups: ['openshift.io'] },
];

/**
 * Says which components a cluster lacks.
 * @param kinds that it does not know: `Gateway (gateway.networking.k8s.io/v1)`
 */
export function missingComponents(kinds: readonly string[]): string {
  const lines = kinds.map((kind) => {
    const group = /\(([^/]+)\//.exec(kind)?.[1] ?? '';
    const component = [...COMPONENTS, ...OTHERS].find(({ apiGroups }) => isInGroups(group, apiGroups));
    return `  ${kind}: ${component === undefined ? 'no component of ours brings it' : `${component.title} is missing`}`;
  });
  return [
    'the cluster does not know kinds that the platform needs; nothing was changed:',
    ...lines,
    'docs/versions.md has the versions; `cdk8s-maas install` brings what is missing, on OpenShift the operators do',
  ].join('\n');
}
