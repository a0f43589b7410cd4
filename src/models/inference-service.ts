import type { Construct } from 'constructs';
import type { InferenceServiceSpecPredictor } from '../../imports/serving.kserve.io';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { MODEL_LABEL } from '../pods';
import { deploymentMode } from './deployment-mode';
import type { ModelReplicas, ModelRollout } from './model-size';

/** What every InferenceService of the platform has in common. */
export interface InferenceServiceOptions {
  readonly name: string;
  readonly namespace: string;
  readonly replicas?: ModelReplicas;
  /** Whether something else than KServe decides how many of the range there are. */
  readonly externalAutoscaler?: boolean;
  readonly rollout?: ModelRollout;
  readonly kserveVersion?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly predictor: InferenceServiceSpecPredictor;
}

/**
 * Adds an InferenceService (serving.kserve.io/v1beta1) that is reached through its predictor Service only.
 *
 * `cluster-local` keeps KServe from making routes of its own even where its configuration still allows it: they would
 * lead around our policies. Several replicas are spread over nodes and zones. Without a range of replicas there is no
 * autoscaler, so that the number is kept; with an external one KServe leaves the number alone.
 *
 * @throws when the range of replicas is empty, or begins below one without an external autoscaler
 */
export function addInferenceService(scope: Construct, id: string, options: InferenceServiceOptions): void {
  const { min, max } = checkedRange(options);
  new l1.kserve.InferenceService(scope, id, {
    metadata: objectMetadata(options.name, {
      namespace: options.namespace,
      labels: { 'networking.kserve.io/visibility': 'cluster-local', ...options.labels },
      annotations: {
        'serving.kserve.io/deploymentMode': deploymentMode(options.kserveVersion),
        'serving.kserve.io/autoscalerClass': autoscalerClass(options),
        'sidecar.istio.io/inject': 'false',
        ...options.annotations,
      },
    }),
    spec: {
      predictor: {
        ...options.predictor,
        deploymentStrategy: options.rollout === 'replace' ? REPLACE : undefined,
        ...(max > 1 && { topologySpreadConstraints: spread(options.name) }),
        // Of an external autoscaler's range KServe reads nothing, but it takes 0 for nothing written.
        minReplicas: Math.max(min, 1),
        maxReplicas: max,
        automountServiceAccountToken: false,
      },
    },
  });
}

/** One pod after the other, each in the place of an old one: it needs no accelerator more than there are. */
const REPLACE = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };

function autoscalerClass({ replicas, externalAutoscaler = false }: InferenceServiceOptions): string {
  const { min, max } = replicaRange(replicas);
  const own = min === max ? 'none' : 'hpa';
  return externalAutoscaler ? 'external' : own;
}

/** KServe takes 0 for a plain Deployment as if nothing were written. */
function checkedRange({ replicas, externalAutoscaler = false }: InferenceServiceOptions): Required<ModelReplicas> {
  const { min, max } = replicaRange(replicas);
  const least = externalAutoscaler ? 0 : 1;
  if (min < least || max < Math.max(min, 1)) {
    throw new Error(
      `replicas: got ${min} to ${max}, expected at least ${least} and a maximum that is not below the minimum`,
    );
  }
  return { min, max };
}

/** The range with its defaults. */
function replicaRange({ min = 1, max = min }: ModelReplicas = {}): Required<ModelReplicas> {
  return { min, max };
}

/**
 * Pods of one model on several nodes, in several zones where there are: the loss of one leaves the others. Where that
 * cannot be, they run beside each other, because few nodes have GPUs.
 */
function spread(inferenceService: string) {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { [MODEL_LABEL]: inferenceService } },
  }));
}

/** Whether a model may have several pods at once. */
export function hasSeveralReplicas(replicas: ModelReplicas | undefined): boolean {
  return replicaRange(replicas).max > 1;
}

/** Service that KServe makes for an InferenceService. */
export function predictorServiceName(inferenceService: string): string {
  return `${inferenceService}-predictor`;
}
