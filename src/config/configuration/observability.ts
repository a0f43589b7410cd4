/** Metrics. */
export interface ObservabilityConfiguration {
  /**
   * Whether a Prometheus is rendered; `false` for a cluster that has one.
   * @default - true, with user workload monitoring false
   */
  readonly prometheus?: boolean;
  /**
   * Whether ServiceMonitors and the gateway's PodMonitor are rendered: alone they are for a Prometheus that the cluster has already.
   * @default - the same as prometheus
   */
  readonly serviceMonitors?: boolean;
  /**
   * Whether OpenShift's monitoring of user workloads scrapes, which a cluster administrator switches on: the monitors then stand in
   * the namespaces of what they scrape, and no Prometheus is rendered.
   * @default - true on OpenShift, where neither prometheus nor serviceMonitors says something else
   */
  readonly userWorkloadMonitoring?: boolean;
  /**
   * Address inside the cluster of the Prometheus that scrapes by the monitors, where that is not ours: KEDA asks it about
   * models with `scaling`. It has to answer without credentials.
   * @default - that of the rendered Prometheus
   */
  readonly prometheusAddress?: string;
  /**
   * Further labels of the monitors, for a Prometheus that selects by them, for example `release`.
   * @default - none
   */
  readonly monitorLabels?: Record<string, string>;
  /**
   * Prometheus pods; each scrapes everything.
   * @default 2
   */
  readonly replicas?: number;
  /**
   * Namespace of Prometheus and the monitors; user workload monitoring needs none.
   * @default llm-observability
   */
  readonly namespace?: string;
  /**
   * Whether the gateway logs a line of JSON for every metered request: user, tier, model, tokens, status, refusing window
   * and duration; no key and no text.
   * @default true
   */
  readonly ledger?: boolean;
  /**
   * Whether token counters in Prometheus carry the user's name: one series a user, tier and model.
   * @default false
   */
  readonly userLabel?: boolean;
}
