/** What tokens of a model count against limits, each above 0 and at most 60. */
export interface TokenWeights {
  /**
   * A token of the prompt.
   * @default 1
   */
  readonly prompt?: number;
  /**
   * A generated token.
   * @default 1
   */
  readonly completion?: number;
  /**
   * A token of the prompt that the engine had in its cache.
   * @default - the same as prompt
   */
  readonly cached?: number;
}
