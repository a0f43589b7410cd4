import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { DEFAULT_COOLDOWN_MINUTES } from '../config/defaults';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { predictorServiceName } from './inference-service';
import { activityQuery, loadQuery, LONGEST_COOLDOWN, type ScaledPods, type ScalingMetric } from './scaling-queries';

/** Props of `ModelScaling`. */
export interface ModelScalingProps {
  /** Name of the InferenceService; also its own. The model has to have `externalAutoscaler`. */
  readonly inferenceService: string;

  /** Namespace of the InferenceService. */
  readonly namespace: string;

  /** Fewest replicas; 0 needs `gatewayJob`. */
  readonly min: number;

  /** Most replicas; more than the fewest. */
  readonly max: number;

  /** What tells how many replicas are needed. */
  readonly by: ScalingMetric;

  /** What one replica should have: waiting requests, percent of its KV cache in use, tokens a second. */
  readonly target: number;

  /** Address of the Prometheus that scrapes the model, for example `http://prometheus.monitoring.svc:9090`. */
  readonly prometheusAddress: string;

  /**
   * Prometheus' job of the gateway's pods, `<namespace>/<PodMonitor>`: with no pod of the model, only the gateway knows of
   * requests.
   * @default - none; at least one replica stays
   */
  readonly gatewayJob?: string;

  /**
   * How long less has to be enough before a replica is taken away, at most an hour.
   * @default Duration.minutes(5)
   */
  readonly cooldown?: Duration;
}

/**
 * Lets KEDA decide how many replicas a model has (keda.sh/v1alpha1 ScaledObject), by what vLLM reports of its work.
 *
 * Where Prometheus has no answer, the number stays as it is. With `min: 0` the last replica goes once nobody has asked for
 * `cooldown`; the next request is refused with 503, and wakes the model.
 *
 * @throws when the range of replicas is empty, or begins at 0 without `gatewayJob`, or the cooldown is not one of whole seconds up to an hour
 * @see https://keda.sh/docs/2.17/scalers/prometheus/
 */
export class ModelScaling extends Construct {
  constructor(scope: Construct, id: string, props: ModelScalingProps) {
    super(scope, id);
    const { inferenceService, namespace, min, max } = props;
    if (min < 0 || max <= min) {
      throw new Error(
        `replicas of ${inferenceService}: got ${min} to ${max}, expected at least 0 and a larger maximum`,
      );
    }
    const cooldown = cooldownSeconds(props);
    const service = predictorServiceName(inferenceService);
    new l1.keda.ScaledObject(this, 'Resource', {
      metadata: objectMetadata(inferenceService, { namespace }),
      spec: {
        // Deployment and Service of a predictor have one name.
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
        minReplicaCount: min,
        maxReplicaCount: max,
        cooldownPeriod: cooldown,
        advanced: {
          horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: cooldown } } },
        },
        triggers: triggers(props, { namespace, service }),
      },
    });
  }
}

function triggers(props: ModelScalingProps, pods: ScaledPods) {
  const { inferenceService, min, by, target, prometheusAddress, gatewayJob } = props;
  const load = loadQuery(by, pods);
  if (min > 0) {
    return [trigger(by, prometheusAddress, load, target)];
  }
  if (gatewayJob === undefined) {
    throw new Error(`replicas of ${inferenceService}: got 0 without gatewayJob, expected it, so that requests wake it`);
  }
  return [
    // Without pods there is no work.
    trigger(by, prometheusAddress, `${load} or vector(0)`, target),
    // 1 for 1 replica: it wakes the model, and never asks for a second one.
    trigger('activity', prometheusAddress, activityQuery(pods, gatewayJob), 1),
  ];
}

function trigger(name: string, serverAddress: string, query: string, threshold: number) {
  return {
    type: 'prometheus',
    name,
    // So many replicas as the answer has parts of this size.
    metricType: 'AverageValue',
    metadata: {
      serverAddress,
      query,
      threshold: String(threshold),
      // Nothing is not 0: metrics that are lost must not take busy replicas away.
      ignoreNullValues: 'false',
    },
  };
}

function cooldownSeconds({
  inferenceService,
  cooldown = Duration.minutes(DEFAULT_COOLDOWN_MINUTES),
}: ModelScalingProps): number {
  const seconds = cooldown.toMilliseconds() / 1000;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_COOLDOWN) {
    throw new Error(`cooldown of ${inferenceService}: got ${seconds} seconds, expected 1 to ${LONGEST_COOLDOWN}`);
  }
  return seconds;
}
