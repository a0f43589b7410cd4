import type { PodSecurityContext, SecurityContext } from 'cdk8s-plus-30/lib/imports/k8s';

/** What `restrictedPodSecurity` takes. */
export interface PodSecurityOptions {
  /**
   * User id of the processes.
   * @default - the image's own, or the one that the cluster assigns (OpenShift)
   */
  readonly runAsUser?: number;

  /**
   * Group id that may write to the pod's volumes.
   * @default - none set
   */
  readonly fsGroup?: number;
}

/** Pod half of what Pod Security `restricted` asks for. */
export function restrictedPodSecurity(options: PodSecurityOptions = {}): PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: options.runAsUser,
    fsGroup: options.fsGroup,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** What `restrictedContainerSecurity` takes. */
export interface ContainerSecurityOptions {
  /**
   * Whether the container only writes to its volumes.
   * @default true
   */
  readonly readOnlyRootFilesystem?: boolean;
}

/** Container half of what Pod Security `restricted` asks for, and a root file system that nobody writes to. */
export function restrictedContainerSecurity(options: ContainerSecurityOptions = {}): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: options.readOnlyRootFilesystem ?? true,
    capabilities: { drop: ['ALL'] },
  };
}
