/** Versions of the components in the cluster (semantic versions without a leading `v`). */
export interface VersionsConfiguration {
  /**
   * Gateway API.
   * @default 1.5.1
   */
  readonly gatewayApi?: string;
  /**
   * Istio. Token limits by `envoyFilter` need 1.30 or newer.
   * @default 1.31.4
   */
  readonly istio?: string;
  /**
   * Kuadrant operator. Versions before 1.4.2 let clients forge identity headers.
   * @default 1.5.2
   */
  readonly kuadrant?: string;
  /**
   * KServe.
   * @default 0.20.0
   */
  readonly kserve?: string;
  /**
   * cert-manager.
   * @default 1.18.2
   */
  readonly certManager?: string;
}
