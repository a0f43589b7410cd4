import type { Chart } from 'cdk8s';
import { IMAGES } from '../images';
import { GatewayMonitor } from '../observability/gateway-monitor';
import { MaasPrometheus } from '../observability/maas-prometheus';
import { authorinoMetrics, limitadorMetrics, MetricsMonitor, modelMetrics } from '../observability/metrics-monitor';
import { platformImage, type PlatformContext } from './context';

export function addObservability(chart: Chart, context: PlatformContext): void {
  const { observabilityNamespace, namespace, gateway, kuadrant, models, platform } = context.settings;
  new MaasPrometheus(chart, 'prometheus', {
    namespace: observabilityNamespace,
    scrapedNamespaces: [namespace, gateway.namespace, kuadrant.namespace],
    platform,
    image: platformImage(context, IMAGES.prometheus),
  });
  new GatewayMonitor(chart, 'gateway-monitor', { gateway: context.gateway, namespace: observabilityNamespace });
  const sources = [
    authorinoMetrics(kuadrant.namespace),
    limitadorMetrics(kuadrant.namespace),
    ...models.map((model) => modelMetrics({ ...model, namespace })),
  ];
  for (const source of sources) {
    new MetricsMonitor(chart, source.name, { ...source, namespace: observabilityNamespace });
  }
}
