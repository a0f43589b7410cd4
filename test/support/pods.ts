import type { Pod } from './network';

/**
 * Pods with the labels that their controllers give them, and the ports on which they listen, as their releases say. For
 * models `test/cluster/kserve.test.ts` asks the real controllers.
 */
export const PODS = {
  /** istio/istio, manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml */
  gateway: {
    namespace: 'llm',
    labels: {
      'sidecar.istio.io/inject': 'false',
      'service.istio.io/canonical-name': 'inference-gateway-istio',
      'service.istio.io/canonical-revision': 'latest',
      'gateway.networking.k8s.io/gateway-name': 'inference-gateway',
      'gateway.networking.k8s.io/gateway-class-name': 'istio',
      'gateway.istio.io/managed': 'istio.io-gateway-controller',
    },
  },
  otherGateway: { namespace: 'llm', labels: { 'gateway.networking.k8s.io/gateway-name': 'theirs' } },
  /** A pod of a tenant that calls itself our gateway. */
  impostor: { namespace: 'tenant', labels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' } },
  /** istio/istio, manifests/charts/istio-control/istio-discovery/templates/deployment.yaml */
  istiod: { namespace: 'istio-system', labels: { app: 'istiod', istio: 'pilot' } },
  /** Kuadrant/kuadrant-operator, config/default and config/manager */
  kuadrantOperator: {
    namespace: 'kuadrant-system',
    labels: { app: 'kuadrant', 'control-plane': 'controller-manager' },
  },
  /** Kuadrant/authorino-operator, pkg/resources/k8s_util.go */
  authorino: {
    namespace: 'kuadrant-system',
    labels: { 'authorino-resource': 'authorino', 'control-plane': 'controller-manager' },
  },
  /** Kuadrant/limitador-operator, pkg/limitador/k8s_objects.go */
  limitador: { namespace: 'kuadrant-system', labels: { app: 'limitador', 'limitador-resource': 'limitador' } },
  /** prometheus-operator/prometheus-operator, pkg/prometheus/server/statefulset.go */
  prometheus: {
    namespace: 'llm-observability',
    labels: {
      'app.kubernetes.io/name': 'prometheus',
      'app.kubernetes.io/managed-by': 'prometheus-operator',
      'app.kubernetes.io/instance': 'models-aas-observability',
      prometheus: 'models-aas-observability',
      'operator.prometheus.io/name': 'models-aas-observability',
    },
  },
  otherPrometheus: {
    namespace: 'llm-observability',
    labels: { 'app.kubernetes.io/name': 'prometheus', prometheus: 'theirs' },
  },
  /** openshift/cluster-monitoring-operator, assets/prometheus-user-workload/prometheus.yaml */
  userWorkloadPrometheus: {
    namespace: 'openshift-user-workload-monitoring',
    labels: {
      'app.kubernetes.io/component': 'prometheus',
      'app.kubernetes.io/instance': 'user-workload',
      'app.kubernetes.io/managed-by': 'prometheus-operator',
      'app.kubernetes.io/name': 'prometheus',
      'app.kubernetes.io/part-of': 'openshift-monitoring',
      'operator.prometheus.io/name': 'user-workload',
      prometheus: 'user-workload',
    },
  },
  grafana: { namespace: 'llm-observability', labels: { 'app.kubernetes.io/name': 'grafana' } },
  /** kserve/kserve, pkg/controller/v1beta1/inferenceservice/components/predictor.go */
  simulator: {
    namespace: 'llm',
    labels: {
      'serving.kserve.io/inferenceservice': 'vllm-simulator',
      component: 'predictor',
      app: 'isvc.vllm-simulator-predictor',
    },
  },
  /** A model that is not of the platform, in its namespace. */
  otherModel: { namespace: 'llm', labels: { 'serving.kserve.io/inferenceservice': 'theirs', component: 'predictor' } },
  keycloak: { namespace: 'keycloak-system', labels: { app: 'keycloak' } },
  minio: { namespace: 'minio-system', labels: { app: 'minio' } },
  minioSetup: { namespace: 'minio-system', labels: { app: 'minio-setup' } },
  redis: { namespace: 'kuadrant-system', labels: { app: 'limitador-redis' } },
  neighbour: { namespace: 'llm', labels: { app: 'neighbour' } },
  stranger: { namespace: 'tenant', labels: { app: 'stranger' } },
  router: { namespace: 'openshift-ingress', labels: { app: 'router' } },
} satisfies Record<string, Pod>;

export type PodName = keyof typeof PODS;
