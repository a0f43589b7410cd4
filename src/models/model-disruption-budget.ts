import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';
import { MODEL_LABEL } from '../pods';

/** Props of `ModelDisruptionBudget`. */
export interface ModelDisruptionBudgetProps {
  /** Name of the InferenceService whose pods it is about; also its own. */
  readonly inferenceService: string;

  /** Namespace of the InferenceService. */
  readonly namespace: string;
}

/**
 * Lets a drain of nodes take one pod of a model at a time (policy/v1 PodDisruptionBudget): the next only once the first is
 * ready elsewhere, its weights loaded. For models of several replicas: one that has a single pod could never be drained.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export class ModelDisruptionBudget extends Construct {
  constructor(scope: Construct, id: string, { inferenceService, namespace }: ModelDisruptionBudgetProps) {
    super(scope, id);
    addCoreObject(this, 'Resource', 'PodDisruptionBudget', {
      metadata: objectMetadata(inferenceService, { namespace }),
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { [MODEL_LABEL]: inferenceService } },
        // A pod that does not serve anyway must not keep a node from being drained.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
  }
}
