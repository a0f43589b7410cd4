import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import type { IMaasGateway } from '../gateway/gateway-reference';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { GATEWAY_LABEL } from '../pods';

/** Props of `GatewayMonitor`. */
export interface GatewayMonitorProps {
  /** Gateway whose pods are scraped. */
  readonly gateway: IMaasGateway;

  /** Namespace of the PodMonitor: that of the Prometheus that should find it. */
  readonly namespace: string;

  /**
   * Name of the PodMonitor.
   * @default - `<gateway>-stats`
   */
  readonly name?: string;

  /**
   * Further labels of the PodMonitor, for a Prometheus that selects by them.
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };

  /**
   * Time between two scrapes.
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;
}

/**
 * What Envoy is asked for: the counters of the token limit and Istio's metrics of requests. The gauges behind the limits,
 * several for every user, are not asked for.
 */
const WANTED_STATS = 'charged_tokens|refused_requests|istio_request';

/**
 * Tells Prometheus to scrape the gateway pods (monitoring.coreos.com/v1 PodMonitor): `maas_charged_tokens_total` by tier and
 * model, `maas_refused_requests_total` by tier and window, and Istio's request metrics.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export class GatewayMonitor extends Construct {
  constructor(scope: Construct, id: string, props: GatewayMonitorProps) {
    super(scope, id);
    const { gateway, namespace, interval = Duration.seconds(30) } = props;
    new l1.monitoring.PodMonitor(this, 'Resource', {
      metadata: objectMetadata(props.name ?? `${gateway.gatewayName}-stats`, { namespace, labels: props.labels }),
      spec: {
        namespaceSelector: { matchNames: [gateway.gatewayNamespace] },
        selector: { matchLabels: { [GATEWAY_LABEL]: gateway.gatewayName } },
        podMetricsEndpoints: [
          {
            // Envoy itself (15090): the merged port 15020 of Istio's agent knows no filter.
            port: 'http-envoy-prom',
            path: '/stats/prometheus',
            params: { filter: [WANTED_STATS] },
            interval: `${interval.toSeconds()}s`,
            metricRelabelings: [
              {
                sourceLabels: ['__name__'],
                regex: 'envoy_http_lua_(maas_.*)',
                targetLabel: '__name__',
                replacement: '${1}_total',
              },
            ],
          },
        ],
      },
    });
  }
}
