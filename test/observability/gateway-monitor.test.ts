import { Duration } from 'cdk8s';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { GatewayMonitor } from '../../src/observability/gateway-monitor';
import { identify, synthesize } from '../support/synth';

const gateway = MaasGateway.fromName('inference-gateway', 'llm');

test('GatewayMonitor scrapes the pods of the Gateway, from the namespace of Prometheus', () => {
  const { manifests, find } = synthesize(
    (chart) => new GatewayMonitor(chart, 'monitor', { gateway, namespace: 'llm-observability' }),
  );
  expect(manifests.map(identify)).toEqual(['PodMonitor llm-observability/inference-gateway-stats']);
  const { spec } = find('PodMonitor');
  expect(spec.namespaceSelector).toEqual({ matchNames: ['llm'] });
  expect(spec.selector).toEqual({
    matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' },
  });
  expect(spec.podMetricsEndpoints).toEqual([
    {
      port: 'http-envoy-prom',
      path: '/stats/prometheus',
      params: { filter: ['charged_tokens|refused_requests|istio_request'] },
      interval: '30s',
      metricRelabelings: [
        {
          sourceLabels: ['__name__'],
          regex: 'envoy_http_lua_(maas_.*)',
          targetLabel: '__name__',
          replacement: '${1}_total',
        },
      ],
    },
  ]);
});

test('GatewayMonitor scrapes as often as it is told', () => {
  const { find } = synthesize(
    (chart) =>
      new GatewayMonitor(chart, 'monitor', { gateway, namespace: 'monitoring', interval: Duration.minutes(1) }),
  );
  expect(find('PodMonitor').spec.podMetricsEndpoints[0].interval).toBe('60s');
});
