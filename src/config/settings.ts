import { CATALOG, DEFAULT_RESOURCES } from '../models/catalog';
import type {
  ComputeConfiguration,
  GatewayServiceType,
  GroupConfiguration,
  IssuerKind,
  LimitEngine,
  LimitFailureMode,
  MaasPlatformProps,
  ManifestConfiguration,
  ModelConfiguration,
  ModelRuntime,
  PatchConfiguration,
  PlatformKind,
  RedisConfiguration,
  TierConfiguration,
  UserConfiguration,
  VersionsConfiguration,
} from './configuration';
import {
  acceptsApiKeys,
  acceptsTokens,
  DEFAULT_DOMAIN,
  DEFAULT_MODELS,
  DEFAULT_TIERS,
  DEFAULT_VERSIONS,
  defaultUsers,
  isLocalDemo,
} from './defaults';

/** A model with everything decided. */
export interface ModelSettings {
  readonly name: string;
  readonly host: string;
  readonly inferenceService: string;
  readonly servedName: string;
  readonly runtime: ModelRuntime;
  readonly source?: string;
  readonly accelerator?: string;
  readonly gpus: number;
  readonly resources: { readonly requests: ComputeConfiguration; readonly limits: ComputeConfiguration };
  readonly replicas: { readonly min: number; readonly max: number };
  readonly maxModelLength?: number;
  readonly arguments: string[];
  readonly weight: number;
}

/** An OIDC issuer with everything decided. */
export interface OidcSettings {
  readonly issuerUrl: string;
  readonly audience: string;
  readonly userClaim: string;
  readonly groupsClaim: string;
  readonly groups: GroupConfiguration[];
  readonly defaultTier?: string;
}

/** A valid configuration with every default filled in: what `MaasPlatform` works on. */
export interface PlatformSettings {
  readonly name?: string;
  readonly platform: PlatformKind;
  readonly domain: string;
  readonly namespace: string;
  readonly createNamespaces: boolean;
  readonly versions: Required<VersionsConfiguration>;
  readonly registry?: string;
  readonly gateway: {
    readonly create: boolean;
    readonly name: string;
    readonly namespace: string;
    readonly className: string;
    readonly replicas: number;
    readonly serviceType: GatewayServiceType;
    readonly tls?: {
      readonly secretName: string;
      readonly issuer?: { readonly name: string; readonly kind: IssuerKind };
    };
  };
  readonly kuadrant: { readonly create: boolean; readonly namespace: string };
  readonly kserve: { readonly configure: boolean; readonly namespace: string };
  readonly tiers: TierConfiguration[];
  readonly users: UserConfiguration[];
  readonly models: ModelSettings[];
  readonly apiKeys?: { readonly prefixes: string[] };
  readonly oidc?: OidcSettings;
  readonly keycloak: boolean;
  readonly limitEngine: LimitEngine;
  /** What every token limit is divided by, because each gateway pod counts alone. */
  readonly limitShares: number;
  readonly onLimitFailure?: LimitFailureMode;
  readonly redis?: RedisConfiguration;
  readonly filterNamespace: string;
  readonly minio?: { readonly size: string; readonly existingSecret?: string };
  readonly prometheus: boolean;
  readonly observabilityNamespace: string;
  readonly patches: PatchConfiguration[];
  readonly objects: ManifestConfiguration[];
}

/** Issuer of the demo realm, as seen inside the cluster. */
export const KEYCLOAK_ISSUER = 'http://keycloak.keycloak-system.svc.cluster.local:8080/realms/maas';

/** Fills in every default. The configuration must be valid (`checkConfiguration`). */
export function resolveSettings(props: MaasPlatformProps): PlatformSettings {
  const platform = props.platform ?? 'kubernetes';
  const domain = props.domain ?? DEFAULT_DOMAIN;
  const namespace = props.namespace ?? 'llm';
  const tiers = props.tiers ?? DEFAULT_TIERS;
  const gateway = resolveGateway(props, namespace);
  return {
    name: props.name,
    platform,
    domain,
    namespace,
    createNamespaces: props.createNamespaces ?? true,
    versions: { ...DEFAULT_VERSIONS, ...props.versions },
    registry: props.registry,
    gateway,
    kuadrant: { create: props.kuadrant?.create ?? true, namespace: props.kuadrant?.namespace ?? 'kuadrant-system' },
    kserve: { configure: props.kserve?.configure ?? true, namespace: props.kserve?.namespace ?? 'kserve' },
    tiers,
    users: props.users ?? defaultUsers(props),
    models: (props.models ?? DEFAULT_MODELS).map((model) => resolveModel(model, platform, domain)),
    apiKeys: acceptsApiKeys(props.identity)
      ? { prefixes: props.identity?.apiKeys?.prefixes ?? ['APIKEY', 'Bearer'] }
      : undefined,
    oidc: acceptsTokens(props.identity) ? resolveOidc(props, tiers) : undefined,
    keycloak: props.identity?.keycloak !== undefined,
    limitEngine: props.limits?.engine ?? 'envoyFilter',
    limitShares: props.limits?.perReplica === 'divide' ? gateway.replicas : 1,
    onLimitFailure: props.limits?.onFailure,
    redis: props.limits?.redis,
    filterNamespace: props.limits?.filterNamespace ?? gateway.namespace,
    minio: props.storage?.minio && { size: '20Gi', ...props.storage.minio },
    prometheus: props.observability?.prometheus ?? true,
    observabilityNamespace: props.observability?.namespace ?? 'llm-observability',
    patches: props.patches ?? [],
    objects: props.objects ?? [],
  };
}

function resolveGateway(props: MaasPlatformProps, namespace: string): PlatformSettings['gateway'] {
  const { gateway = {} } = props;
  const behindRoutes = props.platform === 'openshift' || isLocalDemo(props);
  return {
    create: gateway.create ?? true,
    name: gateway.name ?? 'inference-gateway',
    namespace: gateway.namespace ?? namespace,
    className: gateway.className ?? 'istio',
    replicas: gateway.replicas ?? 1,
    serviceType: gateway.serviceType ?? (behindRoutes ? 'ClusterIP' : 'LoadBalancer'),
    tls: gateway.tls && {
      secretName: gateway.tls.secretName ?? 'wildcard-tls-secret',
      issuer: gateway.tls.issuer && { name: gateway.tls.issuer.name, kind: gateway.tls.issuer.kind ?? 'ClusterIssuer' },
    },
  };
}

/** Host of a model: the seed's scheme on either platform. */
export function modelHost(name: string, platform: PlatformKind, domain: string): string {
  return platform === 'openshift' ? `${name}-llm.${domain}` : `${name}.${domain}`;
}

function resolveModel(model: ModelConfiguration, platform: PlatformKind, domain: string): ModelSettings {
  const entry = Object.hasOwn(CATALOG, model.name) ? CATALOG[model.name] : undefined;
  const runtime = model.runtime ?? entry?.runtime ?? 'vllm';
  const resources = entry?.resources ?? DEFAULT_RESOURCES[runtime];
  const min = model.replicas?.min ?? Math.min(1, model.replicas?.max ?? 1);
  return {
    name: model.name,
    host: model.host ?? modelHost(model.name, platform, domain),
    inferenceService: entry?.inferenceService ?? model.name,
    servedName: model.servedName ?? entry?.servedName ?? model.name,
    runtime,
    source: model.source ?? entry?.source,
    accelerator: model.accelerator ?? entry?.accelerator,
    gpus: model.gpus ?? 1,
    resources: {
      requests: { ...resources.requests, ...model.resources?.requests },
      limits: { ...resources.limits, ...model.resources?.limits },
    },
    replicas: { min, max: model.replicas?.max ?? Math.max(1, min) },
    maxModelLength: model.maxModelLength ?? entry?.maxModelLength,
    arguments: [...(entry?.arguments ?? []), ...(model.arguments ?? [])],
    weight: model.weight ?? 1,
  };
}

function resolveOidc(props: MaasPlatformProps, tiers: TierConfiguration[]): OidcSettings {
  const oidc = props.identity?.oidc;
  return {
    issuerUrl: oidc?.issuerUrl ?? KEYCLOAK_ISSUER,
    audience: oidc?.audience ?? 'maas',
    userClaim: oidc?.userClaim ?? 'preferred_username',
    groupsClaim: oidc?.groupsClaim ?? 'groups',
    groups: oidc?.groups ?? tiers.map((tier) => ({ group: `${tier.name}-users`, tier: tier.name })),
    defaultTier: oidc?.defaultTier,
  };
}
