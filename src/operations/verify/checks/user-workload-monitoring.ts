import { USER_WORKLOAD_PROMETHEUS } from '../../../pods';
import type { KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, type Finding } from '../row';
import type { Platform } from './check';

/** Labels of a namespace by which user workload monitoring leaves it out. */
const EXCLUDING: readonly (readonly [label: string, value: string])[] = [
  ['openshift.io/user-monitoring', 'false'],
  ['openshift.io/cluster-monitoring', 'true'],
];

const MONITORS = ['PodMonitor', 'ServiceMonitor'];

/** OpenShift's user workload monitoring is switched on, and looks for monitors where ours are. */
export function userWorkloadMonitoring(cluster: Cluster, platform: Platform): Finding[] {
  return platform.settings.observability.userWorkloadMonitoring
    ? [prometheus(cluster, platform), ...leftOut(cluster, platform)]
    : [];
}

function prometheus(cluster: Cluster, { commands }: Platform): Finding {
  const { namespace, labels } = USER_WORKLOAD_PROMETHEUS;
  const object = `Prometheus of ${namespace}`;
  return cluster.list(KINDS.pod, namespace).some((pod) => hasLabels(pod, labels))
    ? good(object, 'there')
    : bad(object, 'no pod of it is there: nobody scrapes the platform', {
        text:
          'a cluster administrator switches user workload monitoring on (`enableUserWorkload: true`, docs/openshift.md); or ' +
          'write `observability: { userWorkloadMonitoring: false }`; what the cluster says now',
        commands: [
          commands.kubectl(
            'get',
            'configmap',
            'cluster-monitoring-config',
            '--namespace=openshift-monitoring',
            '--output=yaml',
          ),
        ],
      });
}

function leftOut(cluster: Cluster, { objects, commands }: Platform): Finding[] {
  const monitors = objects.filter(({ kind }) => MONITORS.includes(kind));
  return [...new Set(monitors.map(({ metadata }) => metadata.namespace ?? ''))].flatMap((name): Finding[] => {
    const namespace = cluster.find({ ...KINDS.namespace, name });
    const said = EXCLUDING.filter(([label, value]) => isLabelled(namespace, label, value));
    return said.map(([label, value]) =>
      bad(`Namespace ${name}`, `${label}=${value}: user workload monitoring leaves it out`, {
        text: 'take the label away, if nothing else needs it',
        commands: [commands.kubectl('label', 'namespace', name, `${label}-`)],
      }),
    );
  });
}

function isLabelled(object: KubernetesObject | undefined, label: string, value: string): boolean {
  return object !== undefined && hasLabels(object, { [label]: value });
}
