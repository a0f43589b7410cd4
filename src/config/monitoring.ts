import type { PlatformKind } from '../cluster/platform-kind';
import type { ObservabilityConfiguration } from './configuration';

/** The switches of `observability` that say who scrapes. */
export type MonitoringSwitches = Pick<
  ObservabilityConfiguration,
  'prometheus' | 'serviceMonitors' | 'userWorkloadMonitoring'
>;

/**
 * Who scrapes, with every default filled in.
 *
 * On OpenShift it is user workload monitoring, unless something else is said: no operator that comes with OpenShift makes the
 * pods of a Prometheus in a namespace like ours.
 */
export function decideMonitoring(
  platform: PlatformKind,
  { prometheus, serviceMonitors, userWorkloadMonitoring }: MonitoringSwitches = {},
): Required<MonitoringSwitches> {
  const isUnsaid = prometheus === undefined && serviceMonitors === undefined;
  if (userWorkloadMonitoring ?? (platform === 'openshift' && isUnsaid)) {
    return { userWorkloadMonitoring: true, prometheus: false, serviceMonitors: true };
  }
  const own = prometheus ?? true;
  return { userWorkloadMonitoring: false, prometheus: own, serviceMonitors: serviceMonitors ?? own };
}
