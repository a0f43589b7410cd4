import type { PlatformKind } from '../cluster/platform-kind';
import type { IssuerKind } from '../gateway/gateway-certificate';
import type { GatewayServiceType } from '../gateway/maas-gateway';
import type { TierGroup } from '../identity/tier-group';
import type { TokenOvershoot } from '../limits/lua-script';
import type { LimitFailureMode } from '../limits/operator-failure-mode';
import type { NodeLabels } from '../models/accelerator-profiles';
import {
  conformanceTiers,
  conformanceUsers,
  resolveConformance,
  type ConformanceSettings,
} from './conformance-settings';
import type {
  AcceleratorConfiguration,
  FilterPlacement,
  KeyConfiguration,
  LimitEngine,
  MaasPlatformProps,
  ManifestConfiguration,
  ModelRouting,
  PatchConfiguration,
  RedisConfiguration,
  TierConfiguration,
  UserConfiguration,
  VersionsConfiguration,
} from './configuration';
import {
  acceptsApiKeys,
  acceptsTokens,
  DEFAULT_AUDIENCE,
  DEFAULT_DOMAIN,
  DEFAULT_GATEWAY_CLASS,
  DEFAULT_GATEWAY_NAME,
  DEFAULT_GROUPS_CLAIM,
  DEFAULT_MINIO_SIZE,
  DEFAULT_MODELS,
  DEFAULT_NAMESPACES,
  DEFAULT_NODE_LABELS,
  DEFAULT_PLATFORM_LABEL,
  DEFAULT_PREFIXES,
  DEFAULT_SLOW_DOWN_AFTER,
  DEFAULT_TIERS,
  DEFAULT_TLS_SECRET_NAME,
  DEFAULT_VERSIONS,
  defaultGroups,
  defaultUsers,
  isLocalDemo,
} from './defaults';
import { modelHost, resolveModel, type ModelSettings } from './model-settings';
import { decideMonitoring } from './monitoring';
import { resolvePriorityClass, resolveQuota, type PriorityClassSettings, type QuotaSettings } from './quota';

/** An OIDC issuer with everything decided. */
export interface OidcSettings {
  readonly issuerUrl: string;
  readonly audience: string;
  readonly userClaim: string;
  readonly groupsClaim: string;
  readonly groups: TierGroup[];
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
    readonly filterPlacement: FilterPlacement;
    readonly platformHost: string;
    readonly routing: ModelRouting;
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
  readonly accelerators: AcceleratorConfiguration[];
  readonly nodeLabels: NodeLabels;
  readonly priorityClasses: PriorityClassSettings[];
  readonly quota?: QuotaSettings;
  readonly apiKeys?: { readonly prefixes: string[] };
  readonly oidc?: OidcSettings;
  readonly keycloak: boolean;
  readonly networkPolicies: boolean;
  /** 0: never. */
  readonly slowDownAfter: number;
  readonly limits: {
    readonly engine: LimitEngine;
    readonly overshoot: TokenOvershoot;
    /** What every token limit is divided by, because each gateway pod counts alone. */
    readonly shares: number;
    readonly onFailure?: LimitFailureMode;
    readonly redis?: RedisConfiguration;
  };
  readonly minio?: { readonly size: string; readonly storageClass?: string; readonly existingSecret?: string };
  readonly observability: {
    readonly prometheus: boolean;
    readonly serviceMonitors: boolean;
    readonly userWorkloadMonitoring: boolean;
    readonly prometheusAddress?: string;
    readonly monitorLabels?: Readonly<Record<string, string>>;
    readonly userLabel: boolean;
    readonly ledger: boolean;
    readonly replicas?: number;
    readonly namespace: string;
  };
  readonly conformance?: ConformanceSettings;
  readonly patches: PatchConfiguration[];
  readonly objects: ManifestConfiguration[];
}

/** Issuer of the demo realm, as seen inside the cluster. */
export const KEYCLOAK_ISSUER = `http://keycloak.${DEFAULT_NAMESPACES.keycloak}.svc.cluster.local:8080/realms/maas`;

/** Fills in every default. The configuration must be valid (`checkConfiguration`). */
export function resolveSettings(props: MaasPlatformProps): PlatformSettings {
  const platform = props.platform ?? 'kubernetes';
  const domain = props.domain ?? DEFAULT_DOMAIN;
  const namespace = props.namespace ?? DEFAULT_NAMESPACES.platform;
  const tiers = props.tiers ?? DEFAULT_TIERS;
  const limits = resolveLimits(props);
  const { accelerators = [], nodeLabels = DEFAULT_NODE_LABELS } = props;
  return {
    name: props.name,
    platform,
    domain,
    namespace,
    createNamespaces: props.createNamespaces ?? true,
    versions: { ...DEFAULT_VERSIONS, ...props.versions },
    registry: props.registry,
    gateway: resolveGateway(props, namespace, modelHost(DEFAULT_PLATFORM_LABEL, platform, domain)),
    kuadrant: {
      create: props.kuadrant?.create ?? true,
      namespace: props.kuadrant?.namespace ?? DEFAULT_NAMESPACES.kuadrant,
    },
    kserve: {
      configure: props.kserve?.configure ?? true,
      namespace: props.kserve?.namespace ?? DEFAULT_NAMESPACES.kserve,
    },
    tiers: [...tiers, ...conformanceTiers(props, limits.shares)],
    users: [...(props.users ?? defaultUsers(props)), ...conformanceUsers(props)],
    models: (props.models ?? DEFAULT_MODELS).map((model) => resolveModel(model, platform, domain)),
    accelerators,
    nodeLabels,
    priorityClasses: (props.priorityClasses ?? []).map((each) =>
      resolvePriorityClass(each, { accelerators, nodeLabels }),
    ),
    quota: props.quota && resolveQuota(props.quota, { accelerators, nodeLabels }),
    apiKeys: acceptsApiKeys(props.identity)
      ? { prefixes: props.identity?.apiKeys?.prefixes ?? [...DEFAULT_PREFIXES] }
      : undefined,
    oidc: acceptsTokens(props.identity) ? resolveOidc(props, tiers) : undefined,
    keycloak: props.identity?.keycloak !== undefined,
    networkPolicies: props.networkPolicies ?? true,
    slowDownAfter: props.identity?.slowDownAfter ?? DEFAULT_SLOW_DOWN_AFTER,
    limits,
    minio: props.storage?.minio && { size: DEFAULT_MINIO_SIZE, ...props.storage.minio },
    observability: resolveObservability(props, platform),
    conformance: resolveConformance(props),
    patches: props.patches ?? [],
    objects: props.objects ?? [],
  };
}

function resolveGateway(
  props: MaasPlatformProps,
  namespace: string,
  platformHost: string,
): PlatformSettings['gateway'] {
  const { gateway = {} } = props;
  const behindRoutes = props.platform === 'openshift' || isLocalDemo(props);
  return {
    create: gateway.create ?? true,
    name: gateway.name ?? DEFAULT_GATEWAY_NAME,
    namespace: gateway.namespace ?? namespace,
    className: gateway.className ?? DEFAULT_GATEWAY_CLASS,
    replicas: gateway.replicas ?? 1,
    serviceType: gateway.serviceType ?? (behindRoutes ? 'ClusterIP' : 'LoadBalancer'),
    filterPlacement: gateway.filterPlacement ?? 'gatewayNamespace',
    platformHost: gateway.platformHost ?? platformHost,
    routing: gateway.routing ?? 'host',
    tls: gateway.tls && {
      secretName: gateway.tls.secretName ?? DEFAULT_TLS_SECRET_NAME,
      issuer: gateway.tls.issuer && { name: gateway.tls.issuer.name, kind: gateway.tls.issuer.kind ?? 'ClusterIssuer' },
    },
  };
}

function resolveLimits({ gateway, limits = {} }: MaasPlatformProps): PlatformSettings['limits'] {
  return {
    engine: limits.engine ?? 'envoyFilter',
    overshoot: limits.overshoot ?? 'inflight',
    shares: limits.perReplica === 'divide' ? (gateway?.replicas ?? 1) : 1,
    onFailure: limits.onFailure,
    redis: limits.redis,
  };
}

function resolveObservability(
  { observability = {} }: MaasPlatformProps,
  platform: PlatformKind,
): PlatformSettings['observability'] {
  return {
    ...observability,
    ...decideMonitoring(platform, observability),
    userLabel: observability.userLabel ?? false,
    ledger: observability.ledger ?? true,
    namespace: observability.namespace ?? DEFAULT_NAMESPACES.observability,
  };
}

/** Whether the AuthPolicy has to know of a key, because no Secret that we render says it for good. */
export function isKnownToPolicy(key: Pick<KeyConfiguration, 'existingSecret' | 'expires' | 'disabled'>): boolean {
  return key.existingSecret !== undefined || key.expires !== undefined || key.disabled === true;
}

function resolveOidc(props: MaasPlatformProps, tiers: TierConfiguration[]): OidcSettings {
  const { oidc, keycloak } = props.identity ?? {};
  return {
    issuerUrl: oidc?.issuerUrl ?? KEYCLOAK_ISSUER,
    audience: oidc?.audience ?? DEFAULT_AUDIENCE,
    userClaim: oidc?.userClaim ?? (keycloak === undefined ? 'sub' : 'preferred_username'),
    groupsClaim: oidc?.groupsClaim ?? DEFAULT_GROUPS_CLAIM,
    groups: oidc?.groups ?? defaultGroups(tiers.map(({ name }) => name)),
    defaultTier: oidc?.defaultTier,
  };
}
