import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { AUTHORINO_LABELS, LIMITADOR_LABELS, MODEL_LABEL } from '../pods';

/** Services whose metrics are scraped. */
export interface MetricsSource {
  /** Name of the ServiceMonitor. */
  readonly name: string;

  /** Namespace of the Services. */
  readonly targetNamespace: string;

  /** Labels of the Services. */
  readonly selector: { readonly [key: string]: string };

  /**
   * Name of the Services' port.
   * @default http
   */
  readonly port?: string;

  /**
   * Paths to scrape.
   * @default - /metrics
   */
  readonly paths?: string[];
}

/** Props of `MetricsMonitor`. */
export interface MetricsMonitorProps extends MetricsSource {
  /** Namespace of the ServiceMonitor: that of the Prometheus that should find it. */
  readonly namespace: string;

  /**
   * Time between two scrapes.
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;

  /**
   * Further labels of the ServiceMonitor, for a Prometheus that selects by them.
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };
}

/**
 * Tells Prometheus what to scrape (monitoring.coreos.com/v1 ServiceMonitor).
 *
 * @throws when the selector is empty, which would select every Service, or when there is no path
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
 */
export class MetricsMonitor extends Construct {
  constructor(scope: Construct, id: string, props: MetricsMonitorProps) {
    super(scope, id);
    const { port = 'http', paths = ['/metrics'], interval = Duration.seconds(30) } = props;
    if (Object.keys(props.selector).length === 0) {
      throw new Error(`ServiceMonitor "${props.name}": got an empty selector, expected at least one label`);
    }
    if (paths.length === 0) {
      throw new Error(`ServiceMonitor "${props.name}": got no paths, expected at least one`);
    }
    new l1.monitoring.ServiceMonitor(this, 'Resource', {
      metadata: objectMetadata(props.name, { namespace: props.namespace, labels: props.labels }),
      spec: {
        namespaceSelector: { matchNames: [props.targetNamespace] },
        selector: { matchLabels: { ...props.selector } },
        endpoints: paths.map((path) => ({ port, path, interval: `${interval.toSeconds()}s` })),
      },
    });
  }
}

/**
 * Metrics of Authorino, for a `MetricsMonitor`: of its controller, and of the authorization of requests.
 * @param kuadrantNamespace namespace of Kuadrant's operator, where Authorino runs
 */
export function authorinoMetrics(kuadrantNamespace: string): MetricsSource {
  return {
    name: 'authorino-runtime',
    targetNamespace: kuadrantNamespace,
    selector: AUTHORINO_LABELS,
    paths: ['/metrics', '/server-metrics'],
  };
}

/**
 * Metrics of Limitador, which counts requests, and tokens where it is the engine, for a `MetricsMonitor`.
 * @param kuadrantNamespace namespace of Kuadrant's operator, where Limitador runs
 */
export function limitadorMetrics(kuadrantNamespace: string): MetricsSource {
  return {
    name: 'limitador-runtime',
    targetNamespace: kuadrantNamespace,
    selector: LIMITADOR_LABELS,
  };
}

/** A model as its metrics know it. */
export interface MonitoredModel {
  /** Name of the model: of the catalog, or an own one. */
  readonly name: string;
  /** Name of the InferenceService. */
  readonly inferenceService: string;
  /** Namespace of the InferenceService. */
  readonly namespace: string;
}

/**
 * Metrics of a served model, for a `MetricsMonitor`. KServe copies the label of the InferenceService to its Service.
 * @param model the model; its name goes into that of the ServiceMonitor
 */
export function modelMetrics(model: MonitoredModel): MetricsSource {
  return {
    name: model.name === 'simulator' ? 'vllm-simulator-monitor' : `${model.name}-model-monitor`,
    targetNamespace: model.namespace,
    selector: { [MODEL_LABEL]: model.inferenceService },
  };
}
