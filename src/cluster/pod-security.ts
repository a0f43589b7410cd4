import type { PodSecurityContext, SecurityContext } from 'cdk8s-plus-30/lib/imports/k8s';
import type { PlatformKind } from './platform-kind';

/** What `restrictedPodSecurity` takes. */
export interface PodSecurityOptions {
  /**
   * Kubernetes distribution; OpenShift assigns user and group ids itself.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * User id of the processes.
   * @default - the image's own
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
  const { runAsUser, fsGroup } = options.platform === 'openshift' ? {} : options;
  return {
    runAsNonRoot: true,
    runAsUser,
    fsGroup,
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
