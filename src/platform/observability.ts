import type { Chart } from 'cdk8s';
import type { PlatformSettings } from '../config/settings';
import { IMAGES } from '../images';
import { GatewayMonitor } from '../observability/gateway-monitor';
import { MaasPrometheus, PROMETHEUS_NAME } from '../observability/maas-prometheus';
import { authorinoMetrics, limitadorMetrics, MetricsMonitor, modelMetrics } from '../observability/metrics-monitor';
import { prefixedName, platformImage, type PlatformContext } from './context';

/** Whether there is anything to observe with. */
export function hasObservability({ observability }: PlatformSettings): boolean {
  return observability.prometheus || observability.serviceMonitors;
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
      image: platformImage(context, IMAGES.prometheus),
    });
  }
  if (settings.observability.serviceMonitors) {
    addMonitors(chart, context);
  }
}

function addMonitors(chart: Chart, { settings, gateway }: PlatformContext): void {
  const { kuadrant, models, namespace, observability } = settings;
  const shared = { namespace: observability.namespace, labels: observability.monitorLabels };
  const name = prefixedName(settings, `${gateway.gatewayName}-stats`);
  new GatewayMonitor(chart, 'gateway-monitor', { ...shared, name, gateway });
  const sources = [
    authorinoMetrics(kuadrant.namespace),
    limitadorMetrics(kuadrant.namespace),
    ...models.map((model) => modelMetrics({ ...model, namespace })),
  ];
  for (const source of sources) {
    new MetricsMonitor(chart, source.name, {
      ...source,
      ...shared,
      name: prefixedName(settings, source.name),
    });
  }
}
