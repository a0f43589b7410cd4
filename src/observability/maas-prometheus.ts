import { Construct } from 'constructs';
import { restrictedPodSecurity } from '../cluster/pod-security';
import { imageName, IMAGES } from '../images';
import { addCoreObject } from '../core-object';
import { l1 } from '../l1';
import { MAAS_LABELS, objectMetadata } from '../labels';
import { addNetworkPolicy, podPeer } from '../network-policy';
import { PROMETHEUS_LABELS, type PodSelection } from '../pods';
import { MetricsMonitor } from './metrics-monitor';
import type { PlatformKind } from '../cluster/platform-kind';

/** Props of `MaasPrometheus`. */
export interface MaasPrometheusProps {
  /** Namespace of Prometheus and of the ServiceMonitors that it finds. */
  readonly namespace: string;

  /** Namespaces whose Services it scrapes; its own is always one of them. */
  readonly scrapedNamespaces: string[];

  /**
   * Name of Prometheus and of what belongs to it; its Roles have it in every scraped namespace.
   * @default models-aas-observability
   */
  readonly name?: string;

  /**
   * Prometheus pods; each scrapes everything.
   * @default 2
   */
  readonly replicas?: number;

  /**
   * Kubernetes distribution; OpenShift assigns user ids itself.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * Whether a NetworkPolicy lets nobody reach it but itself and `clients`: its metrics may name users. `kubectl port-forward` passes it
   * by; for a Grafana add a NetworkPolicy of your own.
   * @default true
   */
  readonly networkPolicy?: boolean;

  /**
   * Pods of others that may ask it, for example KEDA's operator.
   * @default - none
   */
  readonly clients?: PodSelection[];

  /**
   * Prometheus image; of the version that the image table of docs/versions.md names.
   * @default - that table's
   */
  readonly image?: string;
}

/** Name of Prometheus in a cluster with one platform. */
export const PROMETHEUS_NAME = 'models-aas-observability';

const WEB_PORT = 9090;

/** Address of a Prometheus inside the cluster. */
export function prometheusAddress(namespace: string, name: string): string {
  return `http://${name}.${namespace}.svc:${WEB_PORT}`;
}

/** The pods that the Prometheus operator makes for a Prometheus. */
export function prometheusPods(namespace: string, name: string): Required<PodSelection> {
  return { namespace, labels: { ...PROMETHEUS_LABELS, prometheus: name } };
}

/** Labels of the ServiceMonitors and PodMonitors that Prometheus takes: those of every object of the platform. */
const MONITOR_SELECTOR = { matchLabels: { 'app.kubernetes.io/part-of': MAAS_LABELS['app.kubernetes.io/part-of'] } };

/**
 * A Prometheus for the platform (monitoring.coreos.com/v1 Prometheus), with the rights to discover Services in the
 * scraped namespaces and nowhere else.
 *
 * It takes ServiceMonitors and PodMonitors of its own namespace that carry `app.kubernetes.io/part-of: maas`.
 *
 * @throws when there is less than one replica
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Prometheus
 */
export class MaasPrometheus extends Construct {
  constructor(scope: Construct, id: string, props: MaasPrometheusProps) {
    super(scope, id);
    const { namespace, name = PROMETHEUS_NAME, replicas = 2 } = props;
    const pods = prometheusPods(namespace, name);
    // By it the ServiceMonitor of Prometheus itself finds the Service.
    const serviceLabels = { app: name };
    if (!Number.isInteger(replicas) || replicas < 1) {
      throw new Error(`Prometheus "${name}": got ${replicas} replicas, expected a whole number of at least 1`);
    }

    addCoreObject(this, 'ServiceAccount', 'ServiceAccount', {
      metadata: objectMetadata(name, { namespace }),
      // The operator's pods ask for the token themselves; no other pod gets it.
      automountServiceAccountToken: false,
    });
    for (const scraped of new Set([namespace, ...props.scrapedNamespaces])) {
      allowDiscovery(this, scraped, { name, namespace });
    }

    new l1.monitoring.Prometheus(this, 'Resource', {
      metadata: objectMetadata(name, { namespace }),
      spec: {
        image: props.image ?? imageName(IMAGES.prometheus),
        version: IMAGES.prometheus.tag,
        replicas,
        serviceAccountName: name,
        serviceMonitorSelector: MONITOR_SELECTOR,
        podMonitorSelector: MONITOR_SELECTOR,
        // Otherwise a monitor could make Prometheus send its own token to whomever it names.
        arbitraryFsAccessThroughSMs: { deny: true },
        resources: { requests: { memory: '400Mi' } },
        securityContext: restrictedPodSecurity({ platform: props.platform, runAsUser: 1000, fsGroup: 2000 }),
      },
    });

    addCoreObject(this, 'Service', 'Service', {
      metadata: objectMetadata(name, { namespace, labels: serviceLabels }),
      spec: {
        type: 'ClusterIP',
        selector: pods.labels,
        ports: [{ name: 'web', port: WEB_PORT }],
      },
    });

    if (props.networkPolicy ?? true) {
      addNetworkPolicy(this, 'NetworkPolicy', {
        name,
        namespace,
        pods: { matchLabels: pods.labels },
        ingress: [{ ports: [WEB_PORT], peers: [pods, ...(props.clients ?? [])].map(podPeer) }],
      });
    }

    new MetricsMonitor(this, 'SelfMonitor', {
      name: `${name}-self`,
      namespace,
      targetNamespace: namespace,
      selector: serviceLabels,
      port: 'web',
    });
  }
}

/** Lets a ServiceAccount discover Services in one namespace. */
function allowDiscovery(scope: Construct, scraped: string, account: { name: string; namespace: string }): void {
  const verbs = ['get', 'list', 'watch'];
  addCoreObject(scope, `Role-${scraped}`, 'Role', {
    metadata: objectMetadata(account.name, { namespace: scraped }),
    rules: [
      { apiGroups: [''], resources: ['services', 'endpoints', 'pods'], verbs },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    ],
  });
  addCoreObject(scope, `RoleBinding-${scraped}`, 'RoleBinding', {
    metadata: objectMetadata(account.name, { namespace: scraped }),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account.name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
}
