import type { PlatformKind } from '../cluster/platform-kind';
import type { TokenWeights } from '../limits/token-weights';
import { catalogEntry, DEFAULT_RESOURCES } from '../models/catalog';
import type { CatalogEntry, ModelRuntime } from '../models/catalog-entry';
import type { ModelCache } from '../models/model-cache';
import type { ModelFigures } from '../models/model-architecture';
import type { ModelReplicas, ModelResources, ModelRollout } from '../models/model-size';
import { weightsStorage } from '../models/weights-storage';
import { canaryVersion, saidOf } from './canary-version';
import type {
  CanaryConfiguration,
  ExternalConfiguration,
  ModelConfiguration,
  ScalingConfiguration,
} from './configuration';
import { DEFAULT_COOLDOWN_MINUTES } from './defaults';
import { isSameModel, resolveFigures } from './model-figures';
import { resolveWeights } from './model-weights';

/** A model with everything decided. */
export interface ModelSettings {
  readonly name: string;
  readonly host: string;
  readonly inferenceService: string;
  readonly servedName: string;
  /** What its pods run; an external model has none. */
  readonly runtime: ModelRuntime;
  readonly source?: string;
  readonly accelerator?: string;
  readonly gpus: number;
  readonly resources: Required<ModelResources>;
  readonly replicas?: ModelReplicas;
  readonly scaling?: Required<ScalingConfiguration>;
  readonly huggingFaceTokenSecret?: string;
  readonly serviceAccount?: string;
  readonly maxModelLength?: number;
  readonly adapters: NonNullable<ModelConfiguration['adapters']>;
  readonly adapterRank?: number;
  readonly cache?: ModelCache;
  readonly arguments: string[];
  /** Licence of the catalog's weights. */
  readonly licence?: string;
  /** Whether Hugging Face gives them only to who has accepted it. */
  readonly gated?: boolean;
  /** Size and figures of the model, where they are known. */
  readonly figures?: ModelFigures;
  readonly tokenWeights: Required<TokenWeights>;
  readonly priorityClass?: string;
  readonly rollout: ModelRollout;
  /** Of vLLM; nothing for its default. */
  readonly startupTimeout?: string;
  /** Of vLLM; nothing for its default. */
  readonly terminationGracePeriod?: string;
  /** Tokens a second that one replica writes, as somebody has measured it. */
  readonly tokensPerSecond?: number;
  readonly canary?: CanarySettings;
  readonly external?: Required<ExternalConfiguration>;
  /** Name of another model, which answers when this one cannot. */
  readonly fallback?: string;
}

/** Another version of a model, with everything decided. */
export interface CanarySettings {
  /** Requests of 100 that it gets. */
  readonly weight: number;
  /** The model as it is in this version, with a name and an InferenceService of its own. */
  readonly version: ModelSettings;
}

/** Host of a model: the seed's scheme on either platform. */
export function modelHost(name: string, platform: PlatformKind, domain: string): string {
  return platform === 'openshift' ? `${name}-llm.${domain}` : `${name}.${domain}`;
}

/** Fills in every default of a model. */
export function resolveModel(model: ModelConfiguration, platform: PlatformKind, domain: string): ModelSettings {
  // What the catalog says of a model is about pods of the cluster.
  const entry = model.external === undefined ? catalogEntry(model.name) : undefined;
  const known = isSameModel(model, entry) ? entry : undefined;
  const runtime = model.runtime ?? entry?.runtime ?? 'vllm';
  const resources = entry?.resources ?? DEFAULT_RESOURCES[runtime];
  const source = model.source ?? entry?.source;
  const figures = runtime === 'simulator' ? undefined : resolveFigures(model, entry);
  const ephemeralStorage = weightsStorage({ source, cache: model.cache, figures });
  const servedName = model.servedName ?? entry?.servedName ?? model.name;
  return {
    name: model.name,
    host: model.host ?? modelHost(model.name, platform, domain),
    inferenceService: entry?.inferenceService ?? model.name,
    servedName,
    runtime,
    source,
    accelerator: model.accelerator ?? entry?.accelerator,
    gpus: model.gpus ?? entry?.gpus ?? 1,
    resources: {
      requests: {
        ...resources.requests,
        ...(ephemeralStorage !== undefined && { ephemeralStorage }),
        ...model.resources?.requests,
      },
      limits: { ...resources.limits, ...model.resources?.limits },
    },
    replicas: model.replicas,
    scaling: model.scaling && { ...model.scaling, cooldown: model.scaling.cooldown ?? `${DEFAULT_COOLDOWN_MINUTES}m` },
    huggingFaceTokenSecret: model.huggingFaceTokenSecret,
    serviceAccount: model.serviceAccount,
    maxModelLength: model.maxModelLength ?? catalogLength(entry, figures),
    adapters: model.adapters ?? [],
    adapterRank: model.adapterRank,
    cache: model.cache,
    arguments: [...(known?.arguments ?? []), ...(model.arguments ?? [])],
    licence: known?.licence,
    gated: known?.gated,
    figures,
    tokenWeights: resolveWeights(model),
    priorityClass: model.priorityClass,
    rollout: model.rollout ?? 'surge',
    startupTimeout: model.startupTimeout,
    terminationGracePeriod: model.terminationGracePeriod,
    tokensPerSecond: model.tokensPerSecond,
    canary: model.canary && resolveCanary(model, model.canary, platform, domain),
    external: model.external && { ...model.external, model: model.external.model ?? servedName },
    fallback: model.fallback,
  };
}

/** The context that the catalog serves; another model under its name may have a shorter one. */
function catalogLength(entry: CatalogEntry | undefined, figures: ModelFigures | undefined): number | undefined {
  const served = entry?.maxModelLength;
  return served && Math.min(served, figures?.maxModelLength ?? served);
}

function resolveCanary(
  model: ModelConfiguration,
  canary: CanaryConfiguration,
  platform: PlatformKind,
  domain: string,
): CanarySettings {
  const version = resolveModel(canaryVersion(model, saidOf(canary)), platform, domain);
  const { name, inferenceService } = version;
  return {
    weight: canary.weight,
    version: { ...version, name: canaryName(name), inferenceService: canaryName(inferenceService) },
  };
}

/** What is named after a model, of its canary. */
export function canaryName(name: string): string {
  return `${name}-canary`;
}

/** What of the cluster serves a model: it alone, it and its canary, or nothing for an external one. */
export function versionsOf(model: ModelSettings): ModelSettings[] {
  if (model.external !== undefined) {
    return [];
  }
  return model.canary === undefined ? [model] : [model, model.canary.version];
}

/** Whether a version may have no pod, until somebody asks for it. */
export function maySleep({ replicas }: Pick<ModelSettings, 'replicas'>): boolean {
  return replicas?.min === 0;
}
