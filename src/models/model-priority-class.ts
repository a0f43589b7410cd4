import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';

/** Whether pods may evict pods of a lower priority where there is no room for them. */
export type PreemptionPolicy = 'PreemptLowerPriority' | 'Never';

/** Highest priority that is not reserved for the cluster's own pods. */
export const HIGHEST_PRIORITY = 1_000_000_000;

/** Lowest priority: that of an int32. */
export const LOWEST_PRIORITY = -(2 ** 31);

/** Beginning of names that only the cluster's own classes may have. */
export const RESERVED_CLASS_PREFIX = 'system-';

/** Props of `ModelPriorityClass`. */
export interface ModelPriorityClassProps {
  /** Name of the PriorityClass, in the whole cluster; `system-` is reserved. */
  readonly name: string;

  /** Priority of its pods, at most 1,000,000,000. Pods without a class have 0. */
  readonly value: number;

  /**
   * Whether its pods may evict pods of a lower priority.
   * @default PreemptLowerPriority
   */
  readonly preemptionPolicy?: PreemptionPolicy;

  /**
   * When to use it.
   * @default - none
   */
  readonly description?: string;
}

/**
 * Who gives way where accelerators are short (scheduling.k8s.io/v1 PriorityClass), never the default of the cluster. A
 * `ServedModel` names it as its `priorityClassName`.
 *
 * Pods of others may name it, too, and without it none of theirs is made any more: it outlives the platform (see
 * "What we do not own" in ARCHITECTURE.md). The API server never changes `value` and `preemptionPolicy`.
 *
 * @throws when the name is reserved for the cluster's own classes, or the value is
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
export class ModelPriorityClass extends Construct {
  /** Name of the PriorityClass. */
  public readonly priorityClassName: string;

  constructor(scope: Construct, id: string, props: ModelPriorityClassProps) {
    super(scope, id);
    const { name, value, preemptionPolicy, description } = props;
    if (name.startsWith(RESERVED_CLASS_PREFIX)) {
      throw new Error(
        `priority class: got "${name}", expected a name that does not begin with ${RESERVED_CLASS_PREFIX}`,
      );
    }
    if (!Number.isInteger(value) || value < LOWEST_PRIORITY || value > HIGHEST_PRIORITY) {
      throw new Error(
        `priority class ${name}: got the value ${value}, expected a whole number from ${LOWEST_PRIORITY} to ${HIGHEST_PRIORITY}`,
      );
    }
    this.priorityClassName = name;
    addCoreObject(this, 'Resource', 'PriorityClass', {
      // Pods that name it are refused before it is there; Argo CD sorts kinds that it does not know by their names.
      metadata: objectMetadata(name, { keep: true, annotations: { 'argocd.argoproj.io/sync-wave': '-1' } }),
      value,
      preemptionPolicy,
      description,
    });
  }
}
