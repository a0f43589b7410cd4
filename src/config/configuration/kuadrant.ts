/** The Kuadrant instance (kuadrant.io/v1beta1 Kuadrant). */
export interface KuadrantConfiguration {
  /**
   * Whether the instance is created; `false` uses an existing one.
   * @default true
   */
  readonly create?: boolean;
  /**
   * Namespace of Kuadrant's operator and instance; it comes with the operator's installation.
   * @default kuadrant-system
   */
  readonly namespace?: string;
}
