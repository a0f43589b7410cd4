import type { PlatformSettings } from '../../../config/settings';
import type { KubernetesObject } from '../../kubernetes-object';
import type { Cluster } from '../cluster';
import type { Commands } from '../commands';
import type { Finding } from '../row';

/** What checks hold a cluster to. */
export interface Platform {
  readonly settings: PlatformSettings;
  /** The objects of dist/. */
  readonly objects: readonly KubernetesObject[];
  readonly commands: Commands;
}

/**
 * One question to a cluster: a pure function of what was read of it.
 * @throws Unreadable where a right was missing
 */
export type Check = (cluster: Cluster, platform: Platform) => Finding[];
