import { Construct } from 'constructs';
import { modelQuotaName } from '../config/defaults';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';

/** Props of `ModelQuota`. */
export interface ModelQuotaProps {
  /** Namespace whose pods it counts: all of them, also those of a Gateway in it. */
  readonly namespace: string;

  /**
   * Name of the ResourceQuota.
   * @default model-quota, with `priorityClassName` `model-quota-<it>`
   */
  readonly name?: string;

  /**
   * PriorityClass whose pods alone are counted.
   * @default - all pods
   */
  readonly priorityClassName?: string;

  /**
   * Accelerators of all pods together, by extended resource, for example `nvidia.com/gpu`.
   * @default - any number
   */
  readonly accelerators?: { readonly [resourceName: string]: number };

  /**
   * CPU that all pods together are guaranteed (Kubernetes quantity).
   * @default - any
   */
  readonly cpu?: string;

  /**
   * Memory that all pods together are guaranteed (Kubernetes quantity).
   * @default - any
   */
  readonly memory?: string;

  /**
   * Number of pods.
   * @default - any
   */
  readonly pods?: number;
}

/**
 * What the pods of a namespace may ask for together (core/v1 ResourceQuota). The API server refuses the pod that would be
 * too many, so that the ones that serve keep what they have.
 *
 * With `cpu` or `memory` it also refuses pods that do not say how much they need; all of this platform do.
 *
 * @throws when it would limit nothing
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export class ModelQuota extends Construct {
  constructor(scope: Construct, id: string, props: ModelQuotaProps) {
    super(scope, id);
    const { accelerators = {}, cpu, memory, pods, priorityClassName } = props;
    const hard = {
      // An extended resource cannot be overcommitted, so that there is a quota of requests only.
      ...Object.fromEntries(Object.entries(accelerators).map(([name, most]) => [`requests.${name}`, String(most)])),
      ...(cpu !== undefined && { 'requests.cpu': cpu }),
      ...(memory !== undefined && { 'requests.memory': memory }),
      ...(pods !== undefined && { pods: String(pods) }),
    };
    if (Object.keys(hard).length === 0) {
      throw new Error('quota: got nothing to limit, expected one of accelerators, cpu, memory, pods');
    }
    addCoreObject(this, 'Resource', 'ResourceQuota', {
      metadata: objectMetadata(props.name ?? modelQuotaName(priorityClassName), { namespace: props.namespace }),
      spec: {
        hard,
        scopeSelector: priorityClassName === undefined ? undefined : scopeOf(priorityClassName),
      },
    });
  }
}

function scopeOf(priorityClassName: string) {
  return { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: [priorityClassName] }] };
}
