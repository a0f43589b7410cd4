import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { predictorServiceName } from './inference-service';
import { loadQuery, LONGEST_COOLDOWN, type ScalingMetric } from './scaling-queries';

/** Props of `ModelScaling`. */
export interface ModelScalingProps {
  /** Name of the InferenceService; also its own. The model has to have `externalAutoscaler`. */
  readonly inferenceService: string;

  /** Namespace of the InferenceService. */
  readonly namespace: string;

  /** Fewest replicas. */
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
   * How long less has to be enough before a replica is taken away, at most an hour.
   * @default Duration.minutes(5)
   */
  readonly cooldown?: Duration;
}

/** How long less has to be enough before a replica is taken away. */
const DEFAULT_COOLDOWN = Duration.minutes(5);

/**
 * Lets KEDA decide how many replicas a model has (keda.sh/v1alpha1 ScaledObject), by what vLLM reports of its work.
 *
 * Where Prometheus has no answer, the number stays as it is.
 *
 * @throws when the range of replicas is empty or begins below one, or the cooldown is not one of whole seconds up to an hour
 * @see https://keda.sh/docs/2.17/scalers/prometheus/
 */
export class ModelScaling extends Construct {
  constructor(scope: Construct, id: string, props: ModelScalingProps) {
    super(scope, id);
    const { inferenceService, namespace, min, max, by, target } = props;
    if (min < 1 || max <= min) {
      throw new Error(
        `replicas of ${inferenceService}: got ${min} to ${max}, expected at least 1 and a larger maximum`,
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
        triggers: [trigger(by, props.prometheusAddress, loadQuery(by, { namespace, service }), target)],
      },
    });
  }
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

function cooldownSeconds({ inferenceService, cooldown = DEFAULT_COOLDOWN }: ModelScalingProps): number {
  const seconds = cooldown.toMilliseconds() / 1000;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_COOLDOWN) {
    throw new Error(`cooldown of ${inferenceService}: got ${seconds} seconds, expected 1 to ${LONGEST_COOLDOWN}`);
  }
  return seconds;
}
