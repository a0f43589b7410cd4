/** KServe's cluster-wide configuration (ConfigMap inferenceservice-config). */
export interface KServeInstallationConfiguration {
  /**
   * Whether KServe's deploy and ingress settings are rendered, and `localModel.enabled` where a model has a
   * `cache.nodeGroup`; `false` leaves them to who runs KServe.
   * @default true
   */
  readonly configure?: boolean;
  /**
   * Namespace of the KServe controller.
   * @default kserve
   */
  readonly namespace?: string;
}
