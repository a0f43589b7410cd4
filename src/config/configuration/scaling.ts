import type { ScalingMetric } from '../../models/scaling-queries';

/** How many replicas a model has while it serves. */
export interface ScalingConfiguration {
  /**
   * What tells how many are needed: requests that wait (`queue`), the KV cache in use (`cache`), or tokens that are written
   * (`tokens`).
   */
  readonly by: ScalingMetric;
  /** What one replica should have of it: waiting requests, percent of its KV cache, or tokens a second. */
  readonly target: number;
  /**
   * How long less has to be enough before a replica is taken away: whole seconds, at most an hour.
   * @default 5m
   */
  readonly cooldown?: string;
}
