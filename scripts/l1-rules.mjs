/**
 * What `npm run import` simplifies in CRDs before it makes L1 constructs of them: tables for slim-crds.mjs. The full CRDs
 * would give 303,000 lines of TypeScript for KServe alone.
 */

/**
 * How a type of Kubernetes' own API is recognised: by fields that it has, and fields that only an extension of it would
 * have (KServe's predictors are containers or pods with fields of their own, which must keep their types).
 */
export const kubernetesTypes = [
  { name: 'Affinity', has: ['nodeAffinity', 'podAffinity'] },
  { name: 'Container', has: ['image', 'command', 'envFrom', 'volumeMounts'], hasNot: ['storageUri', 'storage'] },
  { name: 'EnvVar', has: ['name', 'value', 'valueFrom'] },
  { name: 'EnvFromSource', has: ['configMapRef', 'prefix', 'secretRef'] },
  { name: 'LabelSelector', has: ['matchExpressions', 'matchLabels'] },
  { name: 'PodSpec', has: ['activeDeadlineSeconds', 'containers', 'restartPolicy'], hasNot: ['minReplicas'] },
  { name: 'PodDNSConfig', has: ['nameservers', 'searches'] },
  { name: 'PodSecurityContext', has: ['fsGroup', 'runAsUser', 'supplementalGroups'], hasNot: ['allowHostPorts'] },
  { name: 'PersistentVolumeSpec', has: ['accessModes', 'capacity'] },
  { name: 'PersistentVolumeClaimSpec', has: ['accessModes', 'resources'] },
  { name: 'ProbeOrHandler', has: ['exec', 'httpGet', 'tcpSocket'] },
  { name: 'Lifecycle', has: ['postStart', 'preStop'] },
  { name: 'ResourceRequirements', has: ['limits', 'requests'] },
  { name: 'SecurityContext', has: ['allowPrivilegeEscalation', 'runAsUser'], hasNot: ['allowHostPorts'] },
  { name: 'SecretKeySelector', has: ['key', 'name', 'optional'] },
  { name: 'Toleration', has: ['effect', 'key', 'tolerationSeconds'] },
  { name: 'TopologySpreadConstraint', has: ['maxSkew', 'topologyKey'] },
  { name: 'Volume', has: ['configMap', 'emptyDir', 'hostPath'] },
  { name: 'VolumeMount', has: ['mountPath', 'name'] },
];

/** Kinds without an L1: controllers write them, or nothing here would. Use `ApiObject` for one that you need. */
export const skippedKinds = {
  'acme.cert-manager.io': ['Challenge', 'Order'],
  'cert-manager.io': ['CertificateRequest'],
  'networking.istio.io': ['ProxyConfig', 'Sidecar', 'WorkloadEntry', 'WorkloadGroup'],
  'serving.kserve.io': ['InferenceGraph', 'LocalModelNode', 'TrainedModel'],
};

const inSpec = (name) => `spec.${name}`;
const vaults = ['awsSecretManager', 'azureKeyVault', 'gcpSecretManager', 'hashiCorpVault'];

/** Large subtrees that few write: they stay, as `any`. A path skips over lists and maps. */
export const untyped = {
  Application: ['operation', 'spec.sources', 'spec.sourceHydrator'],
  AuthConfig: ['spec.authorization', 'spec.callbacks', 'spec.metadata', 'spec.response.success.dynamicMetadata'],
  ClusterIssuer: ['spec.acme.solvers', 'spec.vault', 'spec.venafi'],
  ClusterSecretStore: ['spec.provider'],
  ClusterTriggerAuthentication: vaults.map(inSpec),
  Grafana: ['deployment', 'ingress', 'persistentVolumeClaim', 'route', 'service', 'serviceAccount'].map(inSpec),
  InferenceService: [
    ...['canary', 'explainer', 'transformer'].map(inSpec),
    ...['huggingface', 'lightgbm', 'onnx', 'paddle', 'pmml', 'pytorch', 'sklearn', 'tensorflow', 'triton', 'xgboost']
      .concat('autoScaling', 'deploymentStrategy', 'workerSpec')
      .map((name) => `spec.predictor.${name}`),
  ],
  Issuer: ['spec.acme.solvers', 'spec.vault', 'spec.venafi'],
  LLMInferenceService: ['kvCacheOffloading', 'prefill', 'router', 'scaling'].map(inSpec),
  LLMInferenceServiceConfig: ['spec'],
  PodMonitor: ['spec.podMetricsEndpoints.oauth2'],
  Prometheus: [
    ...['alerting', 'apiserverConfig', 'remoteRead', 'remoteWrite', 'scrapeClasses', 'storage', 'thanos'].map(inSpec),
    'spec.tracingConfig',
  ],
  ScaledObject: ['spec.advanced.horizontalPodAutoscalerConfig'],
  SecretStore: ['spec.provider'],
  ServiceMonitor: ['spec.endpoints.oauth2'],
  TriggerAuthentication: vaults.map(inSpec),
};

/** TypeScript types, of one file, that become another one because their fields are the same throughout: `twin: original`. */
export const twins = {
  AuthPolicySpecDefaultsRules: 'AuthPolicySpecRules',
  AuthPolicySpecOverridesRules: 'AuthPolicySpecRules',
  AuthPolicySpecRulesCallbacksHttp: 'AuthPolicySpecRulesMetadataHttp',
  AuthPolicySpecRulesResponseSuccessFilters: 'AuthPolicySpecRulesResponseSuccessHeaders',
  ClusterIssuerSpec: 'IssuerSpec',
  ClusterSecretStoreSpec: 'SecretStoreSpec',
  ClusterServingRuntimeSpec: 'ServingRuntimeSpec',
  ClusterTriggerAuthenticationSpec: 'TriggerAuthenticationSpec',
  DestinationRuleSpecSubsetsTrafficPolicy: 'DestinationRuleSpecTrafficPolicy',
  DestinationRuleSpecTrafficPolicyPortLevelSettingsConnectionPool: 'DestinationRuleSpecTrafficPolicyConnectionPool',
  DestinationRuleSpecTrafficPolicyPortLevelSettingsLoadBalancer: 'DestinationRuleSpecTrafficPolicyLoadBalancer',
  GrpcRouteSpecRulesBackendRefsFilters: 'GrpcRouteSpecRulesFilters',
  HttpRouteSpecRulesBackendRefsFilters: 'HttpRouteSpecRulesFilters',
  RateLimitPolicySpecDefaultsLimits: 'RateLimitPolicySpecLimits',
  RateLimitPolicySpecOverridesLimits: 'RateLimitPolicySpecLimits',
  TokenRateLimitPolicySpecDefaultsLimits: 'TokenRateLimitPolicySpecLimits',
  TokenRateLimitPolicySpecOverridesLimits: 'TokenRateLimitPolicySpecLimits',
};
