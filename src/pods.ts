/** Pods of one namespace. */
export interface PodSelection {
  /** Namespace of the pods. */
  readonly namespace: string;

  /**
   * Labels that they carry.
   * @default - every pod of the namespace
   */
  readonly labels?: { readonly [label: string]: string };
}

/** Label that istiod gives the pods of a Gateway, with its name. */
export const GATEWAY_LABEL = 'gateway.networking.k8s.io/gateway-name';

/** Label that KServe gives the pods of an InferenceService, with its name. */
export const MODEL_LABEL = 'serving.kserve.io/inferenceservice';

/**
 * Labels that authorino-operator gives Authorino's pods and Services.
 * @see https://github.com/Kuadrant/authorino-operator/blob/v0.21.0/pkg/resources/k8s_util.go
 */
export const AUTHORINO_LABELS = { 'authorino-resource': 'authorino', 'control-plane': 'controller-manager' } as const;

/**
 * Labels that limitador-operator gives Limitador's pods and Services.
 * @see https://github.com/Kuadrant/limitador-operator/blob/v0.15.0/pkg/limitador/k8s_objects.go
 */
export const LIMITADOR_LABELS = { app: 'limitador', 'limitador-resource': 'limitador' } as const;

/**
 * Labels that KEDA's release and chart give the pods of its operator, which asks Prometheus.
 * @see https://github.com/kedacore/keda/blob/v2.17.2/config/manager/manager.yaml
 */
export const KEDA_LABELS = { app: 'keda-operator' } as const;

/**
 * Labels that the Prometheus operator gives the pods of every Prometheus.
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/common.go
 */
export const PROMETHEUS_LABELS = { 'app.kubernetes.io/name': 'prometheus' } as const;

/**
 * The Prometheus of OpenShift's user workload monitoring.
 * @see https://github.com/openshift/cluster-monitoring-operator/blob/main/assets/prometheus-user-workload/prometheus.yaml
 */
export const USER_WORKLOAD_PROMETHEUS: Required<PodSelection> = {
  namespace: 'openshift-user-workload-monitoring',
  labels: PROMETHEUS_LABELS,
};
