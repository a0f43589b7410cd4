import type { PlatformKind } from '../cluster/platform-kind';
import type { TierGroup } from '../identity/tier-group';
import type { NodeLabels } from '../models/accelerator-profiles';
import type {
  MaasPlatformProps,
  ModelConfiguration,
  TierConfiguration,
  UserConfiguration,
  VersionsConfiguration,
} from './configuration';

/** Domain of the local demo. */
export const DEFAULT_DOMAIN = 'maas.local';

/** Namespaces by what lives in them. */
export const DEFAULT_NAMESPACES = {
  platform: 'llm',
  observability: 'llm-observability',
  kuadrant: 'kuadrant-system',
  kserve: 'kserve',
  istio: 'istio-system',
  keycloak: 'keycloak-system',
  minio: 'minio-system',
} as const;

/** Name of the Gateway. */
export const DEFAULT_GATEWAY_NAME = 'inference-gateway';

/** GatewayClass of the Gateway; istiod creates it. */
export const DEFAULT_GATEWAY_CLASS = 'istio';

/** What a pod of the Gateway is guaranteed. */
export const GATEWAY_REQUESTS = { cpu: '100m', memory: '128Mi' } as const;

/** Name of the ResourceQuota of the models' namespace. */
export const DEFAULT_QUOTA_NAME = 'model-quota';

/** Name of the quota of all pods, or of those of a PriorityClass. */
export function modelQuotaName(priorityClassName?: string): string {
  return priorityClassName === undefined ? DEFAULT_QUOTA_NAME : `${DEFAULT_QUOTA_NAME}-${priorityClassName}`;
}

/** Words before an API key in the Authorization header. */
export const DEFAULT_PREFIXES: readonly string[] = ['APIKEY', 'Bearer'];

/** Audience of a token. */
export const DEFAULT_AUDIENCE = 'maas';

/** Claim of a token with the user's groups. */
export const DEFAULT_GROUPS_CLAIM = 'groups';

/** What stands for a model's name in the host of the platform itself. */
export const DEFAULT_PLATFORM_LABEL = 'api';

/** Who labels the nodes that have accelerators: the vendors' operators. */
export const DEFAULT_NODE_LABELS: NodeLabels = 'gpuOperator';

/** Failed authentications from one address in a minute after which it is slowed down. */
export const DEFAULT_SLOW_DOWN_AFTER = 20;

/** Minutes that less has to be enough before a scaled model loses a replica. */
export const DEFAULT_COOLDOWN_MINUTES = 5;

/** Secret with the certificate of the Gateway. */
export const DEFAULT_TLS_SECRET_NAME = 'wildcard-tls-secret';

/** Size of MinIO's volume. */
export const DEFAULT_MINIO_SIZE = '20Gi';

/** Secret with the credentials of MinIO. */
export const DEFAULT_MINIO_SECRET_NAME = 'minio-credentials';

/** Versions that the YAML is rendered for; docs/versions.md says what was tested. */
export const DEFAULT_VERSIONS: Required<VersionsConfiguration> = {
  gatewayApi: '1.5.1',
  istio: '1.31.4',
  kuadrant: '1.5.2',
  kserve: '0.20.0',
  certManager: '1.18.2',
};

/** The tiers of a platform that names none. */
export const DEFAULT_TIERS: TierConfiguration[] = [
  { name: 'free', tokens: { minute: 200, hour: 5_000, day: 50_000 } },
  { name: 'premium', tokens: { minute: 1_000, hour: 30_000, day: 500_000 } },
  { name: 'enterprise', tokens: { minute: 5_000, hour: 150_000, day: 2_000_000 } },
];

/** The models of a platform that names none: one that needs neither GPU nor download. */
export const DEFAULT_MODELS: ModelConfiguration[] = [{ name: 'simulator' }];

/** Name of the tier and of the user with which the running platform is tested. */
export const CONFORMANCE_NAME = 'conformance';

/**
 * Limit of that tier, for a model whose tokens count one: enough for the checks before the one that uses it up, and little
 * to waste.
 */
export const CONFORMANCE_TOKENS_PER_MINUTE = 500;

/** Below this weight that limit shrinks no more: every answer costs a token at least. */
export const LEAST_CONFORMANCE_WEIGHT = 0.1;

/** Key of that user on the local demo. */
export const CONFORMANCE_DEMO_KEY = 'conformance_key';

const DEMO_USERS: UserConfiguration[] = [
  { name: 'freeuser1', tier: 'free', keys: [{ demo: 'freeuser1_key' }] },
  { name: 'freeuser2', tier: 'free', keys: [{ demo: 'freeuser2_key' }] },
  { name: 'premiumuser1', tier: 'premium', keys: [{ demo: 'premiumuser1_key' }] },
  { name: 'premiumuser2', tier: 'premium', keys: [{ demo: 'premiumuser2_key' }] },
  { name: 'enterpriseuser1', tier: 'enterprise', keys: [{ demo: 'enterpriseuser1_key' }] },
];

/** Whether well-known demo credentials may be used: plain Kubernetes and a domain that no public DNS resolves. */
export function isLocalDemo(place: { readonly platform?: PlatformKind; readonly domain?: string }): boolean {
  const domain = place.domain ?? DEFAULT_DOMAIN;
  return (place.platform ?? 'kubernetes') === 'kubernetes' && /(^|\.)(local|localhost|test)$/.test(domain);
}

/** The groups of an issuer for which none are named: one for every tier. */
export function defaultGroups(tiers: readonly string[]): TierGroup[] {
  return tiers.map((tier) => ({ group: `${tier}-users`, tier }));
}

/** The users of a platform that names none: on the local demo those whose tier exists, elsewhere nobody. */
export function defaultUsers(
  props: Pick<MaasPlatformProps, 'platform' | 'domain' | 'tiers' | 'identity'>,
): UserConfiguration[] {
  if (!isLocalDemo(props)) {
    return [];
  }
  const tiers = new Set((props.tiers ?? DEFAULT_TIERS).map((tier) => tier.name));
  const users = DEMO_USERS.filter((user) => tiers.has(user.tier));
  return acceptsApiKeys(props.identity) ? users : users.map(({ name, tier }) => ({ name, tier }));
}

/** Whether API keys are accepted: unless OIDC takes their place, or as configured. */
export function acceptsApiKeys(identity: MaasPlatformProps['identity']): boolean {
  return identity?.apiKeys?.enabled ?? !acceptsTokens(identity);
}

/** Whether JSON Web Tokens are accepted. */
export function acceptsTokens(identity: MaasPlatformProps['identity']): boolean {
  return identity?.oidc !== undefined || identity?.keycloak !== undefined;
}

/** Key of a Secret that holds the platform's key at an external provider. */
export const EXTERNAL_KEY = 'api-key';
