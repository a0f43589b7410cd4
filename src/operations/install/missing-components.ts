/** By the end of an API group, what brings its kinds. */
const COMPONENTS: readonly (readonly [group: string, component: string])[] = [
  ['gateway.networking.k8s.io', 'the Gateway API'],
  ['istio.io', 'Istio'],
  ['cert-manager.io', 'cert-manager'],
  ['kserve.io', 'KServe'],
  ['kuadrant.io', "Kuadrant's operator"],
  ['monitoring.coreos.com', 'the Prometheus operator'],
  ['external-secrets.io', 'External Secrets'],
  ['openshift.io', 'OpenShift (platform: openshift)'],
];

/**
 * Says which components a cluster lacks.
 * @param kinds that it does not know: `Gateway (gateway.networking.k8s.io/v1)`
 */
export function missingComponents(kinds: readonly string[]): string {
  const lines = kinds.map((kind) => {
    const group = /\(([^/]+)\//.exec(kind)?.[1] ?? '';
    const component = COMPONENTS.find(([end]) => group === end || group.endsWith(`.${end}`))?.[1];
    return `  ${kind}: ${component === undefined ? 'no component of ours brings it' : `${component} is missing`}`;
  });
  return [
    'the cluster does not know kinds that the platform needs; nothing was changed:',
    ...lines,
    'docs/versions.md has the versions; `cdk8s-maas install` brings what is missing, on OpenShift the operators do',
  ].join('\n');
}
