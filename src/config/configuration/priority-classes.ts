import type { PreemptionPolicy } from '../../models/model-priority-class';
import type { QuotaConfiguration } from './quota';

/** A PriorityClass (scheduling.k8s.io/v1), which models name; never the default of the cluster. */
export interface PriorityClassConfiguration {
  /** Name (DNS label) that models have for it; that of the object has the platform's `name` before it. */
  readonly name: string;
  /**
   * Priority of its pods, at most 1,000,000,000: pods of a higher one are scheduled first. Pods without a class have 0. The
   * API server never changes it: another value needs another name.
   */
  readonly value: number;
  /**
   * Whether its pods may evict pods of a lower one where there is no room: `PreemptLowerPriority`, or `Never`. The API server
   * never changes it, either.
   * @default PreemptLowerPriority
   */
  readonly preemptionPolicy?: PreemptionPolicy;
  /**
   * When to use it.
   * @default - none
   */
  readonly description?: string;
  /**
   * What all its pods in the models' namespace may ask for together, beside what `quota` says of all pods. It has to hold the
   * models that name it.
   * @default - no limit
   */
  readonly quota?: QuotaConfiguration;
}
