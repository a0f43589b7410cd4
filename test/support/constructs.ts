import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { DeletionProtection } from '../../src/cluster/deletion-protection';
import { MaasNamespace } from '../../src/cluster/namespace';
import { ConformanceJob } from '../../src/conformance/conformance-job';
import { ErrorReplyFilter } from '../../src/gateway/error-reply-filter';
import { ExternalKeys } from '../../src/gateway/external-keys';
import { ExternalModel } from '../../src/gateway/external-model';
import { FailedAuthenticationFilter } from '../../src/gateway/failed-authentication-filter';
import { GatewayCertificate } from '../../src/gateway/gateway-certificate';
import { GatewayNetworkPolicy } from '../../src/gateway/gateway-network-policy';
import { GatewayProtection } from '../../src/gateway/gateway-protection';
import { HeaderScrubFilter } from '../../src/gateway/header-scrub-filter';
import { IdentityRequiredFilter } from '../../src/gateway/identity-required-filter';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { ModelFallback } from '../../src/gateway/model-fallback';
import { ModelListFilter } from '../../src/gateway/model-list-filter';
import { ModelListRoute } from '../../src/gateway/model-list-route';
import { ModelRoute } from '../../src/gateway/model-route';
import { OpenShiftRoute } from '../../src/gateway/openshift-route';
import { SharedModelRoute } from '../../src/gateway/shared-model-route';
import { ApiKeyExternalSecret } from '../../src/identity/api-key-external-secret';
import { ApiKeyProtection } from '../../src/identity/api-key-protection';
import { ApiKeySecret } from '../../src/identity/api-key-secret';
import { GatewayAuthPolicy } from '../../src/identity/gateway-auth-policy';
import { KeycloakDemo } from '../../src/identity/keycloak-demo';
import { KuadrantInstance } from '../../src/identity/kuadrant-instance';
import { LimitReplyFilter } from '../../src/limits/limit-reply-filter';
import { LimitadorRedis } from '../../src/limits/limitador-redis';
import { LimitadorStorage } from '../../src/limits/limitador-storage';
import { OperatorFailureMode } from '../../src/limits/operator-failure-mode';
import { RequestLimitPolicy } from '../../src/limits/request-limit-policy';
import { TokenLimit } from '../../src/limits/token-limit';
import { TokenLimitFilter } from '../../src/limits/token-limit-filter';
import { TokenLimitPolicy } from '../../src/limits/token-limit-policy';
import { UsageLedger } from '../../src/limits/usage-ledger';
import { Accelerator } from '../../src/models/accelerator';
import { KServeConfiguration } from '../../src/models/kserve-configuration';
import { ModelDisruptionBudget } from '../../src/models/model-disruption-budget';
import { ModelNetworkPolicy } from '../../src/models/model-network-policy';
import { ModelNodeCache } from '../../src/models/model-node-cache';
import { ModelPriorityClass } from '../../src/models/model-priority-class';
import { ModelQuota } from '../../src/models/model-quota';
import { ModelScaling } from '../../src/models/model-scaling';
import { ModelStorageAccess } from '../../src/models/model-storage-access';
import { OpenShiftModelAccess } from '../../src/models/openshift-model-access';
import { ServedModel } from '../../src/models/served-model';
import { SimulatedModel } from '../../src/models/simulated-model';
import { VllmRuntime } from '../../src/models/vllm-runtime';
import { GatewayMonitor } from '../../src/observability/gateway-monitor';
import { MaasPrometheus } from '../../src/observability/maas-prometheus';
import { MetricsMonitor } from '../../src/observability/metrics-monitor';
import { MinioStorage } from '../../src/storage/minio-storage';

/** What `CONSTRUCTS` are made with. */
export interface ConstructNames {
  /** Namespace of everything that has one. */
  readonly namespace: string;
  /** Name of every object that takes one. */
  readonly name: string;
  readonly user: string;
  readonly tiers: readonly string[];
  readonly domain: string;
}

export const NAMES: ConstructNames = {
  namespace: 'llm',
  name: 'thing',
  user: 'alice',
  tiers: ['free', 'premium'],
  domain: 'maas.local',
};

/** Every public construct but MaasPlatform, by class name. */
export const CONSTRUCTS: Readonly<Record<string, (scope: Construct, names: ConstructNames) => Construct>> = {
  DeletionProtection: (scope, { name }) => new DeletionProtection(scope, 'construct', { name }),
  MaasNamespace: (scope, { name }) => new MaasNamespace(scope, 'construct', { name }),
  ConformanceJob: (scope, names) =>
    new ConformanceJob(scope, 'construct', {
      namespace: names.namespace,
      gateway: gatewayOf(names),
      host: `${names.name}.${names.domain}`,
      unknownHost: `nobody.${names.domain}`,
      servedModel: names.name,
      keySecretName: `${names.user}-apikey`,
      keyPrefix: 'APIKEY',
      tokensPerMinute: 500,
      otherTier: names.tiers[0] ?? '',
    }),
  GatewayCertificate: (scope, { namespace, domain, name }) =>
    new GatewayCertificate(scope, 'construct', { namespace, domain, issuerName: name, name, secretName: name }),
  GatewayNetworkPolicy: (scope, names) =>
    new GatewayNetworkPolicy(scope, 'construct', {
      gateway: gatewayOf(names),
      listenerPorts: [80],
      modelNamespace: names.namespace,
      modelPort: 8080,
      scrapers: [{ namespace: names.name }],
    }),
  GatewayProtection: (scope, names) =>
    new GatewayProtection(scope, 'construct', {
      name: names.name,
      gateway: gatewayOf(names),
      routeNamespace: names.domain,
    }),
  ErrorReplyFilter: (scope, names) => new ErrorReplyFilter(scope, 'construct', { gateway: gatewayOf(names) }),
  ExternalKeys: (scope, names) =>
    new ExternalKeys(scope, 'construct', { gateway: gatewayOf(names), secretNames: [names.name] }),
  ExternalModel: (scope, names) =>
    new ExternalModel(scope, 'construct', {
      gateway: gatewayOf(names),
      modelName: names.name,
      baseUrl: 'https://api.example.com/v1',
      providerModel: names.name,
      keySecretName: names.name,
    }),
  FailedAuthenticationFilter: (scope, names) =>
    new FailedAuthenticationFilter(scope, 'construct', { gateway: gatewayOf(names) }),
  HeaderScrubFilter: (scope, names) => new HeaderScrubFilter(scope, 'construct', { gateway: gatewayOf(names) }),
  IdentityRequiredFilter: (scope, names) =>
    new IdentityRequiredFilter(scope, 'construct', { gateway: gatewayOf(names) }),
  MaasGateway: (scope, { namespace, domain, name }) =>
    new MaasGateway(scope, 'construct', { namespace, domain, name, tlsSecretName: name }),
  ModelFallback: (scope, names) =>
    new ModelFallback(scope, 'construct', {
      gateway: gatewayOf(names),
      modelName: names.name,
      backend: { serviceName: names.name, serviceNamespace: names.namespace, servicePort: 80 },
      fallback: { serviceName: names.user, serviceNamespace: names.namespace, servicePort: 80 },
      fallbackServedName: names.user,
      ruleNames: [`${names.name}.0`],
    }),
  ModelListFilter: (scope, names) =>
    new ModelListFilter(scope, 'construct', {
      gateway: gatewayOf(names),
      host: `api.${names.domain}`,
      models: [{ name: names.name, baseUrl: `https://${names.name}.${names.domain}/v1` }],
      tiers: names.tiers.map((tier) => ({ tier })),
    }),
  ModelListRoute: (scope, names) =>
    new ModelListRoute(scope, 'construct', {
      gateway: gatewayOf(names),
      namespace: names.namespace,
      host: `api.${names.domain}`,
      name: names.name,
    }),
  ModelRoute: (scope, names) =>
    new ModelRoute(scope, 'construct', {
      name: names.name,
      gateway: gatewayOf(names),
      host: `${names.name}.${names.domain}`,
      backend: { serviceName: names.name, serviceNamespace: names.namespace, servicePort: 80 },
    }),
  SharedModelRoute: (scope, names) =>
    new SharedModelRoute(scope, 'construct', {
      name: names.name,
      gateway: gatewayOf(names),
      namespace: names.namespace,
      host: `${names.name}.${names.domain}`,
      models: [
        {
          prefix: '/model',
          backend: { serviceName: names.name, serviceNamespace: names.namespace, servicePort: 80 },
        },
      ],
    }),
  OpenShiftRoute: (scope, names) =>
    new OpenShiftRoute(scope, 'construct', {
      name: names.name,
      host: `${names.name}.${names.domain}`,
      gateway: gatewayOf(names),
    }),
  ApiKeyProtection: (scope, { name, namespace }) => new ApiKeyProtection(scope, 'construct', { name, namespace }),
  ApiKeySecret: (scope, { namespace, user, tiers: [tier = ''] }) =>
    new ApiKeySecret(scope, 'construct', { namespace, user, tier, demoKey: `${user}_key` }),
  ApiKeyExternalSecret: (scope, { namespace, user, name, tiers: [tier = ''] }) =>
    new ApiKeyExternalSecret(scope, 'construct', { namespace, user, tier, storeName: name, remoteKey: user }),
  GatewayAuthPolicy: (scope, names) =>
    new GatewayAuthPolicy(scope, 'construct', {
      gateway: gatewayOf(names),
      tiers: names.tiers.map((name) => ({ name, hosts: [`${names.name}.${names.domain}`] })),
      apiKeys: { namespace: names.namespace },
      oidc: {
        issuerUrl: `https://${names.domain}/realms/maas`,
        audience: names.name,
        groups: names.tiers.map((tier) => ({ group: tier, tier })),
      },
    }),
  KeycloakDemo: (scope, { namespace, user, tiers }) =>
    new KeycloakDemo(scope, 'construct', {
      namespace,
      tiers: [...tiers],
      users: tiers.map((tier) => ({ name: `${user}-${tier}`, tier })),
    }),
  KuadrantInstance: (scope, { namespace, name }) => new KuadrantInstance(scope, 'construct', { namespace, name }),
  RequestLimitPolicy: (scope, names) =>
    new RequestLimitPolicy(scope, 'construct', {
      gateway: gatewayOf(names),
      limits: names.tiers.map((tier) => ({ tier, limit: 5, window: Duration.minutes(2) })),
    }),
  TokenLimitFilter: (scope, names) =>
    new TokenLimitFilter(scope, 'construct', {
      gateway: gatewayOf(names),
      tiers: names.tiers.map((tier) => ({ tier, limits: [TokenLimit.perMinute(200), TokenLimit.perDay(5_000)] })),
      models: [{ host: `${names.name}.${names.domain}`, name: names.name, weights: { prompt: 2 } }],
      ledger: true,
    }),
  UsageLedger: (scope, names) => new UsageLedger(scope, 'construct', { gateway: gatewayOf(names) }),
  TokenLimitPolicy: (scope, names) =>
    new TokenLimitPolicy(scope, 'construct', {
      gateway: gatewayOf(names),
      tiers: names.tiers.map((tier) => ({ tier, limits: [TokenLimit.perMinute(200), TokenLimit.perDay(5_000)] })),
    }),
  LimitReplyFilter: (scope, names) =>
    new LimitReplyFilter(scope, 'construct', { gateway: gatewayOf(names), retryAfterSeconds: 60 }),
  LimitadorRedis: (scope, { namespace }) => new LimitadorRedis(scope, 'construct', { namespace }),
  LimitadorStorage: (scope, { namespace, name }) =>
    new LimitadorStorage(scope, 'construct', { namespace, urlSecretName: name }),
  OperatorFailureMode: (scope, { namespace }) =>
    new OperatorFailureMode(scope, 'construct', { namespace, mode: 'deny' }),
  KServeConfiguration: (scope, names) =>
    new KServeConfiguration(scope, 'construct', { gateway: gatewayOf(names), domain: names.domain }),
  ModelDisruptionBudget: (scope, { namespace, name }) =>
    new ModelDisruptionBudget(scope, 'construct', { namespace, inferenceService: name }),
  ModelScaling: (scope, { namespace, name }) =>
    new ModelScaling(scope, 'construct', {
      ...{ namespace, inferenceService: name, min: 1, max: 3, by: 'queue', target: 4 },
      prometheusAddress: 'http://prometheus.monitoring.svc:9090',
    }),
  ModelNetworkPolicy: (scope, { namespace, name }) =>
    new ModelNetworkPolicy(scope, 'construct', {
      namespace,
      inferenceServices: [name],
      clients: [{ namespace, labels: { app: name } }],
    }),
  ModelNodeCache: (scope, { name }) =>
    new ModelNodeCache(scope, 'construct', { name, source: 'hf://acme/own', size: '20Gi', nodeGroups: ['gpus'] }),
  ModelPriorityClass: (scope, { name }) => new ModelPriorityClass(scope, 'construct', { name, value: 1000 }),
  ModelQuota: (scope, { namespace, name }) => new ModelQuota(scope, 'construct', { namespace, name, pods: 9 }),
  ModelStorageAccess: (scope, { namespace, name }) =>
    new ModelStorageAccess(scope, 'construct', { namespace, secretName: name }),
  OpenShiftModelAccess: (scope, { namespace, name }) =>
    new OpenShiftModelAccess(scope, 'construct', {
      namespace,
      serviceAccountName: name,
      imageServiceAccountNames: [name],
    }),
  ServedModel: (scope, { namespace, name }) =>
    new ServedModel(scope, 'construct', {
      namespace,
      name,
      runtime: VllmRuntime.fromName('vllm-latest'),
      source: `hf://models/${name}`,
      accelerator: Accelerator.nvidia('l4'),
    }),
  SimulatedModel: (scope, { namespace, name }) => new SimulatedModel(scope, 'construct', { namespace, name }),
  VllmRuntime: (scope, { namespace, name }) => new VllmRuntime(scope, 'construct', { namespace, name }),
  GatewayMonitor: (scope, names) =>
    new GatewayMonitor(scope, 'construct', { namespace: names.namespace, name: names.name, gateway: gatewayOf(names) }),
  MaasPrometheus: (scope, { namespace, name }) =>
    new MaasPrometheus(scope, 'construct', { namespace, scrapedNamespaces: [name] }),
  MetricsMonitor: (scope, { namespace, name }) =>
    new MetricsMonitor(scope, 'construct', { name, namespace, targetNamespace: name, selector: { app: name } }),
  MinioStorage: (scope, { namespace, name }) =>
    new MinioStorage(scope, 'construct', { namespace: name, modelNamespace: namespace }),
};

function gatewayOf({ namespace, name }: ConstructNames) {
  return MaasGateway.fromName(name, namespace);
}
