import type { KubernetesObject } from '../../kubernetes-object';
import type { Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, unknown, type Finding } from '../row';
import type { Platform } from './check';

/** DaemonSets of network plugins that enforce NetworkPolicies wherever they run. */
const ENFORCING: Readonly<Record<string, string>> = {
  anetd: 'GKE Dataplane V2',
  'antrea-agent': 'Antrea',
  'azure-npm': 'Azure Network Policy Manager',
  'calico-node': 'Calico',
  canal: 'Canal',
  cilium: 'Cilium',
  'kube-router': 'kube-router',
  'ovnkube-node': 'OVN-Kubernetes',
  'rke2-canal': 'Canal',
  sdn: 'OpenShift SDN',
  'weave-net': 'Weave Net',
};

/** Where plugins live. A tenant may call a DaemonSet as he likes, but has none of these namespaces. */
const PLACES = /^(kube-system|kube-flannel|calico-system|cilium|ovn-kubernetes|openshift-[a-z-]+)$/;

/** Since this build kind's own plugin enforces them (kind 0.24). */
const KINDNET_SINCE = 20240813;

/** What a plugin that does not always enforce them does here; nothing for what is no such plugin. */
const DEPENDS: Readonly<
  Record<string, (daemonSet: KubernetesObject) => { enforces: boolean; title: string } | undefined>
> = {
  kindnet: (daemonSet) => {
    const build = /:v(\d{8})-/.exec(
      containersOf(daemonSet)
        .map(({ image }) => image)
        .join(' '),
    )?.[1];
    return build === undefined ? undefined : { enforces: Number(build) >= KINDNET_SINCE, title: `kindnet of ${build}` };
  },
  'aws-node': (daemonSet) => ({
    enforces: containersOf(daemonSet).some(({ args = [] }) => args.includes('--enable-network-policy=true')),
    title: 'the Amazon VPC CNI, by its --enable-network-policy,',
  }),
  'kube-flannel-ds': () => ({ enforces: false, title: 'flannel' }),
};

interface Container {
  readonly image: string;
  readonly args?: readonly string[];
}

function containersOf({ spec }: KubernetesObject): Container[] {
  return (spec?.template?.spec?.containers ?? []) as Container[];
}

/** The network plugin enforces NetworkPolicies, as far as its kind tells: Kubernetes itself takes them and does nothing. */
export function networkPlugin(cluster: Cluster, { objects, commands }: Platform): Finding[] {
  const count = objects.filter(({ kind }) => kind === 'NetworkPolicy').length;
  if (count === 0) return [];
  const judged = cluster.list(KINDS.daemonSet).flatMap((daemonSet) => {
    const judgement = judge(daemonSet);
    return judgement === undefined
      ? []
      : [{ ...judgement, name: `DaemonSet ${daemonSet.metadata.namespace}/${daemonSet.metadata.name}` }];
  });
  const enforcing = judged.find(({ enforces }) => enforces);
  if (enforcing !== undefined) return [good(enforcing.name, `${enforcing.title} enforces NetworkPolicies`)];
  const [other] = judged;
  if (other !== undefined) {
    return [
      bad(other.name, `${other.title} does not enforce NetworkPolicies: the ${count} of the platform do nothing`, {
        text:
          'use a network plugin that enforces them (Calico, Cilium, a newer kind), or accept that every pod of the cluster ' +
          'reaches the models: `networkPolicies: false`; then',
        commands: [commands.maas('install')],
      }),
    ];
  }
  return [
    unknown('network plugin', 'none that is known here: whether NetworkPolicies are enforced cannot be told', {
      text: 'docs/verify.md says how to try it; see which one the cluster has',
      commands: [commands.kubectl('get', 'daemonsets', '--all-namespaces')],
      looksOnly: true,
    }),
  ];
}

function judge(daemonSet: KubernetesObject): { enforces: boolean; title: string } | undefined {
  const { name, namespace = '' } = daemonSet.metadata;
  if (!PLACES.test(namespace)) return undefined;
  const title = Object.hasOwn(ENFORCING, name) ? ENFORCING[name] : undefined;
  // Installed, but for no node.
  if (daemonSet.status?.desiredNumberScheduled === 0) return undefined;
  if (title !== undefined) return { enforces: true, title };
  return Object.hasOwn(DEPENDS, name) ? DEPENDS[name]?.(daemonSet) : undefined;
}
