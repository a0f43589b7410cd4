import type { Chart } from 'cdk8s';
import { versionsOf } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import { IMAGES } from '../images';
import { GatewayMonitor } from '../observability/gateway-monitor';
import { MaasPrometheus, PROMETHEUS_NAME, prometheusAddress, prometheusPods } from '../observability/maas-prometheus';
import { authorinoMetrics, limitadorMetrics, MetricsMonitor, modelMetrics } from '../observability/metrics-monitor';
import { KEDA_LABELS, PROMETHEUS_LABELS, USER_WORKLOAD_PROMETHEUS, type PodSelection } from '../pods';
import { prefixedName, platformImage, type PlatformContext } from './context';

/** Whether there is anything to observe with. */
export function hasObservability({ observability }: PlatformSettings): boolean {
  return observability.prometheus || observability.serviceMonitors;
}

/**
 * Who scrapes the gateway pods and the models: our Prometheus, or somebody else's. That one is looked for in the namespace
 * of the monitors, or where OpenShift's user workload monitoring runs.
 */
export function scrapers(settings: PlatformSettings): PodSelection[] {
  const { prometheus, serviceMonitors, userWorkloadMonitoring, namespace } = settings.observability;
  if (prometheus) {
    return [prometheusPods(namespace, prefixedName(settings, PROMETHEUS_NAME))];
  }
  if (userWorkloadMonitoring) {
    return [USER_WORKLOAD_PROMETHEUS];
  }
  return serviceMonitors ? [{ namespace, labels: PROMETHEUS_LABELS }] : [];
}

/** Where what our monitors scrape can be asked for: our Prometheus, or that which maas.yaml names. */
export function metricsAddress(settings: PlatformSettings): string {
  const { prometheusAddress: others, namespace } = settings.observability;
  return others?.replace(/\/+$/, '') ?? prometheusAddress(namespace, prefixedName(settings, PROMETHEUS_NAME));
}

/** KEDA's operator, where it has models to scale; Red Hat's has a namespace of its own. */
function scalers({ models, platform }: PlatformSettings): PodSelection[] {
  const namespace = platform === 'openshift' ? 'openshift-keda' : 'keda';
  return models.some(({ scaling }) => scaling !== undefined) ? [{ namespace, labels: KEDA_LABELS }] : [];
}

/** Platforms may share the namespace of their metrics and Kuadrant's, so the platform's name prefixes every object. */
export function addObservability(chart: Chart, context: PlatformContext): void {
  const { settings } = context;
  if (settings.observability.prometheus) {
    new MaasPrometheus(chart, 'prometheus', {
      name: prefixedName(settings, PROMETHEUS_NAME),
      namespace: settings.observability.namespace,
      scrapedNamespaces: [settings.namespace, settings.gateway.namespace, settings.kuadrant.namespace],
      replicas: settings.observability.replicas,
      platform: settings.platform,
      networkPolicy: settings.networkPolicies,
      clients: scalers(settings),
      image: platformImage(context, IMAGES.prometheus),
    });
  }
  if (settings.observability.serviceMonitors) {
    addMonitors(chart, context);
  }
}

/** How Prometheus names what it scrapes by our PodMonitor of the gateway. */
export function gatewayJob(context: PlatformContext): string {
  const { settings, gateway } = context;
  return `${monitorNamespace(settings, gateway.gatewayNamespace)}/${gatewayMonitorName(context)}`;
}

/** User workload monitoring finds a target only in the namespace of the monitor. */
function monitorNamespace({ observability }: PlatformSettings, target: string): string {
  return observability.userWorkloadMonitoring ? target : observability.namespace;
}

function gatewayMonitorName({ settings, gateway }: PlatformContext): string {
  return prefixedName(settings, `${gateway.gatewayName}-stats`);
}

function addMonitors(chart: Chart, context: PlatformContext): void {
  const { settings, gateway } = context;
  const { kuadrant, models, namespace, observability } = settings;
  const labels = observability.monitorLabels;
  new GatewayMonitor(chart, 'gateway-monitor', {
    labels,
    name: gatewayMonitorName(context),
    namespace: monitorNamespace(settings, gateway.gatewayNamespace),
    gateway,
  });
  const sources = [
    authorinoMetrics(kuadrant.namespace),
    limitadorMetrics(kuadrant.namespace),
    ...models.flatMap(versionsOf).map((model) => modelMetrics({ ...model, namespace })),
  ];
  for (const source of sources) {
    new MetricsMonitor(chart, source.name, {
      ...source,
      labels,
      name: prefixedName(settings, source.name),
      namespace: monitorNamespace(settings, source.targetNamespace),
    });
  }
}
