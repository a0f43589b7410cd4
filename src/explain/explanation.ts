import type { RequestLimitConfiguration, TierConfiguration, TokenLimitsConfiguration } from '../config/configuration';
import type { ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import { hasTokenLimit } from '../limits/token-window';
import { modelUrl } from '../platform/context';
import { explainCost, explainHourlyCost, type CostExplanation, type UnknownCost } from './cost';
import { explainKeys, type KeyExplanation } from './keys';
import { atLimitWords, budgetWords, costWords, exactnessWords, tokensPerPod } from './limits';
import { explainMemory, type MemoryExplanation, type UnknownMemory } from './memory';
import { inFileOrder, keyObjects, limitObjects, modelObjects, policyObjects, type ObjectReference } from './objects';
import { explainQuota, type QuotaExplanation } from './quota';
import { licenceWords, loadingWords, runtimeWords, scalingWords, weightWords } from './words';

/** A model as its users see it. */
export interface ModelAccess {
  readonly name: string;
  /** Base URL for clients. */
  readonly url: string;
  /** What requests call it. */
  readonly servedName: string;
  /** What its tokens count against limits. */
  readonly tokenWeights: ModelSettings['tokenWeights'];
  /** `tokenWeights` in words. */
  readonly weight: string;
  /** What a prompt with one answer costs at most: the whole context; absent where maas.yaml says no context. */
  readonly mostTokens?: number;
}

/** What the users of a tier may do. */
export interface TierAccess {
  readonly models: ModelAccess[];
  /** Token limits of each user; absent without any. */
  readonly tokens?: TokenLimitsConfiguration;
  /** What one gateway pod gives of them, where pods divide limits. */
  readonly tokensPerPod?: TokenLimitsConfiguration;
  readonly requests?: RequestLimitConfiguration;
  /** Whether token limits refuse. */
  readonly enforce: boolean;
  readonly budget: string;
  readonly cost: string[];
  readonly atLimit: string[];
  readonly exactness: string[];
}

/** A tier, and what its users may do. */
export interface TierExplanation extends TierAccess {
  readonly kind: 'tier';
  readonly name: string;
  readonly users: string[];
  /** Groups of the OIDC issuer that give the tier. */
  readonly groups: string[];
  /** Whether users of the issuer in no group have the tier. */
  readonly isDefault: boolean;
  readonly objects: ObjectReference[];
}

/** A user, and what it may do. */
export interface UserExplanation extends TierAccess {
  readonly kind: 'user';
  readonly name: string;
  readonly tier: string;
  readonly keys: KeyExplanation[];
  /** Words before a key in the Authorization header; none where keys are refused. */
  readonly keyPrefixes: string[];
  /** Claim of the issuer's tokens that names the user. */
  readonly tokenClaim?: string;
  readonly objects: ObjectReference[];
}

/** A model, and who may use it. */
export interface ModelExplanation extends ModelAccess {
  readonly kind: 'model';
  /** What serves it in the cluster, and on what; absent for a model of a provider, as are its replicas. */
  readonly inferenceService?: string;
  readonly runtime?: string;
  readonly replicas?: { readonly min: number; readonly max: number };
  /** How KEDA chooses between them; nothing where it does not. */
  readonly scaling: string[];
  /** Where its weights come from, without credentials. */
  readonly source?: string;
  /** Who loads them, and how often; nothing for the simulator. */
  readonly loading: string[];
  readonly maxModelLength?: number;
  /** Adapters: what requests call them, and where they come from. */
  readonly adapters: ModelSettings['adapters'];
  /** Licence of the weights, where the catalog knows it; whether Hugging Face asks for a token. */
  readonly licence?: string;
  /** Whether it fits its accelerator; absent for the simulator. */
  readonly memory?: MemoryExplanation | UnknownMemory;
  /** What it costs; absent for a model without an accelerator. */
  readonly cost?: CostExplanation | UnknownCost;
  /** What it takes of the namespace's quota; empty without one. */
  readonly quota: QuotaExplanation[];
  /** Another version of it, which gets a part of its requests. */
  readonly canary?: CanaryExplanation;
  /** The provider that serves it, in place of pods. */
  readonly external?: ModelSettings['external'];
  /** Name of the model that answers when this one cannot. */
  readonly fallback?: string;
  readonly tiers: TierConfiguration[];
  readonly objects: ObjectReference[];
}

/** Another version of a model. */
export interface CanaryExplanation {
  /** Requests of 100 that it gets. */
  readonly weight: number;
  readonly inferenceService: string;
  readonly runtime: string;
  readonly replicas: { readonly min: number; readonly max: number };
  readonly scaling: string[];
  readonly source?: string;
  readonly loading: string[];
  readonly adapters: ModelSettings['adapters'];
  readonly memory?: MemoryExplanation | UnknownMemory;
  /** What it costs an hour, beside the model; absent for a model without an accelerator. */
  readonly cost?: CostExplanation | UnknownCost;
}

/** What a name of maas.yaml means. */
export type Explanation = TierExplanation | UserExplanation | ModelExplanation;

/**
 * Everything that a name means: a tier, a user and a model may share one.
 * @returns nothing where no tier, user or model has the name
 */
export function explainName(settings: PlatformSettings, name: string): Explanation[] {
  const has = (item: { readonly name: string }) => item.name === name;
  return [
    ...settings.tiers.filter(has).map((tier) => explainTier(settings, tier)),
    ...settings.users.filter(has).map((user) => explainUser(settings, user)),
    ...settings.models.filter(has).map((model) => explainModel(settings, model)),
  ];
}

function explainTier(settings: PlatformSettings, tier: TierConfiguration): TierExplanation {
  const { oidc, users } = settings;
  return {
    kind: 'tier',
    name: tier.name,
    users: users.filter((user) => user.tier === tier.name).map(({ name }) => name),
    groups: (oidc?.groups ?? []).filter((group) => group.tier === tier.name).map(({ group }) => group),
    isDefault: oidc?.defaultTier === tier.name,
    ...tierAccess(settings, tier),
    objects: inFileOrder(tierObjects(settings, tier)),
  };
}

function explainUser(settings: PlatformSettings, user: PlatformSettings['users'][number]): UserExplanation {
  // The checks have made sure that there is such a tier.
  const tier = settings.tiers.find(({ name }) => name === user.tier) ?? { name: user.tier, models: [] };
  return {
    kind: 'user',
    name: user.name,
    tier: user.tier,
    keys: explainKeys(user),
    keyPrefixes: settings.apiKeys?.prefixes ?? [],
    tokenClaim: settings.oidc?.userClaim,
    ...tierAccess(settings, tier),
    objects: inFileOrder([...keyObjects(settings, user), ...tierObjects(settings, tier)]),
  };
}

function explainModel(settings: PlatformSettings, model: ModelSettings): ModelExplanation {
  const tiers = settings.tiers.filter(({ models }) => models?.includes(model.name) ?? true);
  const { inferenceService, runtime, replicas, ...version } = explainVersion(settings, model);
  return {
    kind: 'model',
    ...modelAccess(settings, model),
    ...(model.external === undefined ? { inferenceService, runtime, replicas } : {}),
    ...version,
    maxModelLength: model.maxModelLength,
    licence: licenceWords(model),
    cost: explainCost(settings, model),
    quota: explainQuota(settings, model),
    canary: model.canary && {
      weight: model.canary.weight,
      ...explainVersion(settings, model.canary.version),
      cost: explainHourlyCost(settings, model.canary.version),
    },
    external: model.external,
    fallback: model.fallback,
    tiers,
    objects: inFileOrder([
      ...modelObjects(settings, model),
      ...policyObjects(settings),
      ...limitObjects(settings, tiers),
    ]),
  };
}

/** What serves one version of a model. */
function explainVersion(settings: PlatformSettings, model: ModelSettings): Omit<CanaryExplanation, 'weight' | 'cost'> {
  const { min = 1, max = min } = model.replicas ?? {};
  return {
    inferenceService: model.inferenceService,
    runtime: runtimeWords(model),
    replicas: { min, max },
    scaling: scalingWords(model),
    source: model.source === undefined ? undefined : withoutCredentials(model.source),
    loading: loadingWords(model),
    adapters: model.adapters,
    memory: explainMemory(settings, model),
  };
}

function tierAccess(settings: PlatformSettings, tier: TierConfiguration): TierAccess {
  const { tokens, requests, models, enforce = true } = tier;
  return {
    models: settings.models
      .filter(({ name }) => models?.includes(name) ?? true)
      .map((model) => modelAccess(settings, model)),
    tokens: hasTokenLimit(tokens) ? tokens : undefined,
    tokensPerPod: hasTokenLimit(tokens) && settings.limits.shares > 1 ? tokensPerPod(settings, tier) : undefined,
    requests,
    enforce,
    budget: budgetWords(settings),
    cost: costWords(settings, tier),
    atLimit: atLimitWords(settings, tier),
    exactness: exactnessWords(settings, tier),
  };
}

function tierObjects(settings: PlatformSettings, tier: TierConfiguration): ObjectReference[] {
  return [...policyObjects(settings), ...limitObjects(settings, [tier])];
}

function modelAccess(settings: PlatformSettings, model: ModelSettings): ModelAccess {
  const { name, servedName, tokenWeights, maxModelLength } = model;
  const { prompt, completion, cached } = tokenWeights;
  return {
    name,
    url: modelUrl(model, settings),
    servedName,
    tokenWeights,
    weight: weightWords(model),
    mostTokens:
      maxModelLength === undefined ? undefined : Math.ceil(maxModelLength * Math.max(prompt, completion, cached)),
  };
}

/** A source may be a URL with a password or a signature. */
function withoutCredentials(source: string): string {
  return source.replace(/\/\/[^/@]*@/, '//…@').replace(/\?.*$/, '?…');
}
