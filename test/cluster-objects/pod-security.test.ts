import { restrictedContainerSecurity, restrictedPodSecurity } from '../../src/cluster/pod-security';
import { CONSTRUCTS, NAMES } from '../support/constructs';
import { synthesize } from '../support/synth';

test('the defaults are what Pod Security restricted asks for, and a read-only root file system', () => {
  expect(restrictedPodSecurity()).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(restrictedContainerSecurity()).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

test('options change what they name and nothing else', () => {
  expect(restrictedPodSecurity({ runAsUser: 1000, fsGroup: 2000 })).toEqual({
    ...restrictedPodSecurity(),
    runAsUser: 1000,
    fsGroup: 2000,
  });
  expect(restrictedPodSecurity({ platform: 'openshift', runAsUser: 1000, fsGroup: 2000 })).toEqual(
    restrictedPodSecurity(),
  );
  expect(restrictedContainerSecurity({ readOnlyRootFilesystem: false })).toEqual({
    ...restrictedContainerSecurity(),
    readOnlyRootFilesystem: false,
  });
});

/** Adds to a Deployment that others make: what is not written there stays theirs. */
const PARTIAL = ['OperatorFailureMode'];

const OWN_CONSTRUCTS = Object.entries(CONSTRUCTS).filter(([construct]) => !PARTIAL.includes(construct));

const CONTAINERS = OWN_CONSTRUCTS.flatMap(([construct, create]) =>
  synthesize((chart) => create(chart, NAMES)).manifests.flatMap((manifest) =>
    containersOf(manifest).map(({ pod, container }): [string, Spec, Spec] => [
      `${construct} ${String(container.name)}`,
      pod,
      container,
    ]),
  ),
);

test('some constructs have containers of their own', () => {
  expect(CONTAINERS.map(([name]) => name)).toEqual(
    expect.arrayContaining(['SimulatedModel kserve-container', 'VllmRuntime kserve-container']),
  );
});

test.each(CONTAINERS)('%s passes Pod Security restricted', (_, pod, container) => {
  expect(container.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  });
  expect(container.securityContext).not.toHaveProperty('privileged');
  expect(container.securityContext).not.toHaveProperty('capabilities.add');
  for (const forbidden of ['hostNetwork', 'hostPID', 'hostIPC']) {
    expect(pod).not.toHaveProperty(forbidden);
  }
  for (const volume of Array.isArray(pod.volumes) ? pod.volumes : []) {
    expect(volume).not.toHaveProperty('hostPath');
  }
});

test.each(CONTAINERS.filter(([name]) => !name.startsWith('VllmRuntime')))('%s has a pod that does', (_, pod) => {
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
});

test('only Keycloak, which builds itself at its start, writes to its root file system', () => {
  const writers = CONTAINERS.filter(([, , { securityContext }]) => !(securityContext as Spec).readOnlyRootFilesystem);
  expect(writers.map(([name]) => name)).toEqual(['KeycloakDemo keycloak']);
});

interface Spec {
  readonly [key: string]: unknown;
}

/** Every object in a manifest that lists containers, with each of those; keys inside ConfigMaps are text and don't count. */
function containersOf(value: unknown): { readonly pod: Spec; readonly container: Spec }[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const pod = value as Spec;
  const own = ['containers', 'initContainers'].flatMap((key) => (Array.isArray(pod[key]) ? (pod[key] as Spec[]) : []));
  return [...own.map((container) => ({ pod, container })), ...Object.values(value).flatMap(containersOf)];
}
