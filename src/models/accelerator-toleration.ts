/** How a toleration matches a taint. */
export type TolerationOperator = 'Exists' | 'Equal';

/** What a taint does to pods that do not tolerate it. */
export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

/** A toleration of a pod (core/v1 Toleration). */
export interface AcceleratorToleration {
  /** Key of the taint. */
  readonly key: string;
  /**
   * `Exists` for any value of the taint, `Equal` for one.
   * @default Equal
   */
  readonly operator?: TolerationOperator;
  /**
   * Value of the taint, for `Equal`.
   * @default - none
   */
  readonly value?: string;
  /**
   * Effect of the taint.
   * @default - every effect
   */
  readonly effect?: TaintEffect;
}
