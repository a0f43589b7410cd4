import type { PlatformKind } from '../../cluster/platform-kind';
import { hasTokenLimit } from '../../limits/token-window';
import { catalogEntry } from '../../models/catalog';
import type { CatalogEntry } from '../../models/catalog-entry';
import { isEmbeddingsModel } from '../../models/vllm-serving';
import type {
  KeyConfiguration,
  LimitEngine,
  ModelConfiguration,
  ModelRouting,
  TierConfiguration,
  UserConfiguration,
} from '../configuration';
import {
  acceptsApiKeys,
  acceptsTokens,
  DEFAULT_DOMAIN,
  DEFAULT_MODELS,
  DEFAULT_NAMESPACES,
  DEFAULT_PLATFORM_LABEL,
  DEFAULT_TIERS,
  isLocalDemo,
} from '../defaults';
import type { Draft, DraftConfiguration } from '../draft';
import { decideMonitoring, type MonitoringSwitches } from '../monitoring';
import type { Path } from '../problem';
import { isSameModel } from '../model-figures';
import { modelHost } from '../model-settings';
import { isComplete, isUnusable, placed, type Placed } from './rule';

/** A tier as far as it can be used. */
export type DraftTier = Draft<TierConfiguration>;

/** A model as far as it can be used. */
export type DraftModel = Draft<ModelConfiguration>;

/** A model whose name is known. */
export interface NamedModel extends Placed<DraftModel> {
  readonly name: string;
  readonly entry?: CatalogEntry;
}

/** The tiers: those written, as far as they can be used, else the default ones. */
export function tiersOf(configuration: DraftConfiguration): Placed<DraftTier>[] {
  return placed<DraftTier>(isUnusable(configuration, 'tiers') ? [] : (configuration.tiers ?? DEFAULT_TIERS));
}

/** Where a key may come from. */
export const SOURCES = ['demo', 'existingSecret', 'externalSecret'] as const;

/** A key with its user, and where it is. */
export interface PlacedKey {
  readonly key: Draft<KeyConfiguration>;
  readonly user: Draft<UserConfiguration>;
  /** Position of the user. */
  readonly index: number;
  /** Position of the key among the user's. */
  readonly position: number;
}

/** All keys of all users. */
export function keysOf({ users }: DraftConfiguration): PlacedKey[] {
  const keys: PlacedKey[] = [];
  users?.forEach((user, index) => {
    user?.keys?.forEach((key, position) => {
      if (key !== undefined) {
        keys.push({ key, user, index, position });
      }
    });
  });
  return keys;
}

/** Where a key is. */
export function pathOfKey({ index, position }: PlacedKey): Path {
  return ['users', index, 'keys', position];
}

/** The names of all tiers; undefined when one of them cannot be used, so that any name may be right. */
export function tierNamesOf(configuration: DraftConfiguration): string[] | undefined {
  return namesOf(configuration, 'tiers', DEFAULT_TIERS);
}

/** The names of all models; undefined when one of them cannot be used, so that any name may be right. */
export function modelNamesOf(configuration: DraftConfiguration): string[] | undefined {
  return namesOf(configuration, 'models', DEFAULT_MODELS);
}

function namesOf(
  configuration: DraftConfiguration,
  key: 'tiers' | 'models',
  otherwise: readonly { readonly name: string }[],
): string[] | undefined {
  if (isUnusable(configuration, key)) {
    return undefined;
  }
  const list: readonly ({ readonly name?: string } | undefined)[] = configuration[key] ?? otherwise;
  const names = list.flatMap((item) => item?.name ?? []);
  return names.length === list.length ? names : undefined;
}

/** The models that have a name; of several with one name the first, so that one mistake is reported once. */
export function namedModelsOf({ models }: DraftConfiguration): NamedModel[] {
  const seen = new Set<string>();
  return placed<DraftModel>(models ?? DEFAULT_MODELS).flatMap(({ item, index }) => {
    const { name } = item;
    if (name === undefined || seen.has(name)) {
      return [];
    }
    seen.add(name);
    // What the catalog says of a model is about pods of the cluster.
    return [{ item, index, name, entry: Object.hasOwn(item, 'external') ? undefined : catalogEntry(name) }];
  });
}

/** What serves a model: a runtime, or `external`; undefined when that cannot be known. */
export function runtimeOf({ item, entry }: NamedModel): string | undefined {
  if (Object.hasOwn(item, 'external')) {
    return 'external';
  }
  return isUnusable(item, 'runtime') ? undefined : (item.runtime ?? entry?.runtime ?? 'vllm');
}

/** The arguments of a model server, as far as they can be used. */
export function argumentsOf({ item, entry }: NamedModel): { arguments: string[] } {
  const known = isSameModel(item, entry) ? (entry?.arguments ?? []) : [];
  return { arguments: [...known, ...placed(item.arguments).map((argument) => argument.item)] };
}

/** Whether a model embeds texts, and generates none; undefined when that cannot be known, as of a provider's. */
export function embedsTexts(model: NamedModel): boolean | undefined {
  const { item } = model;
  const runtime = runtimeOf(model);
  const isUnknown = isUnusable(item, 'arguments') || isUnusable(item, 'source') || item.arguments?.includes(undefined);
  if (runtime === undefined || runtime === 'external' || isUnknown === true) {
    return undefined;
  }
  return isEmbeddingsModel(argumentsOf(model));
}

/** The domain of the hosts; undefined when it cannot be known. */
export function domainOf(configuration: DraftConfiguration): string | undefined {
  return isUnusable(configuration, 'domain') ? undefined : (configuration.domain ?? DEFAULT_DOMAIN);
}

/** The Kubernetes distribution; undefined when it cannot be known. */
export function platformOf(configuration: DraftConfiguration): PlatformKind | undefined {
  return isUnusable(configuration, 'platform') ? undefined : (configuration.platform ?? 'kubernetes');
}

/** Who scrapes; undefined when it cannot be known. */
export function monitoringOf(configuration: DraftConfiguration): Required<MonitoringSwitches> | undefined {
  const platform = platformOf(configuration);
  const keys = ['prometheus', 'serviceMonitors', 'userWorkloadMonitoring'];
  return platform === undefined || keys.some((key) => isUnusable(configuration, 'observability', key))
    ? undefined
    : decideMonitoring(platform, configuration.observability);
}

/** How models are told apart; undefined when it cannot be known. */
export function routingOf(configuration: DraftConfiguration): ModelRouting | undefined {
  return isUnusable(configuration, 'gateway', 'routing') ? undefined : (configuration.gateway?.routing ?? 'host');
}

/** The host of a model; undefined when it cannot be known, or models have none. */
export function hostOf({ item, name }: NamedModel, configuration: DraftConfiguration): string | undefined {
  const domain = domainOf(configuration);
  const platform = platformOf(configuration);
  if (isUnusable(item, 'host') || routingOf(configuration) === 'path') {
    return undefined;
  }
  return item.host ?? (domain && platform && modelHost(name, platform, domain));
}

/** The host of the platform itself; undefined when it cannot be known. */
export function platformHostOf(configuration: DraftConfiguration): string | undefined {
  const domain = domainOf(configuration);
  const platform = platformOf(configuration);
  if (isUnusable(configuration, 'gateway', 'platformHost')) {
    return undefined;
  }
  return (
    configuration.gateway?.platformHost ?? (domain && platform && modelHost(DEFAULT_PLATFORM_LABEL, platform, domain))
  );
}

/** Whether a host is one label below a domain, as a wildcard certificate covers it. */
export function isBelow(host: string, domain: string): boolean {
  const label = host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : '';
  return label !== '' && !label.includes('.');
}

/** What the local demo is, in words. */
export const LOCAL_DEMO = 'platform kubernetes with a domain below .local, .localhost or .test';

/** Whether this is certainly not the local demo. */
export function isElsewhere(configuration: DraftConfiguration): boolean {
  const domain = domainOf(configuration);
  const platform = platformOf(configuration);
  return domain !== undefined && platform !== undefined && !isLocalDemo({ domain, platform });
}

/** Whether API keys are accepted; undefined when that cannot be known. */
export function apiKeysOf(configuration: DraftConfiguration): boolean | undefined {
  const { identity } = configuration;
  if (isUnusable(configuration, 'identity', 'apiKeys', 'enabled') || tokensOf(configuration) === undefined) {
    return undefined;
  }
  return acceptsApiKeys(identity as Parameters<typeof acceptsApiKeys>[0]);
}

/** Whether JSON Web Tokens are accepted; undefined when that cannot be known. */
export function tokensOf(configuration: DraftConfiguration): boolean | undefined {
  const { identity } = configuration;
  if (isUnusable(configuration, 'identity') || !isComplete(identity)) {
    return undefined;
  }
  return acceptsTokens(identity as Parameters<typeof acceptsTokens>[0]);
}

/** The Gateway's namespace. */
export function gatewayNamespaceOf({ gateway, namespace }: DraftConfiguration): string {
  return gateway?.namespace ?? namespace ?? DEFAULT_NAMESPACES.platform;
}

/** What counts tokens; undefined when that cannot be known. */
export function engineOf(configuration: DraftConfiguration): LimitEngine | undefined {
  return isUnusable(configuration, 'limits', 'engine') ? undefined : (configuration.limits?.engine ?? 'envoyFilter');
}

/** Whether any tier limits tokens. */
export function hasTokenLimits(configuration: DraftConfiguration): boolean {
  return tiersOf(configuration).some(({ item }) => hasTokenLimit(item.tokens));
}

/** Whether Kuadrant's TokenRateLimitPolicy counts tokens. */
export function usesTokenPolicy(configuration: DraftConfiguration): boolean {
  return engineOf(configuration) === 'tokenRateLimitPolicy' && hasTokenLimits(configuration);
}

/** Whether any tier limits requests. */
export function hasRequestLimits(configuration: DraftConfiguration): boolean {
  return tiersOf(configuration).some(({ item }) => item.requests !== undefined);
}

/** Whether certainly no tier limits tokens. */
export function lacksTokenLimits(configuration: DraftConfiguration): boolean {
  return isKnownOfTiers(configuration, 'tokens') && !hasTokenLimits(configuration);
}

/** Whether Limitador certainly counts neither tokens nor requests. */
export function lacksLimitador(configuration: DraftConfiguration): boolean {
  const lacksRequests = isKnownOfTiers(configuration, 'requests') && !hasRequestLimits(configuration);
  return lacksRequests && (engineOf(configuration) === 'envoyFilter' || lacksTokenLimits(configuration));
}

function isKnownOfTiers(configuration: DraftConfiguration, key: 'tokens' | 'requests'): boolean {
  const tiers = configuration.tiers ?? [];
  return (
    !isUnusable(configuration, 'tiers') &&
    tiers.every((tier) => tier !== undefined && !isUnusable(tier, key) && isComplete(tier[key]))
  );
}

/** Whether the platform has a Gateway of its own. */
export function createsGateway({ gateway }: DraftConfiguration): boolean {
  return gateway?.create !== false;
}
