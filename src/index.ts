export { MaasPlatform } from './platform/platform';

export type * from './config/configuration';
export { checkConfiguration } from './config/check';
export { DEFAULT_MODELS, DEFAULT_TIERS, DEFAULT_VERSIONS } from './config/defaults';
export {
  ConfigurationError,
  formatProblem,
  type Problem,
  type ProblemSubject,
  type SourceLocation,
} from './config/problem';
export { readConfiguration } from './config/read';

export { DeletionProtection, type DeletionProtectionProps } from './cluster/deletion-protection';
export { MaasNamespace, type MaasNamespaceProps, type PodSecurityLevel } from './cluster/namespace';
export { type PlatformKind } from './cluster/platform-kind';

export { ConformanceJob, type ConformanceJobProps, type DirectModel } from './conformance/conformance-job';

export { GatewayCertificate, type GatewayCertificateProps, type IssuerKind } from './gateway/gateway-certificate';
export { ExternalKeys, type ExternalKeysProps } from './gateway/external-keys';
export { ExternalModel, type ExternalModelProps } from './gateway/external-model';
export { type IMaasGateway } from './gateway/gateway-reference';
export { type GatewayFilterProps } from './gateway/envoy-filter';
export { GatewayNetworkPolicy, type GatewayNetworkPolicyProps } from './gateway/gateway-network-policy';
export { GatewayProtection, type GatewayProtectionProps } from './gateway/gateway-protection';
export { ErrorReplyFilter, type ErrorReplyFilterProps } from './gateway/error-reply-filter';
export {
  FailedAuthenticationFilter,
  type FailedAuthenticationFilterProps,
} from './gateway/failed-authentication-filter';
export { HeaderScrubFilter } from './gateway/header-scrub-filter';
export { IdentityRequiredFilter } from './gateway/identity-required-filter';
export { MaasGateway, type GatewayServiceType, type MaasGatewayProps } from './gateway/maas-gateway';
export {
  ModelListFilter,
  type ListedModel,
  type ModelListFilterProps,
  type TierModels,
} from './gateway/model-list-filter';
export { ModelListRoute, type ModelListRouteProps } from './gateway/model-list-route';
export { ModelFallback, type ModelFallbackProps } from './gateway/model-fallback';
export { ModelRoute, type IModelBackend, type ModelCanary, type ModelRouteProps } from './gateway/model-route';
export { OpenShiftRoute, type OpenShiftRouteProps } from './gateway/openshift-route';
export { SharedModelRoute, type SharedModelRouteProps, type SharedRouteModel } from './gateway/shared-model-route';

export {
  ApiKeyExternalSecret,
  type ApiKeyExternalSecretProps,
  type SecretStoreKind,
} from './identity/api-key-external-secret';
export { type ApiKeyAuthentication, type KnownApiKey, type KnownApiKeyOwner } from './identity/api-key-rules';
export { ApiKeyProtection, type ApiKeyProtectionProps } from './identity/api-key-protection';
export {
  apiKeySelector,
  ApiKeySecret,
  EXPIRES_ANNOTATION,
  TIER_ANNOTATION,
  USER_ANNOTATION,
  type ApiKeyOwner,
  type ApiKeySecretProps,
} from './identity/api-key-secret';
export {
  GatewayAuthPolicy,
  type GatewayAuthPolicyProps,
  type PathAccess,
  type SharedPaths,
  type TierAccess,
} from './identity/gateway-auth-policy';
export { KeycloakDemo, type KeycloakDemoProps } from './identity/keycloak-demo';
export { type RealmUser } from './identity/realm';
export { KuadrantInstance, type KuadrantInstanceProps } from './identity/kuadrant-instance';
export { type TierGroup } from './identity/tier-group';
export { type OidcAuthentication } from './identity/token-rules';

export { LimitadorRedis, type LimitadorRedisProps } from './limits/limitador-redis';
export { LimitadorStorage, type LimitadorStorageProps } from './limits/limitador-storage';
export { LimitReplyFilter, type LimitReplyFilterProps } from './limits/limit-reply-filter';
export {
  OperatorFailureMode,
  type LimitFailureMode,
  type OperatorFailureModeProps,
} from './limits/operator-failure-mode';
export { RequestLimitPolicy, type RequestLimitPolicyProps, type TierRequestLimit } from './limits/request-limit-policy';
export { TokenLimit } from './limits/token-limit';
export {
  TokenLimitFilter,
  type MeteredModel,
  type TierTokenLimits,
  type TokenLimitFilterProps,
} from './limits/token-limit-filter';
export { TokenLimitPolicy, type TokenLimitPolicyProps } from './limits/token-limit-policy';
export { type TokenOvershoot } from './limits/lua-script';
export { type TokenWindow } from './limits/token-window';
export { type TokenWeights } from './limits/token-weights';
export { UsageLedger } from './limits/usage-ledger';

export { Accelerator } from './models/accelerator';
export { type AcceleratorFamily, type NodeLabels } from './models/accelerator-profiles';
export {
  type AcceleratorOptions,
  type AcceleratorProps,
  type MigOptions,
  type MigStrategy,
  type TimeSlicing,
} from './models/accelerator-props';
export { type AcceleratorToleration, type TaintEffect, type TolerationOperator } from './models/accelerator-toleration';
export { type ModelRuntime } from './models/catalog-entry';
export { KServeConfiguration, type KServeConfigurationProps } from './models/kserve-configuration';
export { type ModelArchitecture } from './models/model-architecture';
export { type Quantization } from './models/quantization';
export { ModelNodeCache, type ModelNodeCacheProps } from './models/model-node-cache';
export { ModelPriorityClass, type ModelPriorityClassProps, type PreemptionPolicy } from './models/model-priority-class';
export { ModelQuota, type ModelQuotaProps } from './models/model-quota';
export { ModelDisruptionBudget, type ModelDisruptionBudgetProps } from './models/model-disruption-budget';
export { ModelScaling, type ModelScalingProps } from './models/model-scaling';
export {
  type ComputeResources,
  type ModelReplicas,
  type ModelResources,
  type ModelRollout,
  type RequestedResources,
} from './models/model-size';
export { ModelNetworkPolicy, type ModelNetworkPolicyProps } from './models/model-network-policy';
export { ModelStorageAccess, type ModelStorageAccessProps } from './models/model-storage-access';
export { OpenShiftModelAccess, type OpenShiftModelAccessProps } from './models/openshift-model-access';
export type { ModelAdapter } from './models/model-adapter';
export type { ModelCache } from './models/model-cache';
export { type ScalingMetric } from './models/scaling-queries';
export { ServedModel, type ServedModelProps } from './models/served-model';
export { SimulatedModel, type SimulatedModelProps } from './models/simulated-model';
export { VllmRuntime, type IServingRuntime, type VllmRuntimeProps } from './models/vllm-runtime';

export { GatewayMonitor, type GatewayMonitorProps } from './observability/gateway-monitor';
export { MaasPrometheus, type MaasPrometheusProps } from './observability/maas-prometheus';
export {
  authorinoMetrics,
  limitadorMetrics,
  MetricsMonitor,
  modelMetrics,
  type MetricsMonitorProps,
  type MetricsSource,
  type MonitoredModel,
} from './observability/metrics-monitor';
export { MinioStorage, type MinioStorageProps } from './storage/minio-storage';

export { type PodSelection } from './pods';

export { SynthesisError, writeManifests, type SynthesisResult } from './output/output';
export { patchManifest, type JsonPatchOperation, type JsonPatchOperator, type ManifestPatch } from './output/patch';
export { synthesize } from './output/synthesize';
