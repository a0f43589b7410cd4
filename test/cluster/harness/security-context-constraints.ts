import type { Manifest } from './manifests';

/** What of OpenShift's SecurityContextConstraints decides about the pods of models. */
export interface Constraints {
  readonly name: string;
  /** Users that a container may name: those of the namespace's range, or any but root. */
  readonly users: 'ofTheNamespace' | 'notRoot';
  /** Groups that own volumes, which a pod may name. */
  readonly groups: 'ofTheNamespace' | 'any';
}

/**
 * From the strictest to the least strict, as OpenShift tries them. All else is the same in both.
 * @see https://github.com/openshift/cluster-kube-apiserver-operator/tree/master/bindata/bootkube/scc-manifests
 */
export const CONSTRAINTS: readonly Constraints[] = [
  { name: 'restricted-v2', users: 'ofTheNamespace', groups: 'ofTheNamespace' },
  { name: 'nonroot-v2', users: 'notRoot', groups: 'any' },
];

const VOLUMES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'],
];

/** Why constraints refuse a pod that names no user of the namespace's range; nothing where they admit it. */
export function refusals({ users, groups }: Constraints, { spec }: Manifest): string[] {
  const containers: Manifest[] = [...(spec.initContainers ?? []), ...spec.containers];
  const securities = [spec.securityContext ?? {}, ...containers.map(({ securityContext }) => securityContext ?? {})];
  const named = securities.flatMap(({ runAsUser }) => (runAsUser === undefined ? [] : [runAsUser as number]));
  const refusedUsers = named.filter((user) => users === 'ofTheNamespace' || user === 0);
  const kinds = ((spec.volumes ?? []) as object[]).flatMap((volume) =>
    Object.keys(volume).filter((key) => key !== 'name'),
  );
  return [
    ...refusedUsers.map((user) => `user ${user}`),
    ...(groups === 'ofTheNamespace' && spec.securityContext?.fsGroup !== undefined ? ['a group of volumes'] : []),
    ...securities.filter(({ privileged }) => privileged === true).map(() => 'privileged'),
    ...securities.filter(({ allowPrivilegeEscalation }) => allowPrivilegeEscalation === true).map(() => 'escalation'),
    ...securities.flatMap(({ capabilities }) => (capabilities?.add ?? []) as string[]),
    ...securities
      .map(({ seccompProfile }) => seccompProfile?.type as string | undefined)
      .filter((type) => type !== undefined && type !== 'RuntimeDefault')
      .map((type) => `seccomp ${type}`),
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true),
    ...kinds.filter((kind) => !VOLUMES.includes(kind)).map((kind) => `volume ${kind}`),
  ];
}
