import { ask, patchStatus } from './api';
import { kubectl } from './suite';

/** A Deployment of an operator as its release has it, as far as it tells what runs. */
interface OperatorDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
}

/** Those that run beside the tests as processes, and those that the stand-in plays: in a cluster each is a Deployment. */
const OPERATORS: readonly OperatorDeployment[] = [
  { namespace: 'istio-system', name: 'istiod', image: 'docker.io/istio/pilot:1.31.4' },
  { namespace: 'kserve', name: 'kserve-controller-manager', image: 'kserve/kserve-controller:v0.20.0' },
  {
    namespace: 'cert-manager',
    name: 'cert-manager',
    image: 'quay.io/jetstack/cert-manager-controller:v1.18.2',
  },
];

/** Network plugin of the cluster: a DaemonSet on its nodes. */
const PLUGIN = { namespace: 'kube-system', name: 'calico-node' };

/**
 * Puts into the cluster what tells of its operators and its network plugin, which the stand-in then runs: the processes
 * of the tests have no Deployment.
 */
export async function createOperators(): Promise<void> {
  const items = [
    ...OPERATORS.map(({ namespace, name, image }) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: workloadSpec(name, image),
    })),
  ];
  await kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  await createPlugin();
}

/** The network plugin's namespace is the cluster's own and stays. */
export async function createPlugin(): Promise<void> {
  const { namespace, name } = PLUGIN;
  await ask('POST', `/apis/apps/v1/namespaces/${namespace}/daemonsets`, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace },
    spec: workloadSpec(name, 'docker.io/calico/node:v3.30.3'),
  });
  const counts = { desiredNumberScheduled: 1, currentNumberScheduled: 1, numberReady: 1, numberMisscheduled: 0 };
  await patchStatus(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`, counts);
}

/** Takes the network plugin away. */
export async function removePlugin(): Promise<void> {
  const { namespace, name } = PLUGIN;
  await ask('DELETE', `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`);
}

function workloadSpec(name: string, image: string): object {
  const labels = { app: name };
  return {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
  };
}
